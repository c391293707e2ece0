import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdb } from '../packages/haetae/src/store/engines/duckdb/duckdb.ts';
import type { Store } from '../packages/haetae/src/store/index.ts';

/** A store of the test's own, in its thread: no build is needed. It goes with `close`. */
export async function storeHere(now: () => number = () => 1): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-test-store-'));
  const limits = { memory: 256e6, threads: 2, readers: 2, rowGroup: 2048 };
  const store = await openDuckdb(folder, now, limits);
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
