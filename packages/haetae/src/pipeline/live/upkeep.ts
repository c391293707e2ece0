import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Ports } from '../../server/index.ts';
import type { Store } from '../../store/index.ts';

/** Of a data directory: where files lie for a moment between the server and the command line. */
export const handoverIn = (directory: string): string => join(directory, 'handover');

/** The store as a whole, for who is told `handover` names only. What a server that was killed left behind goes. */
export async function upkeepPorts(store: Store, directory: string, now: () => number): Promise<Ports['upkeep']> {
  const folder = handoverIn(directory);
  rmSync(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let made = 0;
  const fresh = (what: string): string =>
    `${what}-${new Date(now())
      .toISOString()
      .slice(0, 19)
      .replace(/[^0-9]/g, '')}-${++made}`;
  return {
    status: () => store.upkeep.status(),
    async backup(signal) {
      const handover = fresh('backup');
      return { handover, status: await store.upkeep.backup(join(folder, handover), { signal }) };
    },
    async exportParquet({ fromMs, toMs, host }, signal) {
      const range = {
        ...(fromMs !== undefined && { fromMs }),
        ...(toMs !== undefined && { toMs }),
        ...(host !== undefined && { host }),
      };
      const handover = fresh('export');
      const to = join(folder, handover);
      const files = await store.upkeep.exportParquet(to, range, { signal });
      return { handover, files: files.map(({ path, events }) => ({ path: relative(to, path), events })) };
    },
    async importParquet(handover) {
      const from = join(folder, handover);
      try {
        return await store.upkeep.importParquet(from);
      } finally {
        rmSync(from, { recursive: true, force: true });
      }
    },
  };
}
