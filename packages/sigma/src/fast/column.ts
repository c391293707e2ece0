import type { Predicate, SingleValue } from '../predicate.ts';
import { PreparedView } from '../view.ts';
import { Automaton } from './automaton.ts';
import { isAscii, type Literal, type Lookup } from './literals.ts';

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

/** A predicate of one field of one kind of event. */
export interface Asked {
  /** Its number within the group. */
  readonly slot: number;
  /** Of the predicate in the program. */
  readonly index: number;
  /** Rules that cannot hold unless this or another of their triggers does. */
  readonly fires: readonly number[];
}

/** Where predicates are made, and how they are found, by their numbers. */
export interface PredicateSource {
  get(index: number): Predicate;
  kind(index: number): SingleValue['kind'];
  lookup(index: number): Lookup;
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

const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;

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
    if (this.#lookups >= this.#limits.trial) {
      // Hardly a value comes twice: remembering them costs more than it saves.
      if (this.#hits < this.#limits.leastHits) {
        this.#forget();
        this.#pause = this.#limits.pause;
      }
      this.#lookups = 0;
      this.#hits = 0;
    }
    if (this.#known.size >= this.#limits.maxValues || this.#characters >= this.#limits.maxCharacters) this.#forget();
    this.#characters += value.length;
    this.#known.set(detached(value), verdict);
    return verdict;
  }

  #forget(): void {
    this.#known.clear();
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

/** An absence asked of one value: `null` is the empty one, and it exists. */
function holdsOf({ value }: Predicate, of: string): boolean {
  return value.kind === 'null' ? of === '' : value.kind === 'exists' && value.exists;
}

/** Whether the literals stand in a value that a predicate needs. */
function couldHold(lookup: Extract<Lookup, { kind: 'needs' }>, ascii: boolean, lower: string): boolean {
  if (lookup.beyond && !ascii) return true;
  const within = (any: readonly string[]): boolean => any.some((literal) => lower.includes(literal));
  return within(lookup.literals) && lookup.also.every(within);
}

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

const SHORTEST_AS_BYTES = 40;
const LONGEST_AS_BYTES = 65_536;
const encoder = new TextEncoder();
const buffer = new Uint8Array(LONGEST_AS_BYTES);

/** The value as bytes, valid until the next call; undefined where it goes beyond ASCII, or where that is not worth it. */
function asciiBytes(value: string): Uint8Array | undefined {
  if (value.length < SHORTEST_AS_BYTES || value.length > LONGEST_AS_BYTES) return undefined;
  // A character beyond ASCII takes more bytes than units, or does not fit.
  const { read, written } = encoder.encodeInto(value, buffer);
  return read === value.length && written === value.length ? buffer : undefined;
}

/** Which of many predicates hold of a value. */
class Finder {
  readonly #asked: readonly Asked[];
  readonly #predicates: PredicateSource;
  readonly #equals = new Map<string, number[]>();
  #longestEqual = 0;
  readonly #numbers = new Map<number, number[]>();
  readonly #automata: Automaton[] = [];
  /** Outs of the automata from this on are to be tested: index + predicates.length. */
  readonly #loose: number[] = [];
  /** Of a predicate that hangs on a literal: what else a value must hold, one of each list. */
  readonly #also = new Map<number, readonly (readonly string[])[]>();
  /** Tested where a value has characters beyond ASCII. */
  readonly #beyond: number[] = [];
  readonly #outs: Int32Array;
  readonly #stamp: Int32Array;
  #turn = 0;
  #lower: string | undefined;

