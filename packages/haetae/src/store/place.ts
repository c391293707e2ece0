import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE } from './engines/duckdb/backup.ts';
import { limitsHere, openDuckdb } from './engines/duckdb/duckdb.ts';
import { StoreError } from './error.ts';
import type { StoreThreadData } from './open.ts';
import type { Store } from './store.ts';

/** In a store's directory: where else its data are. It holds the password, and is its owner's alone. */
const ELSEWHERE = 'postgres.url';

/** The URL of the database that a directory's data are in; undefined where they are in the directory itself. */
export async function urlOf(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, ELSEWHERE), 'utf8').catch(() => undefined);
  return text?.trim();
}

export async function remember(directory: string, url: string): Promise<void> {
  if ((await urlOf(directory)) === url) return;
  if (existsSync(join(directory, FILE))) {
    throw new StoreError(
      'taken',
      `${directory} holds a store of its own; take it along with haetae store backup, and haetae store restore into an empty directory with the URL`,
    );
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, ELSEWHERE);
  await writeFile(`${path}.new`, `${url}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Opens the store of a directory in this thread, by the engine that has its data. */
export async function openHere({ directory, url, ...wanted }: StoreThreadData, now: () => number): Promise<Store> {
  const here = limitsHere();
  const limits = { ...here, memory: wanted.memory ?? here.memory, threads: wanted.threads ?? here.threads };
  const place = url ?? (await urlOf(directory));
  if (place === undefined) return openDuckdb(directory, now, limits);
  const { openPostgres, placeOf } = await import('./engines/postgres/postgres.ts');
  const store = await openPostgres(placeOf(place), directory, now, limits, wanted.shared);
  try {
    await remember(directory, place);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
