import { keeps } from './bounds.ts';
import type { CorrelationFinding } from './finding.ts';
import {
  addEntry,
  addToTally,
  type Entry,
  type Group,
  judge,
  mayComplete,
  newGroup,
  removeEntry,
  seen,
  type Tally,
  toTally,
} from './group.ts';
import { Heap } from './heap.ts';
import { type CorrelationStats, type CorrelatorOptions, noStats } from './options.ts';
import type { Plan, Row } from './plan.ts';
import { distinct, measured } from './rows.ts';
import { compareInstants, type Instant, isWithin, later } from './time.ts';

/** A match on its way to a correlation; `rule`: which of its rules. */
export interface Passed<R, D> extends Instant {
  readonly rule: number;
  readonly id: string;
  readonly ref: R;
  readonly detail?: D;
  readonly rows: readonly Row[];
}

/** Who hears of what a correlation finds. */
export interface Hearer<R, D> {
  say(finding: CorrelationFinding<R, D>): void;
  /** For the correlations above. */
  pass(match: Omit<Passed<R, D>, 'rule'>): void;
}

type Due = Instant & { readonly key: string };

export const byTurn = (a: Passed<unknown, unknown>, b: Passed<unknown, unknown>): number =>
  compareInstants(a, b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.rule - b.rule);

const byDue = (a: Due, b: Due): number => compareInstants(a, b) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/**
 * One correlation at work. Matches wait in a queue until no earlier one can come; then they are taken in order of time,
 * and windows end in order of time between them. So what it finds depends on the events alone, not on when they arrived.
 * What a window is: docs/correlation.md.
 */
export class CorrelationNode<R, D> {
  readonly plan: Plan;
  readonly stats: CorrelationStats = noStats();
  /** Matches before this moment were taken; an earlier one is too late. */
  settled = Number.NEGATIVE_INFINITY;
  readonly queue = new Heap<Passed<R, D>>(byTurn);
  /** In the order of their newest events, the oldest first. */
  readonly groups = new Map<string, Group<R, D>>();
  readonly #dues = new Heap<Due>(byDue);
  readonly #changed = new Set<Group<R, D>>();
  readonly #options: Required<CorrelatorOptions>;
  readonly #limits: { readonly values: number };
  readonly #mostInGroup: number;
  readonly #hearer: Hearer<R, D>;
  #held = 0;

  constructor(plan: Plan, options: Required<CorrelatorOptions>, hearer: Hearer<R, D>) {
    this.plan = plan;
    this.#options = options;
    this.#limits = { values: options.eventsPerGroup };
    this.#hearer = hearer;
    const { condition, type } = plan.linked.correlation;
    const threshold =
      condition.kind === 'bounds' && type === 'event_count' ? Math.max(...condition.bounds.map((b) => b.number)) : 0;
    this.#mostInGroup = Math.max(options.eventsPerGroup, Math.min(threshold + 1, options.eventsPerRule / 2));
  }

  /** Matches that it makes from here on are not before this, when its own are not before `before`. */
  horizon(before: number): number {
    return this.plan.early ? before : before - this.plan.spanMs;
  }

  give(match: Passed<R, D>): void {
    this.stats.matches++;
    if (match.timeMs < this.settled) {
      this.stats.late++;
      return;
    }
    this.queue.push(match);
    if (this.queue.size > this.#options.waiting) {
      this.stats.forced++;
      this.settle(this.queue.peek()!.timeMs + 1);
    }
  }

