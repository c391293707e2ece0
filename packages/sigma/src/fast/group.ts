import type { FieldMapping } from '../mapping.ts';
import type { Predicate } from '../predicate.ts';
import { type EventView, PreparedView } from '../view.ts';
import { type Asked, Column, type Verdict } from './column.ts';
import type { KeywordFilter, KeywordFilters } from './keywords.ts';
import type { Predicates, Tree } from './program.ts';

/** A rule that may match, by its tree, and how it sees the event. */
export interface Entry {
  readonly tree: Tree;
  readonly mapping: FieldMapping | undefined;
}

/** A tree over slots: what it asks of this kind of event, constants folded away. */
interface Knot {
  /** The slot it stands for; -1 for an inner knot. */
  readonly slot: number;
  /** At least so many of `of`; 0: not the only one. */
  readonly atLeast: number;
  readonly of: readonly Knot[];
}

/** What one predicate is to a group: a column's, or (column -1) asked of the whole event: keywords and field references. */
interface Slot {
  readonly predicate: Predicate;
  /** Of the predicate in the program. */
  readonly index: number;
  readonly mapping: FieldMapping | undefined;
  readonly column: number;
  readonly fires: number[];
}

/** The event as a mapping shows it. */
export interface Ways {
  by(mapping: FieldMapping | undefined): PreparedView;
}

const NO_EVENT: EventView = { values: () => undefined, all: () => [] };
const NO_WAYS: Ways = { by: () => new PreparedView(NO_EVENT) };

/** Where a column's values are read. */
interface Place {
  readonly field: string;
  readonly mapping: FieldMapping | undefined;
}

const NONE: readonly number[] = [];

/**
 * The rules of one kind of event (channel and id), ready to be asked of many events. Only fields on which a rule hinges are
 * read from every event; a rule is evaluated when one of the predicates without which it cannot hold does; the other fields
 * are read for it then.
 */
