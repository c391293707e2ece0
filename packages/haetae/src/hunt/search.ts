import {
  type Cursor,
  type EventQuery,
  eventOf,
  type QueryControl,
  type SearchStep,
  type Store,
  type StoredEvent,
} from '../store/index.ts';
import { filterFor } from './filter.ts';
import { huntersOf } from './hunt.ts';

/**
 * Stored events that a rule matches, beside what else the query asks, in its order and as steps of a search. Of rules over several
 * events those that their rules match. Throws `invalid` where the rule does not compile.
 */
export async function* searchByRule(
  store: Pick<Store, 'events'>,
  rule: string,
  { filter, order, limit, after, ...times }: EventQuery,
  control: QueryControl,
): AsyncGenerator<SearchStep> {
  const detector = huntersOf({ rules: [{ path: 'rule', text: rule }] });
  const needed = filterFor(detector.needs!());
  const of = filter === undefined ? [needed] : [needed, filter];
  const wanted = { ...within(times, order, after), order, filter: { kind: 'and', of } } as const;
  const isBehind = (event: StoredEvent): boolean => after === undefined || compared(event, after) * SIGN[order] > 0;
  let left = limit;
  for await (const { events, searched, total } of store.events.scan(wanted, control)) {
    const hits: StoredEvent[] = [];
    for (const event of events) {
      let matched = false;
      const findings = detector.detect(eventOf(event), () => {
        matched = true;
      });
      if ((!matched && findings.length === 0) || !isBehind(event)) continue;
      hits.push(event);
      if (--left === 0) break;
    }
    const last = hits.at(-1);
    if (left > 0) yield { hits, searched, total };
    else return yield { hits, searched, total, next: last! };
  }
}

const SIGN = { newest: -1, oldest: 1 } as const;
const compared = (a: Cursor, b: Cursor): number => a.timeMs - b.timeMs || a.timeTicks - b.timeTicks || a.id - b.id;

/** Times that end at the cursor. */
function within(
  { fromMs, toMs }: Pick<EventQuery, 'fromMs' | 'toMs'>,
  order: EventQuery['order'],
  after: Cursor | undefined,
): Pick<EventQuery, 'fromMs' | 'toMs'> {
  const from = order === 'oldest' && after !== undefined ? Math.max(fromMs ?? after.timeMs, after.timeMs) : fromMs;
  const to = order === 'newest' && after !== undefined ? Math.min(toMs ?? after.timeMs + 1, after.timeMs + 1) : toMs;
  return { ...(from !== undefined && { fromMs: from }), ...(to !== undefined && { toMs: to }) };
}
