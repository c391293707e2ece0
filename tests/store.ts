import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDuckdb } from '../packages/haetae/src/store/engines/duckdb/duckdb.ts';
import { openPostgres, placeOf } from '../packages/haetae/src/store/engines/postgres/postgres.ts';
import type { Store } from '../packages/haetae/src/store/index.ts';
import { type PostgresServer, startPostgres } from '../packages/haetae/src/store/testing/postgres.ts';

/** DuckDB where it says nothing else: `postgres`, or `parquet` for events as files beside it (the projects hunt-…). */
const kind = process.env.HAETAE_TEST_STORE ?? 'duckdb';
/** The server of those that need one: one a file, a schema a store. */
let server: Promise<PostgresServer> | undefined;
let schemas = 0;
if (kind !== 'duckdb') afterAll(async () => (await server)?.stop());

/** A store of the test's own, in its thread: no build is needed. It goes with `close`. */
export async function storeHere(now: () => number = () => 1): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-test-store-'));
  const limits = { memory: 256e6, threads: 2, readers: 2, rowGroup: 2048 };
  let store: Store;
  if (kind !== 'duckdb') {
    server ??= startPostgres();
    const { url } = await server;
    const events = kind === 'parquet' ? `&events=${join(folder, 'events')}` : '';
    store = await openPostgres(placeOf(`${url}?schema=t${++schemas}${events}`), folder, now, limits);
  } else store = await openDuckdb(folder, now, limits);
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
