import type { Duties } from '../../shared.ts';
import type { Database } from './database.ts';

const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
/** Of a holder whose connections bear its name; older versions name none. */
const NAMED = 'seen ';
/** For so long nothing was heard of a holder whose connections are gone: more than the time between two of its words. */
const SILENT_MS = 1500;

/**
 * Whether anybody may take it: its time is over, or nothing was heard of its holder for a while and no connection of its process is
 * there any more, which of one that was killed its system ends at once. One that is only slow has them, and keeps its turn. Where
 * all were cut off, as by a database that was started anew, whoever asks has a connection that is younger than the holder's last word.
 */
const isFree = (forMs: string): string => `(duties.until_ms < ${NOW} OR (
  duties.until_ms < ${NOW} + ${forMs}::bigint - ${SILENT_MS} AND duties.holder LIKE '${NAMED}%'
  AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = duties.holder)
  AND (SELECT (extract(epoch FROM backend_start) * 1000)::bigint FROM pg_stat_activity WHERE pid = pg_backend_pid())
    < duties.until_ms - ${forMs}::bigint))`;

/** By the clock of the database, which is the same for all. */
export function dutiesIn(db: Database): Duties {
  const held = new Set<string>();
  return {
    async hold(duty, holder, forMs) {
      const name = NAMED + holder;
      const key = `${duty} ${holder}`;
      // Who waits asks often: that writes nothing.
      if (!held.has(key)) {
        const found = await db.read((sql) =>
          sql.first(`SELECT 1 AS taken FROM duties WHERE name = $1 AND holder <> $2 AND NOT ${isFree('$3')}`, [
            ...[duty, name, forMs],
          ]),
        );
        if (found !== undefined) return undefined;
      }
      const row = await db.tell((sql) =>
        sql.first(
          `INSERT INTO duties (name, holder, term, until_ms)
           SELECT $1, set_config('application_name', $2, false), 1, ${NOW} + $3::bigint
           ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms,
             term = duties.term + CASE WHEN duties.holder = excluded.holder THEN 0 ELSE 1 END
           WHERE duties.holder = excluded.holder OR ${isFree('$3')}
           RETURNING term`,
          [duty, name, forMs],
        ),
      );
      if (row === undefined) held.delete(key);
      else held.add(key);
      return row === undefined ? undefined : Number(row.term);
    },
    baseOf: (log) =>
      db.commit(async (sql) => {
        await sql.run('INSERT INTO buses (name, base) SELECT $1, seq FROM committed ON CONFLICT (name) DO NOTHING', [
          log,
        ]);
        return Number((await sql.first('SELECT base FROM buses WHERE name = $1', [log]))!.base);
      }),
    async leave(duty, holder) {
      held.delete(`${duty} ${holder}`);
      await db.tell((sql) =>
        sql.run(`UPDATE duties SET holder = '', until_ms = 0 WHERE name = $1 AND holder = $2`, [duty, NAMED + holder]),
      );
    },
  };
}
