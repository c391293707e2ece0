import type { UnixMs } from '@haetae/event';
import {
  DETECTORS,
  type Detector,
  type DetectorSetup,
  describeProblem,
  type FiledFinding,
  type Finding,
} from '../detect/index.ts';
import { eventOf, type QueryControl, type Store, type StoredEvent, StoreError } from '../store/index.ts';
import { filterFor } from './filter.ts';
import { type HuntJudge, judgeOf } from './judge.ts';
import { Known } from './known.ts';

/** What hunts ask of a store. */
export type HuntStore = Pick<Store, 'events' | 'findings'>;

/** Rules to be held against what is stored. */
export type HuntRules = Pick<DetectorSetup, 'rules' | 'minLevel' | 'strict' | 'pipelines' | 'compiled'>;

export interface HuntTimes {
  /** Inclusive. */
  readonly fromMs?: number;
  /** Exclusive. */
  readonly toMs?: number;
}

export interface HuntHit {
  /** Of the event, or of the one that completed it. */
  readonly timeMs: UnixMs;
  readonly host: string;
  /** Events by id; of a rule over several those that its finding names. */
  readonly eventIds: readonly number[];
  readonly finding: Finding;
  /** No stored finding says it: it was missed. */
  readonly fresh: boolean;
}

/** What was found in a stretch of time, and how far the hunt is. */
export interface HuntStep {
  readonly hits: readonly HuntHit[];
  readonly searched: number;
  readonly total: number;
  /** Events of which the rules were asked. */
  readonly asked: number;
}

/**
 * Rules ready to hunt. Throws `invalid`, with the place, where one of them is not in force, or none is left. `lenient`: those
 * that are in force hunt, as they detect live.
 */
export function huntersOf(rules: HuntRules, lenient = false): Detector {
  const detector = DETECTORS.get('sigma')!.create(rules);
  const [problem] = detector.problems.filter(({ severity }) => severity === 'error');
  if (problem !== undefined && !(lenient && detector.counts.inForce > 0))
    throw new StoreError('invalid', describeProblem(problem));
  if (detector.counts.inForce === 0) throw new StoreError('invalid', 'there is no rule to hunt with');
  return detector;
}

/** Hits kept back until it is looked up at once what of them is known. */
const AT_ONCE = 200;

/**
 * Holds rules against stored events in order of time, as if they came now: what a rule says of an event is what it would have said
 * live, of those over several events too. `detector` is used up.
 */
export async function* hunt(
  store: HuntStore,
  detector: Detector,
  times: HuntTimes,
  control: QueryControl = {},
  { tells, hears }: HuntJudge = judgeOf(undefined, 0),
): AsyncGenerator<HuntStep> {
  const known = new Known(store.findings);
  const filter = filterFor(detector.needs?.() ?? [{ sources: undefined, need: { kind: 'all', of: [] } }]);
  let waiting: Found[] = [];
  let asked = 0;
  let progress = { searched: 0, total: 0 };
  const step = async (): Promise<HuntStep> => {
    const hits = await known.judged(waiting, control);
    waiting = [];
    return { hits, ...progress, asked };
  };
  const add = (findings: readonly (Finding | FiledFinding)[], stored: StoredEvent | undefined): void => {
    for (const one of findings) {
      if (!tells(one)) continue;
      const { file: _, ...finding } = { file: '', ...one };
      waiting.push(foundBy(finding, stored));
    }
  };
  for await (const { events, searched, total } of store.events.scan({ ...times, order: 'oldest', filter }, control)) {
    progress = { searched, total };
    asked += events.length;
    for (const stored of events) {
      const several: FiledFinding[] = [];
      const single = detector.detect(eventOf(stored), (signal) => {
        if (hears(signal)) several.push(...(detector.follow?.({ ...signal, file: '' }) ?? []));
      });
      add([...single, ...several], stored);
    }
    if (events.length === 0 || waiting.length >= AT_ONCE) yield await step();
  }
  add(detector.finish?.() ?? [], undefined);
  if (waiting.length > 0) yield await step();
}

/** A finding that nobody has looked up yet. */
export type Found = Omit<HuntHit, 'fresh'>;

/** The position of a stored event is its id. A finding that was completed later than its event came tells its time itself. */
function foundBy(finding: Finding, stored: StoredEvent | undefined): Found {
  const { event } = finding;
  const own = event.position.kind === 'record' ? event.position.record : 0;
  const here = stored?.id === own ? stored : undefined;
  const timeMs = here?.timeMs ?? event.timeMs ?? stored?.timeMs ?? 0;
  const host = here?.host ?? event.computer;
  return { timeMs: timeMs as UnixMs, host, eventIds: eventIdsOf(finding, own), finding };
}

function eventIdsOf({ why }: Finding, own: number): number[] {
  const ids = new Set([own]);
  for (const reason of why)
    if (reason.kind === 'correlated')
      for (const { record } of [...reason.first, ...reason.last]) if (record !== undefined) ids.add(record);
  return [...ids];
}
