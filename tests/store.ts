import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDuckdb } from '../packages/haetae/src/store/engines/duckdb/duckdb.ts';
import { openPostgres, placeOf } from '../packages/haetae/src/store/engines/postgres/postgres.ts';
import type { Store } from '../packages/haetae/src/store/index.ts';
import { type PostgresServer, startPostgres } from '../packages/haetae/src/store/testing/postgres.ts';

/** The server of tests that are run over PostgreSQL (the project hunt-postgres): one a file, a schema a store. */
let server: Promise<PostgresServer> | undefined;
let schemas = 0;
if (process.env.HAETAE_TEST_STORE === 'postgres') afterAll(async () => (await server)?.stop());

/** A store of the test's own, in its thread: no build is needed. It goes with `close`. */
export async function storeHere(now: () => number = () => 1): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-test-store-'));
  const limits = { memory: 256e6, threads: 2, readers: 2, rowGroup: 2048 };
  let store: Store;
  if (process.env.HAETAE_TEST_STORE === 'postgres') {
    server ??= startPostgres();
    const { url } = await server;
    store = await openPostgres(placeOf(`${url}?schema=t${++schemas}`), folder, now, limits);
  } else store = await openDuckdb(folder, now, limits);
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
