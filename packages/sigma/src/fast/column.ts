import type { Predicate, SingleValue } from '../predicate.ts';
import { type EventView, PreparedView, type RawValue } from '../view.ts';
import { type Asked, Finder, holdsOf, type PredicateSource } from './finder.ts';
import { couldHold, isAscii, type Literal, type Lookup } from './literals.ts';
import { Remembered } from './remembered.ts';

export type { Asked } from './finder.ts';

/** What is known of a field's values: which predicates they hold, and which rules they make candidates. Shared by equal values. */
export class Verdict {
  /** Slots of the predicates that hold. */
  readonly held: Int32Array;
  /** Rules to be evaluated. */
  readonly fired: Int32Array;

  constructor(held: Int32Array, fired: Int32Array) {
    this.held = held;
    this.fired = fired;
  }
}

export interface ColumnLimits {
  /**
   * UTF-16 units of values, 64 more for each, that are tested predicate by predicate before it pays to build automata: building
   * costs about as much as testing a hundred short values, however many predicates there are.
   */
  readonly effortBeforeAutomata: number;
  /** Of the dictionary: values, UTF-16 units of all of them and of one. */
  readonly maxValues: number;
  readonly maxCharacters: number;
  readonly longestValue: number;
  readonly maxVerdicts: number;
  /** Lookups after which the dictionary is judged, the least hits among them, and the values it is then left out for. */
  readonly trial: number;
  readonly leastHits: number;
  readonly pause: number;
}

export const COLUMN_LIMITS: ColumnLimits = {
  effortBeforeAutomata: 8000,
  maxValues: 8192,
  maxCharacters: 1_000_000,
  longestValue: 2000,
  maxVerdicts: 4096,
  trial: 1024,
  leastHits: 340,
  pause: 16_384,
};

/**
 * Judges the values of one field: each distinct one once, and remembered while values repeat. The first few are tested
 * predicate by predicate; what goes on is searched by automata, so that a value costs its length, not the number of rules.
 */
export class Column {
  readonly #limits: ColumnLimits;
  readonly #predicates: PredicateSource;
  readonly #asked: readonly Asked[];
  readonly #known = new Map<string, Verdict>();
  #characters = 0;
  #byBytes: Remembered<Verdict> | undefined;
  #last: string | undefined;
  #lastVerdict: Verdict | undefined;
  #lookups = 0;
  #hits = 0;
  #pause = 0;
  #effort = 0;

  readonly #verdicts = new Map<string, Verdict>();
  readonly #empty = new Verdict(new Int32Array(0), new Int32Array(0));
  #absent: Verdict | undefined;
  #none: Verdict | undefined;
  #ways: readonly Lookup[] | undefined;
  #finder: Finder | undefined;
  /** Indexes into #asked that hold of the value at hand. */
  #holds = new Int32Array(0);

  constructor(asked: readonly Asked[], predicates: PredicateSource, limits: ColumnLimits = COLUMN_LIMITS) {
    this.#limits = limits;
    this.#predicates = predicates;
    this.#asked = asked;
    this.#holds = new Int32Array(asked.length);
  }

  /** What holds of a field of the event. */
  of(event: EventView, field: string): Verdict {
    const raw = event.raw?.(field);
    return raw === undefined ? this.judge(event.values(field)) : this.#raw(raw, event, field);
  }

