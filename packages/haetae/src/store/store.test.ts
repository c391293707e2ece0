import { limitsHere, openDuckdb } from './engines/duckdb/duckdb.ts';
import { openStore } from './index.ts';
import { bundled } from './testing/fixtures.ts';
import { storeContract } from './testing/store.contract.ts';

const [worker] = await bundled(new URL('./store-worker.ts', import.meta.url));
const limits = { ...limitsHere(), memory: 256e6 };

storeContract('DuckDB in this thread', (directory) => openDuckdb(directory, 1, limits));
storeContract('DuckDB in a thread of its own', (directory) =>
  openStore({ directory, worker: worker!, memory: limits.memory }),
);
