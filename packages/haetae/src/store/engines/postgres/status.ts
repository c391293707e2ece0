import type { StoreStatus } from '../../upkeep.ts';
import { fileBytes } from '../parquet/tidy.ts';
import { countsOf } from '../sql/counts.ts';
import type { Sql } from '../sql/sql.ts';

/** Bytes of the schema's tables with their indexes. */
export const bytesOf = async (sql: Sql): Promise<number> =>
  (await sql.first(
    `SELECT coalesce(sum(pg_total_relation_size(oid)), 0) AS bytes FROM pg_class
     WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r'`,
  ))!.bytes as number;

export const statusOf = async (sql: Sql): Promise<StoreStatus> => ({
  ...(await countsOf(sql)),
  bytes: (await bytesOf(sql)) + (await fileBytes(sql)),
  freeBytes: 0,
  walBytes: 0,
});
