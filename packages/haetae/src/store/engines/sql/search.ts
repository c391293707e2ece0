import { StoreError } from '../../error.ts';
import { type EventQuery, MAX_HITS, type QueryControl, type SearchStep } from '../../events/query.ts';
import { Limit } from './limited.ts';
import type { EventReader } from './sql.ts';
import { cursorOf } from './stored-event.ts';
import { eventsOf, stretchesOf } from './stretches.ts';

/** Events of the first stretch that is searched; each following one is twice as long, up to the most: hits come soon, and progress steadily. */
const FIRST_STRETCH = 20_000;
const MOST_STRETCH = 500_000;
/** Hits of one step. */
const PAGE = 500;

/**
 * The newest (or oldest) stretch of time is searched first and its hits handed out, then the next, until there are enough. Each
 * statement takes a connection for itself and gives it back: a long search does not keep others waiting.
 */
export async function* search(
  db: EventReader,
  query: EventQuery,
  control: QueryControl | undefined,
): AsyncGenerator<SearchStep> {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > MAX_HITS) {
    throw new StoreError('invalid', `a limit of ${query.limit}; 1 to ${MAX_HITS} are possible`);
  }
  const limit = new Limit(control);
  try {
    const stretches = await db.read((sql) => limit.on(sql, () => stretchesOf(sql, timesOf(query))));
    const { total } = stretches;
    if (total === 0) yield { hits: [], searched: 0, total };
    let searched = 0;
    let left = query.limit;
    for (let wanted = FIRST_STRETCH; left > 0; wanted = Math.min(MOST_STRETCH, wanted * 2)) {
      const stretch = stretches.next(wanted);
      if (stretch === undefined) return;
      const hits = await db.read((sql) => limit.on(sql, () => eventsOf(sql, stretch, { ...query, limit: left })));
      searched += stretch.events;
      left -= hits.length;
      for (let i = 0; i < Math.max(1, hits.length); i += PAGE) {
        const page = hits.slice(i, i + PAGE);
        const last = left === 0 && i + PAGE >= hits.length ? page.at(-1) : undefined;
        yield { hits: page, searched, total, ...(last !== undefined && { next: cursorOf(last) }) };
        limit.check();
      }
    }
  } finally {
    limit.done();
  }
}

/** Times only; a cursor ends them. */
function timesOf({ fromMs, toMs, order, after }: EventQuery): Pick<EventQuery, 'fromMs' | 'toMs' | 'order'> {
  const from = Math.max(
    fromMs ?? Number.NEGATIVE_INFINITY,
    order === 'newest' || after === undefined ? Number.NEGATIVE_INFINITY : after.timeMs,
  );
  const to = Math.min(
    toMs ?? Number.POSITIVE_INFINITY,
    order === 'newest' && after !== undefined ? after.timeMs + 1 : Number.POSITIVE_INFINITY,
  );
  return { order, ...(Number.isFinite(from) && { fromMs: from }), ...(Number.isFinite(to) && { toMs: to }) };
}
