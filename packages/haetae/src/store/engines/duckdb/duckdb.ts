import { mkdir } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { ALONE } from '../../shared.ts';
import type { Store } from '../../store.ts';
import type { StoreStatus } from '../../upkeep.ts';
import { migrate } from '../sql/migrate.ts';
import { partsOver } from '../sql/parts.ts';
import { retain, TIDY } from '../sql/retention.ts';
import { backup, FILE, restore, SNAPSHOTS } from './backup.ts';
import { type DatabaseLimits, openDatabase } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { exportParquet, importParquet } from './parquet.ts';
import { removalIn } from './retention.ts';
import { statusOf } from './status.ts';

/** A quarter of the machine's memory, between 256 MB and 1 GB; two reading queries leave two of libuv's four threads to the rest. */
export const limitsHere = (): DatabaseLimits => ({
  memory: Math.min(1e9, Math.max(256e6, totalmem() / 4)),
  threads: Math.min(4, availableParallelism()),
  readers: 2,
  rowGroup: 30_720,
});

/** Opens the store of a directory in this thread, making what is not there. */
export async function openDuckdb(
  directory: string,
  now: () => number,
  limits: DatabaseLimits = limitsHere(),
): Promise<Store> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, FILE);
  const db = await openDatabase(path, limits, join(directory, 'temp'));
  try {
    await migrate(db, now(), MIGRATIONS);
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    ...partsOver(db, join(directory, SNAPSHOTS), now),
    ...ALONE,
    upkeep: {
      status: () => db.read((sql) => statusOf(sql, path)),
      retain: (policy) => retain(db, removalIn(db), policy),
      tidy: async () => TIDY,
      exportParquet: (folder, range, control) => exportParquet(db, folder, range, control),
      importParquet: (from) => importParquet(db, from),
      backup: (folder, control) => backup(db, limits, directory, folder, control),
    },
    close: () => db.close(),
  };
}

export const restoreDuckdb = (folder: string, directory: string, limits = limitsHere()): Promise<StoreStatus> =>
  restore(folder, directory, limits);
