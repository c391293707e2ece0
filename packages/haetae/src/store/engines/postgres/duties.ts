import type { Duties } from '../../shared.ts';
import type { Database } from './database.ts';

const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** By the clock of the database, which is the same for all. */
export const dutiesIn = (db: Database): Duties => ({
  hold: (duty, holder, forMs) =>
    db.tell(async (sql) => {
      const row = await sql.first(
        `INSERT INTO duties (name, holder, term, until_ms) VALUES ($1, $2, 1, ${NOW} + $3::bigint)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms,
           term = duties.term + CASE WHEN duties.holder = excluded.holder THEN 0 ELSE 1 END
         WHERE duties.holder = excluded.holder OR duties.until_ms < ${NOW}
         RETURNING term`,
        [duty, holder, forMs],
      );
      return row === undefined ? undefined : Number(row.term);
    }),
  baseOf: (log) =>
    db.commit(async (sql) => {
      await sql.run('INSERT INTO buses (name, base) SELECT $1, seq FROM committed ON CONFLICT (name) DO NOTHING', [
        log,
      ]);
      return Number((await sql.first('SELECT base FROM buses WHERE name = $1', [log]))!.base);
    }),
  leave: (duty, holder) =>
    db.tell((sql) =>
      sql.run(`UPDATE duties SET holder = '', until_ms = 0 WHERE name = $1 AND holder = $2`, [duty, holder]),
    ),
});