  /** Takes every match before this moment, and ends every window that is over by then. */
  settle(before: number): void {
    if (before <= this.settled) return;
    for (let next = this.queue.peek(); next !== undefined && next.timeMs < before; next = this.queue.peek()) {
      this.queue.pop();
      for (let due = this.#dues.peek(); due !== undefined && compareInstants(due, next) < 0; due = this.#dues.peek())
        this.#end(this.#dues.pop()!);
      this.#take(next);
    }
    for (let due = this.#dues.peek(); due !== undefined && due.timeMs < before; due = this.#dues.peek())
      this.#end(this.#dues.pop()!);
    this.settled = before;
  }

  /** Tells of open findings that have changed since they were told. */
  update(): void {
    for (const group of this.#changed) {
      const { tally } = group;
      if (tally?.open && tally.dirty && this.groups.get(group.key) === group) this.#tell('updated', group, tally);
    }
    this.#changed.clear();
  }

  /** Puts a saved group back. */
  restore(group: Group<R, D>): void {
    this.groups.set(group.key, group);
    this.#held += group.entries.length;
    this.#dues.push({ ...group.due, key: group.key });
    if (group.tally?.open && group.tally.dirty) this.#changed.add(group);
  }

  #take(match: Passed<R, D>): void {
    const { sources, spanMs } = this.plan;
    const source = sources[match.rule]!;
    for (const [key, { values, rows }] of this.#grouped(match)) {
      const of = measured(this.plan, match.rule, rows);
      if (of === undefined) {
        this.stats.unmeasured++;
        continue;
      }
      let group = this.groups.get(key);
      if (group === undefined) {
        group = newGroup<R, D>(this.plan, key, values, later(match, spanMs), this.#limits);
        this.#dues.push({ ...group.due, key });
      } else {
        // A finding below that brings further rows is still one.
        if (source.isCorrelation && knows(group, match)) continue;
        this.groups.delete(key);
      }
      this.groups.set(key, group);
      group.detail = match.detail;
      const { timeMs, timeTicks, rule, id, ref } = match;
      const carried = source.carried.length === 0 ? NO_ROWS : distinct(rows, source.carried);
      this.#add(group, { timeMs, timeTicks, rule, id, ref, rows: carried, ...of });
    }
    this.#bound();
  }

  /** The match's rows by group. */
  #grouped({ rule, rows }: Passed<R, D>): Map<string, { values: string[]; rows: Row[] }> {
    const { groups: columns } = this.plan.sources[rule]!;
    const grouped = new Map<string, { values: string[]; rows: Row[] }>();
    let without = 0;
    for (const row of rows) {
      const values: string[] = [];
      for (const column of columns) {
        const value = row[column]?.[0];
        if (value !== undefined) values.push(value);
      }
      if (values.length < columns.length) {
        without++;
        continue;
      }
      const key = JSON.stringify(values.map((value) => value.toLowerCase()));
      const known = grouped.get(key);
      if (known === undefined) grouped.set(key, { values, rows: [row] });
      else known.rows.push(row);
    }
    if (without > 0 && grouped.size === 0) this.stats.ungrouped++;
    return grouped;
  }

  #add(group: Group<R, D>, entry: Entry<R>): void {
    const { tally } = group;
    if (tally !== undefined) {
      const rows = addToTally(this.plan, tally, entry, this.#options.references);
      if (tally.open) {
        this.#changed.add(group);
        if (rows.length > 0) this.#pass(group, entry, rows);
      } else if (this.plan.early && this.#kept(tally)) this.#open(group, tally, entry);
      return;
    }
    addEntry(group, entry);
    this.#held++;
    if (!this.plan.early) {
      if (group.entries.length > this.#mostInGroup) this.#shrink(group);
      return;
    }
    while (!isWithin(entry, group.entries[0]!, this.plan.spanMs)) this.#drop(group, 0);
    if (this.plan.linked.correlation.type === 'temporal_ordered' && !mayComplete(this.plan, group)) {
      if (group.entries.length > this.#mostInGroup) this.#shrink(group);
    } else if (judge(this.plan, group)) this.#open(group, this.#toTally(group), entry);
    else if (group.entries.length > this.#mostInGroup) this.#shrink(group);
  }

  #open(group: Group<R, D>, tally: Tally<R, D>, { timeMs, timeTicks, rule, id, ref }: Entry<R>): void {
    tally.open = true;
    tally.met = { timeMs, timeTicks, rule, id, ref, ...(group.detail !== undefined && { detail: group.detail }) };
    group.due = later(tally.from, this.plan.spanMs);
    this.#dues.push({ ...group.due, key: group.key });
    this.stats.findings++;
    this.#tell('open', group, tally);
    this.#pass(group, tally.met, [...tally.rows.values()]);
  }

  /** Looks at a group whose time has come. */
  #end({ key, timeMs, timeTicks }: Due): void {
    const group = this.groups.get(key);
    // Of several appointments of a group the one that it remembers counts.
    if (group === undefined || group.due.timeMs !== timeMs || group.due.timeTicks !== timeTicks) return;
    const { plan } = this;
    if (group.tally !== undefined) {
      this.#finish(group, group.tally);
      return;
    }
    if (plan.early) {
      // The newest event leaves the window that could still grow: whatever is here can no longer meet the condition.
      const end = later(group.entries.at(-1)!, plan.spanMs);
      if (compareInstants(end, group.due) <= 0) this.#forget(group);
      else this.#remind(group, end);
      return;
    }
    // All entries lie in the window of the first one, which is over. One that brought no event since the last is part of it.
    if (group.fresh && judge(plan, group)) {
      const tally = this.#toTally(group);
      this.#meet(group, tally);
      return;
    }
    group.fresh = false;
    this.#drop(group, 0);
    const next = group.entries[0];
    if (next === undefined) this.#forget(group);
    else this.#remind(group, later(next, plan.spanMs));
  }

  /** A window that is over, and that meets its condition only now. */
  #meet(group: Group<R, D>, tally: Tally<R, D>): void {
    const newest = tally.last.at(-1) ?? tally.first.at(-1)!;
    tally.met = { ...newest, ...(group.detail !== undefined && { detail: group.detail }) };
    this.stats.findings++;
    this.#tell('closed', group, tally);
    this.#pass(group, tally.met, [...tally.rows.values()]);
    this.#forget(group);
  }

  #finish(group: Group<R, D>, tally: Tally<R, D>): void {
    if (tally.open) this.#tell('closed', group, tally);
    else if (!this.plan.early && this.#kept(tally)) {
      this.#meet(group, tally);
      return;
    }
    this.#forget(group);
  }

  #kept({ measure }: Tally<R, D>): boolean {
    const { condition } = this.plan.linked.correlation;
    return measure !== undefined && condition.kind === 'bounds' && keeps(measure.value(), condition.bounds);
  }

