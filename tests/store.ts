import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { openDuckdb } from '../packages/haetae/src/store/engines/duckdb/duckdb.ts';
import { openPostgres, placeOf } from '../packages/haetae/src/store/engines/postgres/postgres.ts';
import type { Store } from '../packages/haetae/src/store/index.ts';
import { BUCKET, type BucketServer, noBucket, startBucket } from '../packages/haetae/src/store/testing/bucket.ts';
import { type PostgresServer, startPostgres } from '../packages/haetae/src/store/testing/postgres.ts';
import { noTrino, startTrino } from '../packages/haetae/src/store/testing/trino.ts';

/** DuckDB where it says nothing else: `postgres`; `parquet` for events as files beside it, `bucket` for such in a bucket; `trino` and `trino-bucket`, which reads either (projects hunt-…). */
const asked = process.env.HAETAE_TEST_STORE ?? 'duckdb';
const missing =
  (asked.startsWith('trino') ? noTrino() : undefined) ?? (asked.endsWith('bucket') ? noBucket() : undefined);
const kind = missing === undefined ? asked : 'duckdb';
if (missing !== undefined) {
  console.log(`hunts (${asked}) are passed over: ${missing}`);
  beforeEach(({ skip }) => skip(missing));
}
/** The server of those that need one: one a file, a schema a store. */
let server: Promise<PostgresServer> | undefined;
/** Not in a hook: it takes its time to start. */
const bucket: BucketServer | undefined = kind.endsWith('bucket') ? await startBucket() : undefined;
const trino = kind.startsWith('trino') ? await startTrino(bucket) : undefined;
let schemas = 0;
if (kind !== 'duckdb') {
  afterAll(async () => {
    (await server)?.stop();
    trino?.stop();
    await bucket?.kill();
  }, 600_000);
}

/** A store of the test's own, in its thread: no build is needed. It goes with `close`. */
export async function storeHere(now: () => number = () => 1): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-test-store-'));
  const limits = { memory: 256e6, threads: 2, readers: 2, rowGroup: 2048 };
  let store: Store;
  if (kind !== 'duckdb') {
    server ??= startPostgres();
    const { url } = await server;
    const schema = `t${++schemas}`;
    let events = kind === 'parquet' ? `&events=${join(folder, 'events')}` : '';
    if (bucket !== undefined) {
      Object.assign(process.env, bucket.env);
      events = `&events=s3://${BUCKET}/${schema}`;
    }
    if (trino !== undefined) events = `&events=${await trino.placeOf(schema)}`;
    store = await openPostgres(placeOf(`${url}?schema=${schema}${events}`), folder, now, limits);
  } else store = await openDuckdb(folder, now, limits);
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
