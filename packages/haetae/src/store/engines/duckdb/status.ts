import { statSync } from 'node:fs';
import type { StoreStatus } from '../../upkeep.ts';
import { committedSeq } from '../sql/intake.ts';
import type { Sql } from '../sql/sql.ts';
import { STORE } from './database.ts';

/** Bytes of the database that hold something, and that are free within its file. */
export async function spaceOf(sql: Sql): Promise<{ bytes: number; freeBytes: number }> {
  const row = (await sql.first(
    `SELECT block_size * used_blocks AS used, block_size * free_blocks AS free FROM pragma_database_size() WHERE database_name = '${STORE}'`,
  ))!;
  return { bytes: row.used as number, freeBytes: row.free as number };
}

export async function statusOf(sql: Sql, path: string): Promise<StoreStatus> {
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
    ...(await spaceOf(sql)),
    walBytes: statSync(`${path}.wal`, { throwIfNoEntry: false })?.size ?? 0,
    oldestMs: counts.oldest as number | null,
    newestMs: counts.newest as number | null,
  };
}