  #pass(group: Group<R, D>, at: Entry<R> | NonNullable<Tally<R, D>['met']>, rows: readonly Row[]): void {
    if (this.plan.parents.length === 0) return;
    const { timeMs, timeTicks, ref } = at;
    this.#hearer.pass({
      timeMs,
      timeTicks,
      id: this.#idOf(group, group.tally!),
      ref,
      // Those above that group by nothing need no values.
      rows: rows.length > 0 ? rows : [[]],
      ...(group.detail !== undefined && { detail: group.detail }),
    });
  }

  #toTally(group: Group<R, D>): Tally<R, D> {
    const tally = toTally(this.plan, group, this.#options.references, this.#limits);
    this.#held -= group.entries.length;
    group.entries = [];
    group.tally = tally;
    return tally;
  }

  #drop(group: Group<R, D>, at: number): void {
    removeEntry(group, at);
    this.#held--;
  }

  #remind(group: Group<R, D>, at: Instant): void {
    group.due = at;
    this.#dues.push({ ...at, key: group.key });
  }

  #forget(group: Group<R, D>): void {
    this.#held -= group.entries.length;
    this.groups.delete(group.key);
  }

  /** A group with more events than one may have. */
  #shrink(group: Group<R, D>): void {
    const { type } = this.plan.linked.correlation;
    if (type === 'temporal' || type === 'temporal_ordered') {
      const most = group.counts.indexOf(Math.max(...group.counts));
      // A quarter at once, so that a flood costs little an event.
      let left = Math.ceil(group.counts[most]! / 4);
      this.#lose(
        group,
        group.entries.map(({ rule }) => rule !== most || left-- <= 0),
      );
      return;
    }
    if (type === 'value_count' && this.plan.early) {
      // Of one value the latest event decides; earlier ones only count.
      const known = new Set<string>();
      const kept: boolean[] = [];
      for (let i = group.entries.length - 1; i >= 0; i--) {
        const fresh = group.entries[i]!.texts.map((text) => text.toLowerCase()).filter((text) => !known.has(text));
        for (const text of fresh) known.add(text);
        kept[i] = fresh.length > 0;
      }
      if (kept.filter(Boolean).length <= group.entries.length / 2) {
        this.#lose(group, kept);
        return;
      }
    }
    const { from } = this.#toTally(group);
    group.lost = true;
    this.stats.folded++;
    this.#remind(group, later(from, this.plan.spanMs));
  }

  /** Lets go of the entries that are not kept, because of a limit. */
  #lose(group: Group<R, D>, kept: readonly boolean[]): void {
    const before = group.entries.length;
    group.entries = group.entries.filter((entry, i) => {
      if (kept[i]) return true;
      group.measure?.remove(entry);
      group.counts[entry.rule]!--;
      return false;
    });
    group.lost = true;
    this.#held -= before - group.entries.length;
    this.stats.droppedEvents += before - group.entries.length;
  }

  /** Keeps the limits of the whole correlation. */
  #bound(): void {
    const { groupsPerRule, eventsPerRule } = this.#options;
    while (this.groups.size > groupsPerRule || (this.#held > eventsPerRule && this.groups.size > 1)) {
      const oldest = this.groups.values().next().value!;
      this.stats.evictedGroups++;
      oldest.lost = true;
      if (oldest.tally?.open) this.#tell('closed', oldest, oldest.tally);
      this.#forget(oldest);
    }
  }

  #idOf(group: Group<R, D>, { from }: Tally<R, D>): string {
    return `${this.plan.key}|${group.key}|${from.timeMs}.${String(from.timeTicks).padStart(4, '0')}`;
  }

  #tell(state: CorrelationFinding['state'], group: Group<R, D>, tally: Tally<R, D>): void {
    tally.dirty = false;
    const { linked, spanMs } = this.plan;
    if (!linked.fires) return;
    const { correlation, level } = linked;
    const { measure, from, counts, count } = tally;
    const { timeMs, timeTicks } = tally.met!;
    this.#hearer.say({
      state,
      id: this.#idOf(group, tally),
      correlation,
      level,
      group: correlation.groupBy.map((field, i) => ({ field, value: group.values[i]! })),
      timeMs,
      timeTicks,
      from,
      to: later(from, spanMs),
      met: tally.met!,
      value: measure?.value() ?? seen(counts),
      approximate: group.lost || (measure?.approximate ?? false),
      values: measure?.examples(this.#options.references) ?? [],
      count,
      counts: [...counts],
      first: [...tally.first],
      last: [...tally.last],
    });
  }
}

const NO_ROWS: readonly Row[] = [];

function knows<R, D>({ entries, tally }: Group<R, D>, { rule, id }: Passed<R, D>): boolean {
  return tally !== undefined ? tally.ids.has(id) : entries.some((e) => e.rule === rule && e.id === id);
}
