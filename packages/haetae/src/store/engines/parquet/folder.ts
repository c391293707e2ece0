import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { StoreError } from '../../error.ts';
import type { Database } from '../postgres/database.ts';

/**
 * In the folder: whose events these are. A folder without it is not the one, above all where nothing is mounted. Who reads folders
 * as tables passes over names that begin so.
 */
export const MARK = '_haetae-store';

/** Makes the folder, or finds that it is the one of this store. */
export async function checkFolder(db: Database, folder: string): Promise<void> {
  const { id, used } = await db.tell(async (sql) => {
    await sql.run('INSERT INTO event_place (id) VALUES ($1) ON CONFLICT DO NOTHING', [randomUUID()]);
    const row = await sql.first(
      'SELECT (SELECT id FROM event_place) AS id, EXISTS (SELECT 1 FROM event_files WHERE gone_ms IS NULL) AS used',
    );
    return { id: row!.id as string, used: row!.used as boolean };
  });
  const mark = join(folder, MARK);
  const found = await readFile(mark, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StoreError('unreachable', `the folder of events cannot be read: ${error.message}`, { cause: error });
  });
  if (found !== undefined) {
    if (found.trim() === id) return;
    throw new StoreError('taken', `${folder} holds the events of another store`);
  }
  if (used)
    throw new StoreError(
      'missing',
      `${folder} is not where the events of this store lie: it has no ${MARK} (is it mounted?)`,
    );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(mark, `${id}\n`, { flag: 'wx' }).catch(async (error: NodeJS.ErrnoException) => {
    // Of two servers that begin at once one writes it.
    if (error.code !== 'EEXIST') throw error;
    await checkFolder(db, folder);
  });
}

/** Files below the folder that are older, by `/`. */
export async function filesOlder(folder: string, beforeMs: number): Promise<string[]> {
  const old: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.parquet')) continue;
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < beforeMs) old.push(name.replaceAll(sep, '/'));
  }
  return old;
}

/** Removes a file, and with `emptied` the folders of its day that are empty then. */
export async function removeFile(folder: string, path: string, emptied: boolean): Promise<void> {
  await unlink(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!emptied) return;
  const hosts = dirname(join(folder, path));
  for (const at of [hosts, dirname(hosts)]) {
    // What is not empty stays.
    if (
      !(await rmdir(at).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}
