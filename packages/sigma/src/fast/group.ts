import type { FieldMapping } from '../mapping.ts';
import type { SingleValue } from '../predicate.ts';
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
  /** Of the predicate in the program. */
  readonly index: number;
  readonly kind: SingleValue['kind'];
  /** How often it is guessed to hold. */
  readonly weight: number;
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
const NEVER: Knot = { slot: -1, atLeast: 1, of: [] };

/**
 * The rules of one kind of event (channel and id), ready to be asked of many events. Only fields on which a rule hinges are
 * read from every event; a rule is evaluated when one of the predicates without which it cannot hold does; the other fields
 * are read for it then.
 */
export class Group {
  readonly #predicates: Predicates;
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
      const field = predicates.field(index);
      const kind = predicates.kind(index);
      // A field that the mapping leaves as it is, is read once for all.
      const own = field === undefined || kind === 'field' || changes(mapping, field) ? mapping : undefined;
      const slots = of(slotOf, own);
      const known = slots.get(index);
      if (known !== undefined) return known;
      let column = -1;
      if (field !== undefined && kind !== 'field') {
        const columns = of(columnOf, own);
        column = columns.get(field) ?? this.#places.length;
        if (column === this.#places.length) {
          columns.set(field, column);
          this.#places.push({ field, mapping: own });
        }
      }
      slots.set(index, this.#slots.length);
      return this.#slots.push({ index, kind, mapping: own, column, fires: [], weight: predicates.weight(index) }) - 1;
    };
    const knotOf = (folded: Exclude<Folded, boolean>, mapping: FieldMapping | undefined): Knot =>
      typeof folded === 'number'
        ? { slot: slot(folded, mapping), atLeast: 0, of: [] }
        : { slot: -1, atLeast: folded.atLeast, of: folded.of.map((part) => knotOf(part, mapping)) };
    for (const { tree, mapping } of entries) {
      const folded = fold(tree, (predicate) => decidedOne(predicate, mapping, predicates, known));
      // Entries are candidates: what can never hold has been left out before, save through a mapping.
      if (folded === false) knots.push(NEVER);
      else knots.push(folded === true ? true : knotOf(folded, mapping));
    }
    this.#knots = knots;

    const always: number[] = [];
    const keywords = new Map<FieldMapping | undefined, { slots: Set<number>; rules: number[] }>();
    const popular = popularity(knots, this.#slots, this.#places.length);
    knots.forEach((knot, rule) => {
      const triggers = knot === true ? undefined : triggersOf(knot, this.#slots, popular);
      if (triggers === undefined || triggers.slots.some((s) => this.#slots[s]!.kind === 'field')) {
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
      filter: filterOf([...slots].map((s) => predicates.get(this.#slots[s]!.index))),
      mapping,
      rules,
    }));

    const asked: Asked[][] = this.#places.map(() => []);
    const leading = new Set<number>();
    this.#slots.forEach(({ index, column, fires }, s) => {
      if (column < 0) return;
      asked[column]!.push({ slot: s, index, fires });
      if (fires.length > 0) leading.add(column);
    });
    for (const of of asked) this.#columns.push(new Column(of, predicates));
    this.#predicates = predicates;
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
    const event = mapping === undefined ? this.#event : this.#ways.by(mapping);
    const verdict = this.#columns[column]!.of(event, field);
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
    const { column, index, mapping } = this.#slots[s]!;
    if (column < 0) return this.#predicates.get(index).holds(this.#ways.by(mapping));
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
  if (typeof tree === 'number') return decidedOne(tree, mapping, predicates, known);
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

function decidedOne(
  index: number,
  mapping: FieldMapping | undefined,
  predicates: Predicates,
  known: PreparedView,
): boolean | undefined {
  const field = predicates.field(index);
  if (field === undefined || known.values(field) === undefined || changes(mapping, field)) return undefined;
  const asked = predicates.get(index);
  return asked.value.kind === 'field' ? undefined : asked.holds(known);
}

/** A tree with its constants taken out; a number is a predicate of the program. */
type Folded = boolean | number | { readonly atLeast: number; readonly of: readonly Exclude<Folded, boolean>[] };

function fold(tree: Tree, decide: (predicate: number) => boolean | undefined): Folded {
  if (typeof tree === 'number') return decide(tree) ?? tree;
  const atLeast = tree[0] as number;
  if (atLeast === 0) {
    const inner = fold(tree[1]!, decide);
    return typeof inner === 'boolean' ? !inner : { atLeast: 0, of: [inner] };
  }
  let missing = atLeast;
  const of: Exclude<Folded, boolean>[] = [];
  for (let i = 1; i < tree.length; i++) {
    const part = fold(tree[i]!, decide);
    if (part === true) missing--;
    else if (part !== false) of.push(part);
  }
  if (missing <= 0) return true;
  if (of.length < missing) return false;
  return of.length === 1 ? of[0]! : { atLeast: missing, of };
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
  // Of any so many parts one must hold, since the others are too few.
  const needed = knot.of.length - knot.atLeast + 1;
  const parts: Triggers[] = [];
  for (let i = 0; i < knot.of.length; i++) {
    const found = triggersOf(knot.of[i]!, slots, popular);
    if (found !== undefined) parts.push(found);
  }
  if (parts.length < needed) return undefined;
  if (needed === 1) return parts.reduce((a, b) => (b.cost < a.cost ? b : a));
  parts.sort((a, b) => a.cost - b.cost);
  const taken = parts.slice(0, needed);
  return {
    slots: [...new Set(taken.flatMap((t) => t.slots))],
    cost: taken.reduce((sum, t) => Math.max(sum, t.cost), 0) + 0.01 * (taken.length - 1),
  };
}

function costOf({ weight, column, mapping }: Slot, popular: Int32Array): number {
  return weight + (column < 0 ? 50 : 4 / popular[column]! + (mapping?.derived === undefined ? 0 : 2));
}
