import type { Shares } from '../../shared.ts';
import type { Database } from './database.ts';

/** By the clock of the database. A turn is one statement: see the fourth migration. */
export const sharesIn = (db: Database): Shares => ({
  turn: ({ log, partitions, holder, forMs, leads, at, left }) =>
    db.tell(async (sql) => {
      const rows = await sql.all(
        `SELECT part, at_seq, at_ms, CASE WHEN own THEN 1 ELSE 0 END AS own, fair, there
         FROM share_turn($1, $2::bigint, $3, $4::bigint, $5::bigint, $6::text::jsonb, $7::text::jsonb)`,
        [log, partitions, holder, forMs, Number(leads), JSON.stringify(at), JSON.stringify(left)],
      );
      const own = rows.filter((row) => Number(row.own) === 1);
      const others = rows.filter((row) => Number(row.own) === 0);
      return {
        mine: own.map((row) => ({ partition: Number(row.part), seq: Number(row.at_seq) })),
        most: Number(rows[0]!.fair),
        servers: Number(rows[0]!.there),
        slowestMs: Math.min(...others.map((row) => Number(row.at_ms))),
      };
    }),
});
