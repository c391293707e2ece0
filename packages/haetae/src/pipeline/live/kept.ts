import { join } from 'node:path';
import { type Log, type OpenStore, openLog, openStore, type Topics } from '../../store/index.ts';
import { openSharedLog } from '../fleet/fleet.ts';
import { makeFolder } from './folder.ts';
import type { ServeOptions } from './serving.ts';

export const logIn = (directory: string): string => join(directory, 'log');

/**
 * Bytes that the database may keep in memory. Up to 110 MB are rows that its file does not have yet; what is more it fills with what it read of the
 * file. What searches take with so much, bench/search.mjs says.
 */
export const STORE_MEMORY = 192e6;

/** What a server keeps: its store, and its log or the one that several share. */
export interface Kept {
  readonly store: OpenStore;
  readonly log: Log;
  /** The seq before the first frame on a bus. */
  readonly base: number;
  /** Of a bus: what is received, and what is made of it where servers share that. */
  readonly topics: Topics | undefined;
}

export async function openKept(
  { directory, storeUrl: url, bundle, fleet }: ServeOptions,
  ends: (() => unknown)[],
): Promise<Kept> {
  const worker = (name: string) => (bundle === undefined ? {} : { worker: new URL(name, bundle) });
  const folder = logIn(directory);
  makeFolder(fleet === undefined ? folder : directory);
  // The store first: it can be open once only, and with it the log.
  const store = await openStore({
    directory: join(directory, 'store'),
    ...(url !== undefined && { url }),
    shared: fleet !== undefined,
    memory: STORE_MEMORY,
    ...worker('store-worker.js'),
  });
  ends.push(() => store.close());
  if (fleet !== undefined) {
    const log = await openSharedLog(fleet, store);
    ends.push(() => log.close());
    return { store, log, base: log.base, topics: log.topics };
  }
  const atLeast = (await store.intake.committed()) + 1;
  const log = await openLog({ directory: folder, atLeast, ...worker('log-worker.js') });
  ends.push(() => log.close());
  return { store, log, base: 0, topics: undefined };
}
