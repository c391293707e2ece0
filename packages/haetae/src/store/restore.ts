import type { StoreStatus } from './upkeep.ts';

/** Makes a store of a backup in a directory that holds none. The database is loaded for this only. */
export async function restoreStore(backup: string, directory: string): Promise<StoreStatus> {
  const { restoreDuckdb } = await import('./engines/duckdb/duckdb.ts');
  return restoreDuckdb(backup, directory);
}