  #raw(raw: RawValue, event: EventView, field: string): Verdict {
    if (this.#pause > 0) {
      this.#pause--;
      return this.#decoded(event, field);
    }
    this.#byBytes ??= new Remembered();
    const byBytes = this.#byBytes;
    const known = byBytes.find(raw);
    this.#lookups++;
    if (known !== undefined) {
      this.#hits++;
      return known;
    }
    this.#judgeTrial();
    const verdict = this.#decoded(event, field);
    byBytes.add(raw, verdict);
    return verdict;
  }

  /** Computes the verdict, without remembering it. */
  #decoded(event: EventView, field: string): Verdict {
    const values = event.values(field);
    return values?.length === 1 ? this.#compute(values[0]!) : this.judge(values);
  }

  /** What holds of a field with these values; undefined for an absent one. */
  judge(values: readonly string[] | undefined): Verdict {
    if (values === undefined) {
      this.#absent ??= this.#plain(undefined);
      return this.#absent;
    }
    if (values.length === 1) return this.#one(values[0]!);
    if (values.length > 0) return this.#several(values);
    this.#none ??= this.#plain([]);
    return this.#none;
  }

  #one(value: string): Verdict {
    if (value === this.#last) return this.#lastVerdict!;
    const verdict = value.length > this.#limits.longestValue ? this.#compute(value) : this.#remembered(value);
    if (value.length <= this.#limits.longestValue) {
      this.#last = value;
      this.#lastVerdict = verdict;
    }
    return verdict;
  }

  #remembered(value: string): Verdict {
    if (this.#pause > 0) {
      this.#pause--;
      return this.#compute(value);
    }
    this.#lookups++;
    const known = this.#known.get(value);
    if (known !== undefined) {
      this.#hits++;
      return known;
    }
    const verdict = this.#compute(value);
    this.#judgeTrial();
    if (this.#known.size >= this.#limits.maxValues || this.#characters >= this.#limits.maxCharacters) this.#forget();
    this.#characters += value.length;
    this.#known.set(detached(value), verdict);
    return verdict;
  }

  #judgeTrial(): void {
    if (this.#lookups < this.#limits.trial) return;
    // Hardly a value comes twice: remembering them costs more than it saves.
    if (this.#hits < this.#limits.leastHits) {
      this.#forget();
      this.#pause = this.#limits.pause;
    }
    this.#lookups = 0;
    this.#hits = 0;
  }

  #forget(): void {
    this.#known.clear();
    this.#byBytes?.forget();
    this.#characters = 0;
    this.#last = undefined;
  }

  #compute(value: string): Verdict {
    const count = this.#find(value);
    return this.#verdict(count);
  }

  /** Fills #holds. */
  #find(value: string): number {
    if (this.#finder === undefined) {
      if (this.#effort < this.#limits.effortBeforeAutomata) return this.#each(value);
      this.#finder = new Finder(this.#asked, this.#predicates);
      this.#ways = undefined;
    }
    return this.#finder.find(value, this.#holds);
  }

  #each(value: string): number {
    this.#effort += 64 + value.length;
    const lower = value.toLowerCase();
    const ascii = isAscii(value);
    let count = 0;
    for (let i = 0; i < this.#asked.length; i++) {
      const lookup = this.#lookup(i);
      if (lookup.kind === 'exact' && (ascii || !lookup.beyond)) {
        const { literals } = lookup;
        for (let n = 0; n < literals.length; n++) {
          if (!stands(literals[n]!, lower)) continue;
          this.#holds[count++] = i;
          break;
        }
        continue;
      }
      // Most are never tested, and need not be made then.
      if (lookup.kind === 'needs' && !couldHold(lookup, ascii, lower)) continue;
      const predicate = this.#predicate(i);
      const { each } = predicate;
      if (each === undefined ? holdsOf(predicate, value) : each.test(each.folded ? lower : value))
        this.#holds[count++] = i;
    }
    return count;
  }

  #lookup(i: number): Lookup {
    this.#ways ??= this.#asked.map(({ index }) => this.#predicates.lookup(index));
    return this.#ways[i]!;
  }

  /** The verdict of what #holds has. */
  #verdict(count: number): Verdict {
    if (count === 0) return this.#empty;
    const indexes = this.#holds.subarray(0, count).sort();
    const key = indexes.join();
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const verdict = this.#make(indexes);
    if (this.#verdicts.size >= this.#limits.maxVerdicts) {
      this.#verdicts.clear();
      this.#forget();
    }
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  #make(indexes: Iterable<number>): Verdict {
    const held: number[] = [];
    const fired = new Set<number>();
    for (const i of indexes) {
      held.push(this.#asked[i]!.slot);
      for (const rule of this.#asked[i]!.fires) fired.add(rule);
    }
    return new Verdict(Int32Array.from(held), Int32Array.from(fired));
  }

  /** Several values hold what one of them does; only absences ask for all of them. */
  #several(values: readonly string[]): Verdict {
    const indexes = new Set<number>();
    for (const value of values) {
      const count = this.#find(value);
      for (let n = 0; n < count; n++) {
        const i = this.#holds[n]!;
        if (this.#predicate(i).each !== undefined) indexes.add(i);
      }
    }
    const view = viewOf(values);
    for (let i = 0; i < this.#asked.length; i++) {
      if (!isAbsence(this.#predicates.kind(this.#asked[i]!.index))) continue;
      if (this.#predicate(i).holds(view)) indexes.add(i);
    }
    return this.#make([...indexes].sort((a, b) => a - b));
  }

  #predicate(i: number): Predicate {
    return this.#predicates.get(this.#asked[i]!.index);
  }

  #plain(values: readonly string[] | undefined): Verdict {
    const view = viewOf(values);
    const held: number[] = [];
    for (let i = 0; i < this.#asked.length; i++) {
      // Nothing else holds of a field without values.
      if (isAbsence(this.#predicates.kind(this.#asked[i]!.index)) && this.#predicate(i).holds(view)) held.push(i);
    }
    return this.#make(held);
  }
}

const viewOf = (values: readonly string[] | undefined): PreparedView =>
  new PreparedView({ values: () => values, all: () => values ?? [] });

const isAbsence = (kind: SingleValue['kind']): boolean => kind === 'null' || kind === 'exists';

function stands({ mode, text }: Literal, lower: string): boolean {
  switch (mode) {
    case 'contains':
      return lower.includes(text);
    case 'starts':
      return lower.startsWith(text);
    case 'ends':
      return lower.endsWith(text);
    case 'equals':
      return lower === text;
    default:
      return mode satisfies never;
  }
}

/** A copy: a value may be a stretch of the text around it, which would stay in memory with it. */
const detached = (value: string): string => (value.length < 13 ? value : ` ${value}`.slice(1));