export class Group {
  readonly #slots: Slot[] = [];
  readonly #places: Place[] = [];
  readonly #columns: Column[] = [];
  /** Columns read from every event. */
  readonly #leading: readonly number[];
  readonly #knots: readonly (Knot | true)[];
  /** Rules evaluated for every event. */
  readonly #always: readonly number[];
  readonly #keywords: readonly {
    readonly filter: KeywordFilter;
    readonly mapping: FieldMapping | undefined;
    readonly rules: readonly number[];
  }[];

  // Of the event at hand; a number other than #turn is of an earlier one.
  #turn = 0;
  readonly #on: Int32Array;
  readonly #loaded: Int32Array;
  readonly #verdictAt: Int32Array;
  readonly #verdicts: (Verdict | undefined)[];
  readonly #fired: Int32Array;
  #event: EventView = NO_EVENT;
  #ways: Ways = NO_WAYS;

  /** `known`: the fields that every event of this kind holds with these values; `trees` are folded with them. */
  constructor(entries: readonly Entry[], predicates: Predicates, known: PreparedView, filterOf: KeywordFilters) {
    const knots: (Knot | true)[] = [];
    const slotOf = new Map<FieldMapping | undefined, Map<number, number>>();
    const columnOf = new Map<FieldMapping | undefined, Map<string, number>>();
    const slot = (index: number, mapping: FieldMapping | undefined): number => {
      const predicate = predicates.get(index);
      const { field } = predicate;
      // A field that the mapping leaves as it is, is read once for all.
      const own =
        field === undefined || predicate.value.kind === 'field' || changes(mapping, field) ? mapping : undefined;
      const slots = of(slotOf, own);
      const known = slots.get(index);
      if (known !== undefined) return known;
      let column = -1;
      if (field !== undefined && (predicate.each !== undefined || isAbsence(predicate))) {
        const columns = of(columnOf, own);
        column = columns.get(field) ?? this.#places.length;
        if (column === this.#places.length) {
          columns.set(field, column);
          this.#places.push({ field, mapping: own });
        }
      }
      slots.set(index, this.#slots.length);
      return this.#slots.push({ predicate, index, mapping: own, column, fires: [] }) - 1;
    };
    for (const { tree, mapping } of entries) {
      const knot = fold(tree, mapping, predicates, known, slot);
      // Entries are candidates: what can never hold has been left out before, by the same folding.
      knots.push(knot === false ? { slot: -1, atLeast: 1, of: [] } : knot);
    }
    this.#knots = knots;

    const always: number[] = [];
    const keywords = new Map<FieldMapping | undefined, { slots: Set<number>; rules: number[] }>();
    const popular = popularity(knots, this.#slots, this.#places.length);
    knots.forEach((knot, rule) => {
      const triggers = knot === true ? undefined : triggersOf(knot, this.#slots, popular);
      if (triggers === undefined || triggers.slots.some((s) => this.#slots[s]!.predicate.value.kind === 'field')) {
        always.push(rule);
        return;
      }
      const mappings = new Set<FieldMapping | undefined>();
      for (const s of triggers.slots) {
        const { column, fires, mapping } = this.#slots[s]!;
        if (column >= 0) {
          fires.push(rule);
          continue;
        }
        const entry = keywords.get(mapping) ?? { slots: new Set(), rules: [] };
        keywords.set(mapping, entry);
        entry.slots.add(s);
        if (!mappings.has(mapping)) entry.rules.push(rule);
        mappings.add(mapping);
      }
    });
    this.#always = always;
    this.#keywords = [...keywords].map(([mapping, { slots, rules }]) => ({
      filter: filterOf([...slots].map((s) => this.#slots[s]!.predicate)),
      mapping,
      rules,
    }));

    const asked: Asked[][] = this.#places.map(() => []);
    const leading = new Set<number>();
    this.#slots.forEach(({ predicate, index, column, fires }, s) => {
      if (column < 0) return;
      asked[column]!.push({ slot: s, predicate, lookup: () => predicates.lookup(index), fires });
      if (fires.length > 0) leading.add(column);
    });
    for (const of of asked) this.#columns.push(new Column(of));
    this.#leading = [...leading].sort((a, b) => a - b);
    this.#on = new Int32Array(this.#slots.length);
    this.#loaded = new Int32Array(this.#columns.length);
    this.#verdictAt = new Int32Array(this.#columns.length);
    this.#verdicts = new Array<Verdict | undefined>(this.#columns.length).fill(undefined);
    this.#fired = new Int32Array(entries.length);
  }

  /** The entries that hold, by their numbers, ascending. */
  hits(event: EventView, ways: Ways): readonly number[] {
    if (++this.#turn > 0x7fff_fff0) this.#restart();
    const turn = this.#turn;
    this.#event = event;
    this.#ways = ways;
    let candidates: number[] | undefined;
    for (let i = 0; i < this.#leading.length; i++) {
      const { fired } = this.#verdict(this.#leading[i]!);
      for (let n = 0; n < fired.length; n++) {
        const rule = fired[n]!;
        if (this.#fired[rule] === turn) continue;
        this.#fired[rule] = turn;
        if (candidates === undefined) candidates = [rule];
        else candidates.push(rule);
      }
    }
    for (let i = 0; i < this.#keywords.length; i++) {
      const { filter, mapping, rules } = this.#keywords[i]!;
      const view = mapping === undefined ? event : ways.by(mapping);
      if (!filter.mayHold(view, ways, mapping)) continue;
      for (const rule of rules) {
        if (this.#fired[rule] === turn) continue;
        this.#fired[rule] = turn;
        candidates ??= [];
        candidates.push(rule);
      }
    }
    if (candidates === undefined && this.#always.length === 0) return NONE;
    const hits: number[] = [];
    if (candidates !== undefined)
      for (const rule of candidates) if (this.#holds(this.#knots[rule] as Knot)) hits.push(rule);
    for (const rule of this.#always) {
      const knot = this.#knots[rule]!;
      if (knot === true || this.#holds(knot)) hits.push(rule);
    }
    return hits.length > 1 ? hits.sort((a, b) => a - b) : hits;
  }

  #verdict(column: number): Verdict {
    if (this.#verdictAt[column] === this.#turn) return this.#verdicts[column]!;
    const { field, mapping } = this.#places[column]!;
    const values = mapping === undefined ? this.#event.values(field) : this.#ways.by(mapping).values(field);
    const verdict = this.#columns[column]!.judge(values);
    this.#verdictAt[column] = this.#turn;
    this.#verdicts[column] = verdict;
    return verdict;
  }

  #holds(knot: Knot): boolean {
    if (knot.slot >= 0) return this.#slotHolds(knot.slot);
    const { of, atLeast } = knot;
    if (atLeast === 0) return !this.#holds(of[0]!);
    let missing = atLeast;
    let left = of.length;
    for (let i = 0; i < of.length; i++) {
      if (this.#holds(of[i]!) && --missing === 0) return true;
      if (--left < missing) return false;
    }
    return false;
  }

  #slotHolds(s: number): boolean {
    const { column, predicate, mapping } = this.#slots[s]!;
    if (column < 0) return predicate.holds(this.#ways.by(mapping));
    if (this.#loaded[column] !== this.#turn) {
      this.#loaded[column] = this.#turn;
      const { held } = this.#verdict(column);
      for (let i = 0; i < held.length; i++) this.#on[held[i]!] = this.#turn;
    }
    return this.#on[s] === this.#turn;
  }

  #restart(): void {
    this.#turn = 1;
    for (const marks of [this.#on, this.#loaded, this.#verdictAt, this.#fired]) marks.fill(0);
  }
}

function of<K, I, V>(maps: Map<K, Map<I, V>>, key: K): Map<I, V> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}

const isAbsence = ({ value }: Predicate): boolean => value.kind === 'null' || value.kind === 'exists';

/** Whether a rule's field is another one of the event's, or made of them. */
function changes(mapping: FieldMapping | undefined, field: string): boolean {
  return (
    mapping !== undefined &&
    (Object.hasOwn(mapping.fields, field) ||
      (mapping.derived !== undefined && Object.hasOwn(mapping.derived, field)) ||
      mapping.lacks?.includes(field) === true)
  );
}

/** Whether a tree can hold where only `known` is known: true or false where that decides it, undefined where it does not. */
export function decided(
  tree: Tree,
  mapping: FieldMapping | undefined,
  predicates: Predicates,
  known: PreparedView,
): boolean | undefined {
  if (typeof tree === 'number') {
    const predicate = predicates.program.predicates[tree]!;
    if (predicate[0] < 0) return undefined;
    const field = predicates.program.fields[predicate[0]]!;
    if (changes(mapping, field) || known.values(field) === undefined) return undefined;
    const asked = predicates.get(tree);
    return asked.value.kind === 'field' ? undefined : asked.holds(known);
  }
  const atLeast = tree[0] as number;
  if (atLeast === 0) {
    const inner = decided(tree[1]!, mapping, predicates, known);
    return inner === undefined ? undefined : !inner;
  }
  let yes = 0;
  let open = 0;
  for (let i = 1; i < tree.length; i++) {
    const one = decided(tree[i]!, mapping, predicates, known);
    if (one === true) yes++;
    else if (one === undefined) open++;
  }
  return yes >= atLeast ? true : yes + open >= atLeast ? undefined : false;
}

/** The tree with what `known` decides taken out. */
function fold(
  tree: Tree,
  mapping: FieldMapping | undefined,
  predicates: Predicates,
  known: PreparedView,
  slot: (index: number, mapping: FieldMapping | undefined) => number,
): Knot | boolean {
  if (typeof tree === 'number') {
    const constant = decided(tree, mapping, predicates, known);
    return constant ?? { slot: slot(tree, mapping), atLeast: 0, of: [] };
  }
  let missing = tree[0] as number;
  if (missing === 0) {
    const inner = fold(tree[1]!, mapping, predicates, known, slot);
    return typeof inner === 'boolean' ? !inner : { slot: -1, atLeast: 0, of: [inner] };
  }
  // First whether it is decided: a slot must not be made for what is not asked.
  const constant = decided(tree, mapping, predicates, known);
  if (constant !== undefined) return constant;
  const of: Knot[] = [];
  for (let i = 1; i < tree.length; i++) {
    const part = fold(tree[i]!, mapping, predicates, known, slot);
    if (part === true) missing--;
    else if (part !== false) of.push(part);
  }
  return of.length === 1 ? of[0]! : { slot: -1, atLeast: missing, of };
}

/** How many knots ask a column. */
function popularity(knots: readonly (Knot | true)[], slots: readonly Slot[], columns: number): Int32Array {
  const count = new Int32Array(columns);
  const walk = (knot: Knot, seen: Set<number>): void => {
    if (knot.slot < 0) for (const part of knot.of) walk(part, seen);
    else if (slots[knot.slot]!.column >= 0) seen.add(slots[knot.slot]!.column);
  };
  for (const knot of knots) {
    if (knot === true) continue;
    const seen = new Set<number>();
    walk(knot, seen);
    for (const column of seen) count[column]!++;
  }
  return count;
}

interface Triggers {
  readonly slots: readonly number[];
  /** Guessed: how often one of them holds, and what reading their columns costs. */
  readonly cost: number;
}

/** Slots of which one must hold for the knot to hold, the rarest found; undefined where there are none, as under `not`. */
function triggersOf(knot: Knot, slots: readonly Slot[], popular: Int32Array): Triggers | undefined {
  if (knot.slot >= 0) return { slots: [knot.slot], cost: costOf(slots[knot.slot]!, popular) };
  if (knot.atLeast === 0) return undefined;
  const parts: Triggers[] = [];
  for (const part of knot.of) {
    const found = triggersOf(part, slots, popular);
    if (found !== undefined) parts.push(found);
  }
  // Of any so many parts one must hold, since the others are too few.
  const needed = knot.of.length - knot.atLeast + 1;
  if (parts.length < needed) return undefined;
  parts.sort((a, b) => a.cost - b.cost);
  const taken = parts.slice(0, needed);
  return {
    slots: [...new Set(taken.flatMap((t) => t.slots))],
    cost: taken.reduce((sum, t) => Math.max(sum, t.cost), 0) + 0.01 * (taken.length - 1),
  };
}

function costOf({ predicate, column, mapping }: Slot, popular: Int32Array): number {
  const reading = column < 0 ? 50 : 4 / popular[column]! + (mapping?.derived === undefined ? 0 : 2);
  const { value } = predicate;
  switch (value.kind) {
    case 'text': {
      let letters = 0;
      let open = 0;
      for (const part of value.parts) {
        if (part.kind === 'literal') letters += part.text.length;
        else if (part.kind !== 'dash') open++;
      }
      return reading + (letters === 0 ? 100 : (open > 1 ? 6 : 2) / letters);
    }
    case 'regex':
      return reading + 3;
    case 'number':
    case 'boolean':
      return reading + 1;
    case 'field':
      return reading + 200;
    case 'null':
    case 'exists':
      return reading + 50;
    default:
      return reading + 20;
  }
}
