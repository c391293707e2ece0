import { mkdir } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../store.ts';
import { sessionsIn, tokensIn, usersIn } from './accounts.ts';
import { auditIn } from './audit.ts';
import { type DatabaseLimits, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

/** The database's file in its directory. */
export const FILE = 'haetae.duckdb';

/** A quarter of the machine's memory, between 256 MB and 1 GB; two reading queries leave two of libuv's four threads to the rest. */
export const limitsHere = (): DatabaseLimits => ({
  memory: Math.min(1e9, Math.max(256e6, totalmem() / 4)),
  threads: Math.min(4, availableParallelism()),
  readers: 2,
});

/** Opens the store of a directory in this thread, making what is not there. */
export async function openDuckdb(directory: string, nowMs: number, limits = limitsHere()): Promise<Store> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const db = await openDatabase(join(directory, FILE), limits, join(directory, 'temp'));
  try {
    await migrate(db, nowMs);
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    users: usersIn(db),
    sessions: sessionsIn(db),
    tokens: tokensIn(db),
    audit: auditIn(db),
    close: () => db.close(),
  };
}
