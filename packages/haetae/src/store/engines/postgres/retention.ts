import type { Removal } from '../sql/retention.ts';
import type { Database } from './database.ts';
import { DAY, partitionOf } from './days.ts';
import type { PostgresSql } from './sql.ts';
import { bytesOf } from './status.ts';

/** Whole days go as partitions; of a day that is too old, or too much, only in part, its rows do. */
export const removalIn = (db: Database): Removal => ({
  byAge: (beforeMs) => removeBefore(db, beforeMs),
  bySize: (maxBytes) => removeUntil(db, maxBytes),
  bytes: () => db.read(bytesOf),
});

interface Partition {
  readonly name: string;
  readonly fromMs: number;
  readonly bytes: number;
}

/** The days that have a partition, oldest first. */
async function partitionsOf(sql: PostgresSql): Promise<Partition[]> {
  const rows = await sql.all(
    `SELECT relname AS name, pg_total_relation_size(inhrelid) AS bytes FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = CAST('events' AS regclass)`,
  );
  return rows
    .map(({ name, bytes }) => {
      const day = Number((name as string).replace(/^events_d/, '').replace('m', '-'));
      return { name: partitionOf(day), fromMs: day * DAY, bytes: bytes as number };
    })
    .sort((a, b) => a.fromMs - b.fromMs);
}

async function removeBefore(db: Database, beforeMs: number): Promise<number> {
  let removed = 0;
  for (const { name, fromMs } of await db.read(partitionsOf)) {
    if (fromMs >= beforeMs) break;
    if (fromMs + DAY <= beforeMs) removed += await dropped(db, name);
    else
      removed += (
        await db.write((sql) => sql.all(`DELETE FROM ${name} WHERE received_ms < $1 RETURNING 1 AS gone`, [beforeMs]))
      ).length;
  }
  return removed;
}

const dropped = (db: Database, name: string): Promise<number> =>
  db.write(async (sql) => {
    const { n } = (await sql.first(`SELECT count(*) AS n FROM ${name}`))!;
    await sql.run(`DROP TABLE ${name}`);
    return n as number;
  });

async function removeUntil(db: Database, maxBytes: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const over = (await db.read(bytesOf)) - maxBytes;
    if (over <= 0) return removed;
    const [oldest] = await db.read(partitionsOf);
    if (oldest === undefined) return removed;
    if (oldest.bytes <= over) {
      removed += await dropped(db, oldest.name);
      continue;
    }
    // A tenth at least: what is left of the day is written anew each time.
    const part = Math.max(0.1, over / oldest.bytes);
    const gone = await db.write((sql) =>
      sql.all(
        `DELETE FROM ${oldest.name} WHERE received_ms <= (SELECT percentile_disc($1) WITHIN GROUP (ORDER BY received_ms) FROM ${oldest.name})
         RETURNING 1 AS gone`,
        [part],
      ),
    );
    removed += gone.length;
    if (gone.length === 0) removed += await dropped(db, oldest.name);
    else await db.maintain((sql) => sql.run(`VACUUM (FULL) ${oldest.name}`));
  }
}
