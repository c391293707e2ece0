import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Parts } from '../../context.ts';
import { logTaken, takeFile } from './take.ts';

/** A folder into which logs of any known format are dropped, also in archives. */
export interface FolderOptions {
  readonly path: string;
  /** Which files were taken, so that a restart takes none again. */
  readonly journal: string;
  readonly timeZone: string;
  /** Milliseconds between two looks. Default 2000. */
  readonly every?: number;
}

export interface FolderRunning {
  /** Looks once, and takes what is complete. */
  look(): Promise<void>;
  close(): Promise<void>;
}

interface Taken {
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

const MOST_FILES = 100_000;

/**
 * Takes a file once it has kept its size and time from one look to the next, whole, as frames that bear its hash and the
 * number of their first event: what is taken again after a crash, or under another name, is known again. A file that grows
 * later (a copied live log) is taken again; its events are known by their record ids.
 */
export async function watchFolder(options: FolderOptions, parts: Parts): Promise<FolderRunning> {
  const { path, journal, every = 2000 } = options;
  const taken = new Map(Object.entries(await readJournal(journal)));
  const seen = new Map<string, { size: number; mtimeMs: number }>();
  const closing = new AbortController();
  let told = '';

  async function look(): Promise<void> {
    let names: string[];
    try {
      names = await filesBelow(path);
      told = '';
    } catch (error) {
      const reason = (error as Error).message;
      if (told !== reason) parts.log({ level: 'error', message: 'the watched folder cannot be read', path, reason });
      told = reason;
      return;
    }
    for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name);
    for (const name of names) {
      if (closing.signal.aborted) return;
      const now = await stat(join(path, name)).catch(() => undefined);
      if (now?.isFile() !== true) continue;
      const { size, mtimeMs } = now;
      const done = taken.get(name);
      if (done?.size === size && done.mtimeMs === mtimeMs) continue;
      const before = seen.get(name);
      seen.set(name, { size, mtimeMs });
      if (before?.size !== size || before.mtimeMs !== mtimeMs) continue;
      const sha256 = await take(name);
      if (sha256 === undefined) continue;
      taken.set(name, { size, mtimeMs, sha256 });
      await writeJournal(journal, taken);
    }
  }

  /** Its hash when it was taken whole; undefined when it changed meanwhile, or the server ends. */
  async function take(name: string): Promise<string | undefined> {
    const { timeZone } = options;
    const taken = await takeFile({ name, file: join(path, name), timeZone, signal: closing.signal }, parts);
    if (taken === undefined) return undefined;
    logTaken(name, taken, parts);
    return taken.sha256;
  }

  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(look)
      .catch((error: unknown) => parts.log({ level: 'error', message: 'the watched folder failed', error }));
  }, every);
  timer.unref();
  return {
    look,
    async close() {
      closing.abort();
      clearInterval(timer);
      await running;
    },
  };
}

/** In order of name, so that two looks agree; what begins with a dot, or ends like a copy under way, waits. */
async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/^\.|~$|\.(?:tmp|part|partial|crdownload|filepart)$/i.test(entry.name))
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .slice(0, MOST_FILES);
}

async function readJournal(file: string): Promise<Record<string, Taken>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return JSON.parse(text) as Record<string, Taken>;
  } catch {
    // Taking the files again costs time only: their events are known.
    return {};
  }
}

/** Beside it first, then in its place: a crash leaves the old one or the new one. */
async function writeJournal(file: string, taken: ReadonlyMap<string, Taken>): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(taken)), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
