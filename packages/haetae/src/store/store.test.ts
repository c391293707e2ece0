import { cpSync } from 'node:fs';
import { limitsHere, openDuckdb } from './engines/duckdb/duckdb.ts';
import type { Store } from './index.ts';
import { lastingFolder } from './testing/fixtures.ts';
import { storeContract } from './testing/store.contract.ts';

const openIn = (folder: string): Promise<Store> =>
  openDuckdb(folder, () => 1, { ...limitsHere(), memory: 256e6, rowGroup: 2048 });

/** An empty store, made once and copied: what a new one costs is the schema. */
const empty = lastingFolder();
await (await openIn(empty)).close();

storeContract('DuckDB', openIn, (folder) => cpSync(empty, folder, { recursive: true }));
