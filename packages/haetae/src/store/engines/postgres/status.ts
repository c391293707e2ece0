import type { StoreStatus } from '../../upkeep.ts';
import { committedSeq } from '../sql/intake.ts';
import type { Sql } from '../sql/sql.ts';

/** Bytes of the schema's tables with their indexes. */
export const bytesOf = async (sql: Sql): Promise<number> =>
  (await sql.first(
    `SELECT coalesce(sum(pg_total_relation_size(oid)), 0) AS bytes FROM pg_class
     WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r'`,
  ))!.bytes as number;

export async function statusOf(sql: Sql): Promise<StoreStatus> {
  const counts = (await sql.first(`SELECT
    (SELECT coalesce(max(version), 0) FROM migrations) AS schema,
    (SELECT count(*) FROM events) AS events,
    (SELECT count(*) FROM findings) AS findings,
    (SELECT count(*) FROM incidents) AS incidents,
    (SELECT min(time_ms) FROM events) AS oldest,
    (SELECT max(time_ms) FROM events) AS newest`))!;
  return {
    schema: counts.schema as number,
    committed: await committedSeq(sql),
    events: counts.events as number,
    findings: counts.findings as number,
    incidents: counts.incidents as number,
    bytes: await bytesOf(sql),
    freeBytes: 0,
    walBytes: 0,
    oldestMs: counts.oldest as number | null,
    newestMs: counts.newest as number | null,
  };
}
