import type { StoreStatus } from '../../upkeep.ts';
import { committedSeq } from './intake.ts';
import type { Sql } from './sql.ts';

/** What a store holds; what room it takes only its engine knows. */
export async function countsOf(sql: Sql): Promise<Omit<StoreStatus, 'bytes' | 'freeBytes' | 'walBytes'>> {
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
    oldestMs: counts.oldest as number | null,
    newestMs: counts.newest as number | null,
  };
}
