import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../../error.ts';
import type { QueryControl } from '../../events/query.ts';
import type { StoreStatus } from '../../upkeep.ts';
import { verifyAudit } from '../sql/audit.ts';
import { committedSeq } from '../sql/intake.ts';
import { Limit } from '../sql/limited.ts';
import type { Sql } from '../sql/sql.ts';
import { type Database, type DatabaseLimits, openDatabase, quoted, STORE } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { statusOf } from './status.ts';

/** The database's file, in its directory and in a backup. */
export const FILE = 'haetae.duckdb';
export const SNAPSHOTS = 'snapshots';

/**
 * Makes a backup in a folder that holds nothing: `fill` writes the database, which gets its name once it was opened again and found
 * whole. `directory` is the store's.
 */
export async function writeBackup(
  limits: DatabaseLimits,
  directory: string,
  folder: string,
  fill: (part: string) => Promise<void>,
): Promise<StoreStatus> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new StoreError('taken', `${folder} is not empty; a backup is written to a new folder`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `${FILE}.part`);
  try {
    await fill(part);
    // States of the reader that are not above what the copy has committed; one that is would be passed over.
    copySnapshots(directory, folder);
    const status = await verify(part, limits, folder);
    renameSync(part, join(folder, FILE));
    return status;
  } catch (error) {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

/** Copies every table into a new file inside one transaction: it sees one moment, whatever is appended meanwhile. */
export async function backup(
  db: Database,
  limits: DatabaseLimits,
  directory: string,
  folder: string,
  control: QueryControl | undefined,
): Promise<StoreStatus> {
  const limit = new Limit(control);
  try {
    return await writeBackup(limits, directory, folder, (part) =>
      db.read(async (sql) => {
        await sql.run(`ATTACH ${quoted(part)} AS backup (STORAGE_VERSION 'latest')`);
        try {
          await limit.on(sql, () => copyAll(sql));
        } finally {
          await sql.run('ROLLBACK').catch(() => {});
          await sql.run('DETACH backup');
        }
      }),
    );
  } finally {
    limit.done();
  }
}

async function copyAll(sql: Sql): Promise<void> {
  await sql.run('BEGIN');
  const tables = await sql.all(
    `SELECT table_name AS name FROM duckdb_tables() WHERE database_name = '${STORE}' AND NOT internal`,
  );
  // Made by the migrations, which say how columns are compressed; a copy of the tables as such would forget it.
  await sql.run('USE backup');
  try {
    await sql.run(
      'CREATE TABLE migrations (version BIGINT NOT NULL, name VARCHAR NOT NULL, applied_ms BIGINT NOT NULL)',
    );
    for (const step of MIGRATIONS) await sql.run(step.sql);
    for (const { name } of tables) {
      await sql.run(`DELETE FROM backup.${name as string}`);
      await sql.run(`INSERT INTO backup.${name as string} SELECT * FROM ${STORE}.${name as string}`);
    }
    await sql.run('COMMIT');
  } finally {
    await sql.run(`USE ${STORE}`).catch(() => {});
  }
  await sql.run('CHECKPOINT backup');
}

/** Opens a database for itself, reads its audit log and counts its rows. */
async function verify(path: string, limits: DatabaseLimits, folder: string): Promise<StoreStatus> {
  const copy = await openDatabase(path, { ...limits, readers: 1 }, join(folder, 'temp'));
  try {
    return await copy.read(async (sql) => {
      const audit = await verifyAudit(sql, undefined);
      if (audit.kind === 'broken') {
        throw new StoreError('damaged', `the audit log of ${path} is broken at entry ${audit.number}: ${audit.reason}`);
      }
      await committedSeq(sql);
      return statusOf(sql, path);
    });
  } finally {
    await copy.close();
    rmSync(join(folder, 'temp'), { recursive: true, force: true });
  }
}

/** The database of a backup, copied to `part` and found whole there. The backup stays as it is. */
export async function copyOfBackup(folder: string, part: string, limits: DatabaseLimits): Promise<StoreStatus> {
  const from = join(folder, FILE);
  if (!existsSync(from)) throw new StoreError('missing', `${folder} holds no backup: there is no ${FILE}`);
  cpSync(from, part);
  return verify(part, limits, dirname(part));
}

/** Puts a backup in the place of a store that is not there. */
export async function restore(folder: string, directory: string, limits: DatabaseLimits): Promise<StoreStatus> {
  if (existsSync(join(directory, FILE))) {
    throw new StoreError('taken', `${directory} holds a store already; move it away, or restore to another directory`);
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const part = join(directory, `${FILE}.part`);
  try {
    const status = await copyOfBackup(folder, part, limits);
    copySnapshots(folder, directory);
    renameSync(part, join(directory, FILE));
    return status;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

export function copySnapshots(from: string, to: string): void {
  if (existsSync(join(from, SNAPSHOTS))) cpSync(join(from, SNAPSHOTS), join(to, SNAPSHOTS), { recursive: true });
}
