import type { Removal } from '../sql/retention.ts';
import { type Database, STORE } from './database.ts';
import { spaceOf } from './status.ts';

/** Pieces of time, by receipt, into which the events are cut to find how far back is too much. */
const PIECES = 1000;

/** What of events is too old, or too much, goes. Between its steps appends have their turn. */
export const removalIn = (db: Database): Removal => ({
  byAge: (beforeMs) => removeEvents(db, beforeMs),
  bySize: (maxBytes) => removeUntil(db, maxBytes),
  bytes: async () => (await db.read(spaceOf)).bytes,
});

/** Blocks of removed rows are free after a checkpoint only. */
const checkpoint = (db: Database): Promise<void> => db.maintain((sql) => sql.run(`CHECKPOINT ${STORE}`));

async function removeEvents(db: Database, beforeMs: number): Promise<number> {
  const removed = await db.write(async (sql) => {
    const { n } = (await sql.first('SELECT count(*) AS n FROM events WHERE received_ms < $1', [beforeMs]))!;
    if ((n as number) > 0) await sql.run('DELETE FROM events WHERE received_ms < $1', [beforeMs]);
    return n as number;
  });
  if (removed > 0) await checkpoint(db);
  return removed;
}

async function removeUntil(db: Database, maxBytes: number): Promise<number> {
  let removed = 0;
  await checkpoint(db);
  for (;;) {
    const { bytes } = await db.read(spaceOf);
    if (bytes <= maxBytes) return removed;
    const beforeMs = await db.read(async (sql) => {
      const all = (await sql.first('SELECT count(*) AS n, min(received_ms) AS a, max(received_ms) AS b FROM events'))!;
      if (all.n === 0) return undefined;
      const [first, last] = [all.a as number, all.b as number];
      const width = Math.max(1, Math.ceil((last - first + 1) / PIECES));
      const pieces = await sql.all(
        `SELECT (received_ms - ${first}) // ${width} AS piece, count(*) AS n FROM events GROUP BY 1 ORDER BY 1`,
      );
      // A tenth at least: row groups go as wholes, and each round costs a checkpoint.
      let left = Math.ceil((all.n as number) * Math.max(0.1, (bytes - maxBytes) / bytes));
      for (const { piece, n } of pieces) {
        left -= n as number;
        if (left <= 0) return first + ((piece as number) + 1) * width;
      }
      return last + 1;
    });
    if (beforeMs === undefined) return removed;
    const gone = await removeEvents(db, beforeMs);
    removed += gone;
    if (gone === 0) return removed;
  }
}
