import { statSync } from 'node:fs';
import type { StoreStatus } from '../../upkeep.ts';
import { countsOf } from '../sql/counts.ts';
import type { Sql } from '../sql/sql.ts';
import { STORE } from './database.ts';

/** Bytes of the database that hold something, and that are free within its file. */
export async function spaceOf(sql: Sql): Promise<{ bytes: number; freeBytes: number }> {
  const row = (await sql.first(
    `SELECT block_size * used_blocks AS used, block_size * free_blocks AS free FROM pragma_database_size() WHERE database_name = '${STORE}'`,
  ))!;
  return { bytes: row.used as number, freeBytes: row.free as number };
}

export const statusOf = async (sql: Sql, path: string): Promise<StoreStatus> => ({
  ...(await countsOf(sql)),
  ...(await spaceOf(sql)),
  walBytes: statSync(`${path}.wal`, { throwIfNoEntry: false })?.size ?? 0,
});
