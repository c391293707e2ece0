import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { StoreError } from '../../error.ts';
import type { Store } from '../../store.ts';
import type { StoreStatus } from '../../upkeep.ts';
import { SNAPSHOTS } from '../duckdb/backup.ts';
import type { DatabaseLimits } from '../duckdb/database.ts';
import { limitsHere } from '../duckdb/duckdb.ts';
import { exportParquet as exportDuckdb, importParquet as importDuckdb } from '../duckdb/parquet.ts';
import { type Lake, openLake } from '../parquet/lake.ts';
import { removalOf, tidier } from '../parquet/tidy.ts';
import { migrate } from '../sql/migrate.ts';
import { partsOver } from '../sql/parts.ts';
import { retain, TIDY } from '../sql/retention.ts';
import { trinoPlaceOf } from '../trino/client.ts';
import { scanBy, trinoOver } from '../trino/trino.ts';
import { agentsIn } from './agents.ts';
import { backup, exportParquet, importParquet, restore } from './bridge.ts';
import { type Database, openDatabase, type PostgresPlace } from './database.ts';
import { dutiesIn } from './duties.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { newsIn } from './news.ts';
import { removalIn } from './retention.ts';
import { sharesIn } from './shares.ts';
import { snapshotsInTable } from './snapshots.ts';
import { statusOf } from './status.ts';

/** Reading queries at a time of one server. */
const READERS = 4;

/** A place as its URL says it: `?schema=` names the schema, default `haetae`; `?events=` the folder or bucket of events, `?trino=` a Trino for hunts. */
export function placeOf(text: string): PostgresPlace {
  const url = new URL(text);
  const take = (name: string): string | null => {
    const value = url.searchParams.get(name);
    url.searchParams.delete(name);
    return value;
  };
  const schema = take('schema') ?? 'haetae';
  const events = take('events');
  if (events !== null && !isAbsolute(events) && !events.startsWith('s3://'))
    throw new StoreError(
      'invalid',
      `${events} is no place for events: a folder's absolute path is wanted, or s3://bucket`,
    );
  const trino = take('trino');
  if (trino !== null && events === null)
    throw new StoreError('invalid', 'hunts by Trino are over files of events: ?events=/folder is wanted too');
  return {
    url: url.href,
    schema,
    readers: READERS,
    ...(events !== null && { events }),
    ...(trino !== null && { trino: trinoPlaceOf(trino) }),
  };
}

interface Opened {
  readonly db: Database;
  readonly lake: Lake | undefined;
}

async function opened(place: PostgresPlace, directory: string, nowMs: number, limits: DatabaseLimits): Promise<Opened> {
  const files = place.events === undefined ? undefined : await openLake(place.events, directory, limits);
  let db: Database;
  try {
    db = await openDatabase(place, files?.elsewhere);
  } catch (error) {
    await files?.close();
    throw error;
  }
  const lake = files?.over(db);
  try {
    // Of two who make it at once one is told that it is there, in spite of IF NOT EXISTS.
    await db.write((sql) => sql.run(`CREATE SCHEMA IF NOT EXISTS ${place.schema}`));
    await migrate(db, nowMs, MIGRATIONS);
    await checkKeeping(db, place);
    return { db, lake };
  } catch (error) {
    await db.close();
    await lake?.close();
    throw error;
  }
}

/** Events are in one place only. */
async function checkKeeping(db: Database, { events }: PostgresPlace): Promise<void> {
  const row = (await db.read((sql) =>
    sql.first('SELECT EXISTS (SELECT 1 FROM event_files) AS files, EXISTS (SELECT 1 FROM events) AS rows'),
  ))!;
  if (events === undefined && row.files)
    throw new StoreError(
      'invalid',
      'the events of this store are files: name their place in its URL, ?events=/folder or ?events=s3://bucket',
    );
  if (events !== undefined && row.rows)
    throw new StoreError(
      'invalid',
      'this store has its events in tables: take it along with haetae store backup, and haetae store restore into an empty schema with ?events=/folder',
    );
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
  const { db, lake } = await opened(place, directory, now(), limits);
  const removal = lake === undefined ? removalIn(db) : removalOf(db, now);
  const parquet = lake?.duck;
  const parts = partsOver(db, join(directory, SNAPSHOTS), now, parquet);
  const { scan } = parts.events;
  const trino = place.trino === undefined ? undefined : trinoOver(place.trino, db);
  return {
    ...parts,
    events: { ...parts.events, scan: trino === undefined ? scan : scanBy(trino, scan) },
    ...(shared && { snapshots: snapshotsInTable(db) }),
    duties: dutiesIn(db),
    shares: sharesIn(db),
    agents: agentsIn(db),
    news: newsIn(db, place),
    upkeep: {
      status: () => db.read(statusOf),
      retain: (policy) => retain(db, removal, policy),
      tidy: lake === undefined ? async () => TIDY : tidier(db, lake, now),
      exportParquet: (folder, range, control) =>
        parquet === undefined
          ? exportParquet(db, limits, folder, range, control)
          : exportDuckdb(parquet, folder, range, control),
      importParquet: (from) => (parquet === undefined ? importParquet(db, limits, from) : importDuckdb(parquet, from)),
      backup: (folder, control) => backup(db, lake, limits, directory, folder, control),
    },
    async close() {
      await lake?.close();
      await db.close();
    },
  };
}

/** Puts a backup into a schema that holds nothing yet. */
export async function restorePostgres(
  folder: string,
  place: PostgresPlace,
  directory: string,
  limits: DatabaseLimits = limitsHere(),
): Promise<StoreStatus> {
  const { db, lake } = await opened(place, directory, Date.now(), limits);
  try {
    return await restore(db, lake, folder, directory, limits);
  } finally {
    await lake?.close();
    await db.close();
  }
}
