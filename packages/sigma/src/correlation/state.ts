import type { Contribution } from './finding.ts';
import { type Entry, type Group, newMeasure, type Tally } from './group.ts';
import type { MeasureLimits, SavedMeasure } from './measure.ts';
import type { CorrelationNode, Passed } from './node.ts';
import type { Plan, Row } from './plan.ts';
import type { Instant } from './time.ts';

/** Raised when the shape below changes; state of another version is not loaded. */
export const STATE_VERSION = 1;

/** What a correlator remembers, as plain data: JSON gives it back as it is. */
export interface CorrelatorState<R = unknown, D = unknown> {
  readonly version: typeof STATE_VERSION;
  /** null: nothing came yet. */
  readonly watermarkMs: number | null;
  readonly newestMs: number | null;
  readonly correlations: readonly SavedNode<R, D>[];
}

interface SavedNode<R, D> {
  readonly key: string;
  /** The correlation as it was: the state of one that has changed since is of no use. */
  readonly fingerprint: string;
  readonly settledMs: number | null;
  readonly waiting: readonly Passed<R, D>[];
  readonly groups: readonly SavedGroup<R, D>[];
}

interface SavedGroup<R, D> {
  readonly values: readonly string[];
  readonly key: string;
  readonly entries: readonly Entry<R>[];
  readonly fresh: boolean;
  readonly lost: boolean;
  readonly due: Instant;
  readonly detail?: D;
  readonly tally?: SavedTally<R, D>;
}

interface SavedTally<R, D> {
  readonly open: boolean;
  readonly from: Instant;
  readonly met?: Contribution<R> & { readonly detail?: D };
  readonly count: number;
  readonly counts: readonly number[];
  readonly measure?: SavedMeasure;
  readonly first: readonly Contribution<R>[];
  readonly last: readonly Contribution<R>[];
  readonly rows: readonly Row[];
  readonly ids: readonly string[];
  readonly dirty: boolean;
}

export const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);

export function saveNode<R, D>(node: CorrelationNode<R, D>): SavedNode<R, D> {
  return {
    key: node.plan.key,
    fingerprint: node.plan.fingerprint,
    settledMs: finite(node.settled),
    waiting: node.queue.sorted(),
    groups: [...node.groups.values()].map(({ measure: _, counts: __, tally, detail, entries, ...plain }) => ({
      ...plain,
      entries: [...entries],
      ...(detail !== undefined && { detail }),
      ...(tally !== undefined && { tally: saveTally(tally) }),
    })),
  };
}

function saveTally<R, D>({ met, measure, rows, ids, counts, first, last, ...plain }: Tally<R, D>): SavedTally<R, D> {
  return {
    ...plain,
    ...(met !== undefined && { met }),
    ...(measure !== undefined && { measure: measure.save() }),
    counts: [...counts],
    first: [...first],
    last: [...last],
    rows: [...rows.values()],
    ids: [...ids],
  };
}

/** Puts what was saved into a node of the same key and fingerprint. */
export function restoreNode<R, D>(node: CorrelationNode<R, D>, saved: SavedNode<R, D>, limits: MeasureLimits): void {
  node.settled = saved.settledMs ?? Number.NEGATIVE_INFINITY;
  for (const match of saved.waiting) node.queue.push(match);
  for (const group of saved.groups) node.restore(restoreGroup(node.plan, group, limits));
}

function restoreGroup<R, D>(plan: Plan, saved: SavedGroup<R, D>, limits: MeasureLimits): Group<R, D> {
  const { tally } = saved;
  const measure = newMeasure(plan, limits, tally?.measure);
  const counts = plan.sources.map(() => 0);
  for (const entry of saved.entries) {
    counts[entry.rule]!++;
    measure?.add(entry);
  }
  return {
    ...saved,
    entries: [...saved.entries],
    counts,
    measure,
    detail: saved.detail,
    tally:
      tally === undefined
        ? undefined
        : {
            ...tally,
            met: tally.met,
            counts: [...tally.counts],
            measure,
            first: [...tally.first],
            last: [...tally.last],
            rows: new Map(tally.rows.map((row) => [JSON.stringify(row), row])),
            ids: new Set(tally.ids),
          },
  };
}