  constructor(asked: readonly Asked[], predicates: PredicateSource) {
    this.#asked = asked;
    this.#predicates = predicates;
    const literals: Record<'anywhere' | 'start' | 'end', { texts: string[]; outs: number[] }> = {
      anywhere: { texts: [], outs: [] },
      start: { texts: [], outs: [] },
      end: { texts: [], outs: [] },
    };
    const put = (from: 'anywhere' | 'start' | 'end', text: string, out: number): void => {
      literals[from].texts.push(text);
      literals[from].outs.push(out);
    };
    const verify = asked.length;
    asked.forEach((one, i) => {
      const lookup = predicates.lookup(one.index);
      switch (lookup.kind) {
        case 'exact':
          for (const { mode, text } of lookup.literals) {
            if (mode === 'equals') this.#equal(text, i);
            else put(mode === 'starts' ? 'start' : mode === 'ends' ? 'end' : 'anywhere', text, i);
          }
          if (lookup.beyond) this.#beyond.push(i);
          break;
        case 'needs':
          for (const text of lookup.literals) put('anywhere', text, i + verify);
          if (lookup.also.length > 0) this.#also.set(i, lookup.also);
          if (lookup.beyond) this.#beyond.push(i);
          break;
        case 'number':
          for (const text of new Set(lookup.texts)) this.#equal(text, i);
          this.#numbers.set(lookup.number, [...(this.#numbers.get(lookup.number) ?? []), i]);
          break;
        case 'loose':
          this.#loose.push(i);
          break;
        default:
          lookup satisfies never;
      }
    });
    let most = 0;
    for (const from of ['anywhere', 'start', 'end'] as const) {
      const { texts, outs } = literals[from];
      if (texts.length > 0) this.#automata.push(new Automaton(texts, outs, from));
      most += texts.length;
    }
    this.#outs = new Int32Array(most);
    this.#stamp = new Int32Array(asked.length);
  }

  #equal(text: string, i: number): void {
    this.#longestEqual = Math.max(this.#longestEqual, text.length);
    this.#equals.set(text, [...(this.#equals.get(text) ?? []), i]);
  }

  find(value: string, holds: Int32Array): number {
    if (++this.#turn > 0x7fff_fff0) {
      this.#turn = 1;
      this.#stamp.fill(0);
    }
    const bytes = asciiBytes(value);
    const ascii = bytes !== undefined || isAscii(value);
    const length = this.#asked.length;
    // The automata fold A–Z by themselves; beyond ASCII, lower-casing is what the plain predicate does.
    const text = ascii ? value : value.toLowerCase();
    this.#lower = undefined;
    let count = 0;
    let outs = 0;
    for (let i = 0; i < this.#automata.length; i++) outs = this.#automata[i]!.scan(text, bytes, this.#outs, outs);
    for (let n = 0; n < outs; n++) {
      const out = this.#outs[n]!;
      if (out < length) count = this.#add(out, holds, count);
      else if (this.#mayHold(out - length, text)) count = this.#test(out - length, value, holds, count);
    }
    if (this.#equals.size > 0 && text.length <= this.#longestEqual) {
      const equal = this.#equals.get(text.toLowerCase());
      if (equal !== undefined) for (const i of equal) count = this.#add(i, holds, count);
    }
    if (this.#numbers.size > 0 && DECIMAL.test(value.trim())) {
      const equal = this.#numbers.get(Number(value));
      if (equal !== undefined) for (const i of equal) count = this.#add(i, holds, count);
    }
    for (let n = 0; n < this.#loose.length; n++) count = this.#test(this.#loose[n]!, value, holds, count);
    if (!ascii) for (let n = 0; n < this.#beyond.length; n++) count = this.#test(this.#beyond[n]!, value, holds, count);
    return count;
  }

  /** `text`: lower-cased where the value goes beyond ASCII. */
  #mayHold(i: number, text: string): boolean {
    const also = this.#also.get(i);
    if (also === undefined || this.#stamp[i] === this.#turn) return true;
    this.#lower ??= text.toLowerCase();
    for (const any of also) if (!any.some((literal) => this.#lower!.includes(literal))) return false;
    return true;
  }

  #add(i: number, holds: Int32Array, count: number): number {
    if (this.#stamp[i] === this.#turn) return count;
    this.#stamp[i] = this.#turn;
    holds[count] = i;
    return count + 1;
  }

  /** Adds a predicate that holds; once tested it is not tested again. */
  #test(i: number, value: string, holds: Int32Array, count: number): number {
    if (this.#stamp[i] === this.#turn) return count;
    this.#stamp[i] = this.#turn;
    const predicate = this.#predicates.get(this.#asked[i]!.index);
    const { each } = predicate;
    if (each === undefined ? holdsOf(predicate, value) : each.test(each.folded ? value.toLowerCase() : value)) {
      holds[count] = i;
      return count + 1;
    }
    return count;
  }
}
