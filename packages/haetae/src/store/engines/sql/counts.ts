import type { StoreStatus } from '../../upkeep.ts';
import { committedSeq } from './intake.ts';
import type { Sql } from './sql.ts';

/** What a store holds; what room it takes only its engine knows. */
export async function countsOf(sql: Sql): Promise<Omit<StoreStatus, 'bytes' | 'freeBytes' | 'walBytes'>> {
  const counts = (await sql.first(`SELECT
    (SELECT coalesce(max(version), 0) FROM migrations) AS schema,
    (SELECT count(*) FROM findings) AS findings,
    (SELECT count(*) FROM incidents) AS incidents`))!;
  return {
    schema: counts.schema as number,
    committed: await committedSeq(sql),
    events: (await sql.eventFigure('count')) ?? 0,
    findings: counts.findings as number,
    incidents: counts.incidents as number,
    oldestMs: await sql.eventFigure('oldestMs'),
    newestMs: await sql.eventFigure('newestMs'),
  };
}
