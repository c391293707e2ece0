import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../store.ts';
import type { StoreStatus } from '../../upkeep.ts';
import { SNAPSHOTS } from '../duckdb/backup.ts';
import type { DatabaseLimits } from '../duckdb/database.ts';
import { limitsHere } from '../duckdb/duckdb.ts';
import { migrate } from '../sql/migrate.ts';
import { partsOver } from '../sql/parts.ts';
import { retain } from '../sql/retention.ts';
import { backup, exportParquet, importParquet, restore } from './bridge.ts';
import { type Database, openDatabase, type PostgresPlace } from './database.ts';
import { dutiesIn } from './duties.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { newsIn } from './news.ts';
import { removalIn } from './retention.ts';
import { snapshotsInTable } from './snapshots.ts';
import { statusOf } from './status.ts';

/** Reading queries at a time of one server. */
const READERS = 4;

/** A place as its URL says it: `?schema=` names the schema, default `haetae`. */
export function placeOf(text: string): PostgresPlace {
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? 'haetae';
  url.searchParams.delete('schema');
  return { url: url.href, schema, readers: READERS };
}

async function opened(place: PostgresPlace, nowMs: number): Promise<Database> {
  const db = await openDatabase(place);
  try {
    // Of two who make it at once one is told that it is there, in spite of IF NOT EXISTS.
    await db.write((sql) => sql.run(`CREATE SCHEMA IF NOT EXISTS ${place.schema}`));
    await migrate(db, nowMs, MIGRATIONS);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/**
 * Opens the store of a schema, making what is not there. The reader's snapshots are in `directory`, or in the schema where several
 * servers share them.
 */
export async function openPostgres(
  place: PostgresPlace,
  directory: string,
  now: () => number,
  limits: DatabaseLimits = limitsHere(),
  shared = false,
): Promise<Store> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const db = await opened(place, now());
  return {
    ...partsOver(db, join(directory, SNAPSHOTS), now),
    ...(shared && { snapshots: snapshotsInTable(db) }),
    duties: dutiesIn(db),
    news: newsIn(db, place),
    upkeep: {
      status: () => db.read(statusOf),
      retain: (policy) => retain(db, removalIn(db), policy),
      exportParquet: (folder, range, control) => exportParquet(db, limits, folder, range, control),
      importParquet: (from) => importParquet(db, limits, from),
      backup: (folder, control) => backup(db, limits, directory, folder, control),
    },
    close: () => db.close(),
  };
}

/** Puts a backup into a schema that holds nothing yet. */
export async function restorePostgres(
  folder: string,
  place: PostgresPlace,
  directory: string,
  limits: DatabaseLimits = limitsHere(),
): Promise<StoreStatus> {
  const db = await opened(place, Date.now());
  try {
    return await restore(db, folder, directory, limits);
  } finally {
    await db.close();
  }
}
