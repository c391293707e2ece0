import type { StoreStatus } from './upkeep.ts';

/**
 * Makes a store of a backup in a directory that holds none, or with a `url` in a database that holds none. The databases are loaded
 * for this only.
 */
export async function restoreStore(backup: string, directory: string, url?: string): Promise<StoreStatus> {
  if (url === undefined) {
    const { restoreDuckdb } = await import('./engines/duckdb/duckdb.ts');
    return restoreDuckdb(backup, directory);
  }
  const [{ placeOf, restorePostgres }, { remember }] = await Promise.all([
    import('./engines/postgres/postgres.ts'),
    import('./place.ts'),
  ]);
  const status = await restorePostgres(backup, placeOf(url), directory);
  await remember(directory, url);
  return status;
}
