import { StoreError } from '../../error.ts';
import type { Events } from '../../events/query.ts';
import { figureOf, pathsWithin } from '../parquet/manifest.ts';
import type { Database } from '../postgres/database.ts';
import { scan } from '../sql/scan.ts';
import type { EventReader, EventSql, Sql } from '../sql/sql.ts';
import { ask, filled, isTooLarge, literal, type TrinoPlace } from './client.ts';
import { dialect } from './dialect.ts';

/** Scans by Trino; where the filter is more than it takes, by `others`: it says so before it has found anything. */
export const scanBy = (trino: EventReader, others: Events['scan']): Events['scan'] =>
  async function* (query, control) {
    let isEmpty = true;
    try {
      for await (const step of scan(trino, query, control)) {
        isEmpty = false;
        yield step;
      }
    } catch (error) {
      if (!isEmpty || !isTooLarge(error)) throw error;
      yield* others(query, control);
    }
  };

/** Reads the files of events by Trino's own table over the same folder; which of them count, PostgreSQL says. */
export function trinoOver(place: TrinoPlace, db: Pick<Database, 'read'>): EventReader {
  /** What stands before a file's path in Trino's words; the same for as long as the table is. */
  let location: Promise<string> | undefined;
  return {
    read: (task) => {
      const ending = new AbortController();
      const all: Sql['all'] = (text, values = []) => ask(place, filled(text, values), ending.signal);
      const sql: EventSql = {
        dialect,
        all,
        first: async (text, values) => (await all(text, values))[0],
        interrupt: () => ending.abort(),
        eventFigure: (figure) => db.read((names) => figureOf(names, figure)),
        async eventsFrom(within) {
          const paths = await db.read((names) => pathsWithin(names, within));
          if (paths.length === 0) return '(SELECT * FROM events WHERE false)';
          location ??= locationOf(all).catch((error: unknown) => {
            location = undefined;
            throw error;
          });
          const before = await location;
          return `(SELECT * FROM events WHERE "$path" IN (${paths.map((path) => literal(`${before}/${path}`)).join(', ')}))`;
        },
      };
      return task(sql);
    },
  };
}

/** Out of `SHOW CREATE TABLE`. */
async function locationOf(all: Sql['all']): Promise<string> {
  const [row] = await all('SHOW CREATE TABLE events');
  const found = /external_location = '((?:[^']|'')*)'/.exec(String(Object.values(row ?? {})[0]));
  if (found === null)
    throw new StoreError('invalid', 'the table events of Trino has no external_location (docs/fleet.md)');
  return found[1]!.replaceAll("''", "'").replace(/\/+$/, '');
}
