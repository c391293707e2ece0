import type { Cursor, QueryControl, ScanQuery, ScanStep } from '../../events/query.ts';
import { Limit } from './limited.ts';
import type { EventReader } from './sql.ts';
import { cursorOf } from './stored-event.ts';
import { eventsOf, stretchesOf } from './stretches.ts';

/** Events that one statement gives at most: what a scan holds in memory. */
const AT_ONCE = 4000;
/** Events of one step. */
const PAGE = 500;
const LEAST_STRETCH = 20_000;
const MOST_STRETCH = 500_000;

/**
 * Every event that the filter lets through, as of when it was asked: what is stored later has a higher id. Stretches are as long as
 * a statement finds enough in, by what the last ones held.
 */
export async function* scan(
  db: EventReader,
  { filter, order, ...times }: ScanQuery,
  control: QueryControl | undefined,
): AsyncGenerator<ScanStep> {
  const limit = new Limit(control);
  try {
    const { stretches, last } = await db.read((sql) =>
      limit.on(sql, async () => ({
        last: (await sql.eventFigure('highestId')) ?? 0,
        stretches: await stretchesOf(sql, { ...times, order }),
      })),
    );
    const { total } = stretches;
    let searched = 0;
    let wanted = LEAST_STRETCH;
    for (;;) {
      const stretch = stretches.next(wanted);
      if (stretch === undefined) break;
      let found = 0;
      for (let after: Cursor | undefined, more = true; more; ) {
        const asked = { order, limit: AT_ONCE, ...(filter && { filter }), ...(after && { after }) };
        const events = await db.read((sql) => limit.on(sql, () => eventsOf(sql, stretch, asked, last)));
        found += events.length;
        more = events.length === AT_ONCE;
        if (more) after = cursorOf(events.at(-1)!);
        for (let i = 0; i < events.length; i += PAGE) {
          yield { events: events.slice(i, i + PAGE), searched, total };
          limit.check();
        }
      }
      searched += stretch.events;
      yield { events: [], searched, total };
      limit.check();
      const worth = (stretch.events * AT_ONCE) / Math.max(1, found);
      wanted = Math.round(Math.min(MOST_STRETCH, wanted * 2, Math.max(LEAST_STRETCH, worth)));
    }
    if (total === 0) yield { events: [], searched: 0, total };
  } finally {
    limit.done();
  }
}
