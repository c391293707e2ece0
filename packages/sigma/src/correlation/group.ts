import { keeps, onlyLower } from './bounds.ts';
import { follow, longestChain } from './chain.ts';
import type { Contribution } from './finding.ts';
import { createMeasure, type Measure, type Measured, type MeasureLimits, type SavedMeasure } from './measure.ts';
import type { Plan, Row } from './plan.ts';
import { compareInstants, type Instant } from './time.ts';

/** An event in a group: what it contributes, what its measure sees, and what correlations above will ask of it. */
export interface Entry<R> extends Contribution<R>, Measured {
  readonly rows: readonly Row[];
}

/** A window that is only added to: a finding that is open, or a window too large to be slid. Plain data but the measure. */
export interface Tally<R, D> {
  /** The condition is met, and the finding was told. */
  open: boolean;
  readonly from: Instant;
  met: (Contribution<R> & { readonly detail?: D }) | undefined;
  count: number;
  readonly counts: number[];
  readonly measure: Measure | undefined;
  readonly first: Contribution<R>[];
  readonly last: Contribution<R>[];
  /** Rows for the correlations above, by their text; and findings below that are counted already. */
  readonly rows: Map<string, Row>;
  readonly ids: Set<string>;
  /** Something changed since it was told. */
  dirty: boolean;
}

/** The events of one group that may yet make a finding, or the finding that they make. */
export interface Group<R, D> {
  readonly key: string;
  readonly values: readonly string[];
  entries: Entry<R>[];
  counts: number[];
  measure: Measure | undefined;
  /** An event came since the last window was judged. */
  fresh: boolean;
  /** Events were let go because of a limit. */
  lost: boolean;
  tally: Tally<R, D> | undefined;
  /** More about the newest event. */
  detail: D | undefined;
  /** When to look at it again. */
  due: Instant;
}

/** Distinct rows, and findings below, that a window hands on. */
export const MOST_ROWS = 1000;

export function newMeasure(
  { linked: { correlation } }: Plan,
  limits: MeasureLimits,
  saved?: SavedMeasure,
): Measure | undefined {
  const { type, condition } = correlation;
  if (type === 'temporal' || type === 'temporal_ordered' || condition.kind !== 'bounds') return undefined;
  return createMeasure(type, condition, limits, saved);
}

export function newGroup<R, D>(
  plan: Plan,
  key: string,
  values: readonly string[],
  due: Instant,
  limits: MeasureLimits,
): Group<R, D> {
  return {
    key,
    values,
    entries: [],
    counts: plan.sources.map(() => 0),
    measure: newMeasure(plan, limits),
    fresh: false,
    lost: false,
    tally: undefined,
    detail: undefined,
    due,
  };
}

export function addEntry<R, D>(group: Group<R, D>, entry: Entry<R>): void {
  group.entries.push(entry);
  group.counts[entry.rule]!++;
  group.measure?.add(entry);
  group.fresh = true;
}

/** Takes entry number `at` away. */
export function removeEntry<R, D>(group: Group<R, D>, at: number): void {
  const [entry] = at === 0 ? [group.entries.shift()] : group.entries.splice(at, 1);
  group.counts[entry!.rule]!--;
  group.measure?.remove(entry!);
}

/** The value of the condition, and whether it is met by the entries of the group. */
export function judge<R, D>(
  { formula, linked: { correlation } }: Plan,
  { entries, counts, measure }: Group<R, D>,
): boolean {
  const { condition, type } = correlation;
  const ordered = type === 'temporal_ordered';
  if (formula !== undefined)
    return formula.some(
      ({ present, absent }) =>
        present.every((rule) => counts[rule]! > 0) &&
        absent.every((rule) => counts[rule] === 0) &&
        (!ordered || follow(entries, present)),
    );
  if (condition.kind !== 'bounds') return false;
  // No order is longer than the rules that were seen.
  if (ordered && onlyLower(condition.bounds) && !keeps(seen(counts), condition.bounds)) return false;
  const value = measure !== undefined ? measure.value() : ordered ? longestChain(entries, counts.length) : seen(counts);
  return keeps(value, condition.bounds);
}

/** Whether the newest entry may have completed an order: else there is no need to look. */
export function mayComplete<R, D>({ formula }: Plan, { entries }: Group<R, D>): boolean {
  const newest = entries.at(-1)!;
  if (formula === undefined || formula.some(({ present }) => present.at(-1) === newest.rule)) return true;
  // Of one time with events of other rules it may stand between them.
  for (let i = entries.length - 2; i >= 0; i--) {
    const before = entries[i]!;
    if (compareInstants(before, newest) !== 0) return false;
    if (before.rule !== newest.rule || entries.length - i > FAR_BACK) return true;
  }
  return false;
}

/** Looking at more events than that is not cheaper than looking whether the order is complete. */
const FAR_BACK = 4096;

export const seen = (counts: readonly number[]): number => counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0);

/** The window of the group's entries as one that is only added to. `references`: how many of the first and of the last it names. */
export function toTally<R, D>(plan: Plan, group: Group<R, D>, references: number, limits: MeasureLimits): Tally<R, D> {
  const { timeMs, timeTicks } = group.entries[0]!;
  // Made anew, so that nothing in it stems from events that have left.
  const measure = newMeasure(plan, limits);
  const tally: Tally<R, D> = {
    open: false,
    from: { timeMs, timeTicks },
    met: undefined,
    count: 0,
    counts: group.counts.map(() => 0),
    measure,
    first: [],
    last: [],
    rows: new Map(),
    ids: new Set(),
    dirty: true,
  };
  for (const entry of group.entries) addToTally(plan, tally, entry, references);
  measure?.fold();
  return tally;
}

/** Adds an event; gives the rows that are new. */
export function addToTally<R, D>(plan: Plan, tally: Tally<R, D>, entry: Entry<R>, references: number): Row[] {
  const { rule, id, ref, timeMs, timeTicks } = entry;
  tally.count++;
  tally.counts[rule]!++;
  tally.measure?.add(entry);
  tally.dirty = true;
  if (plan.sources[rule]!.isCorrelation) tally.ids.add(id);
  const contribution: Contribution<R> = { timeMs, timeTicks, rule, id, ref };
  if (tally.first.length < references) tally.first.push(contribution);
  else {
    tally.last.push(contribution);
    if (tally.last.length > references) tally.last.shift();
  }
  const fresh: Row[] = [];
  for (const row of entry.rows) {
    const key = JSON.stringify(row);
    if (tally.rows.has(key) || tally.rows.size >= MOST_ROWS) continue;
    tally.rows.set(key, row);
    fresh.push(row);
  }
  return fresh;
}
