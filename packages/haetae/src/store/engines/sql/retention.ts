import type { Retained, RetentionPolicy, Tidied } from '../../upkeep.ts';
import type { Database } from './sql.ts';

/** Of an engine that leaves nothing to be put together. */
export const TIDY: Tidied = { files: 0, into: 0, removed: 0 };

/** How an engine lets go of events. */
export interface Removal {
  /** Those received before; how many they were. */
  byAge(beforeMs: number): Promise<number>;
  /** The oldest, until no more than so many bytes are in use. */
  bySize(maxBytes: number): Promise<number>;
  /** In use. */
  bytes(): Promise<number>;
}

/** Removes by age, then by size. */
export async function retain(db: Database, removal: Removal, policy: RetentionPolicy): Promise<Retained> {
  let events = 0;
  if (policy.eventsBeforeMs !== undefined) events += await removal.byAge(policy.eventsBeforeMs);
  if (policy.maxBytes !== undefined) events += await removal.bySize(policy.maxBytes);
  const { findings, incidents } =
    policy.findingsBeforeMs === undefined
      ? { findings: 0, incidents: 0 }
      : await removeCases(db, policy.findingsBeforeMs);
  return { events, findings, incidents, bytes: await removal.bytes() };
}

async function removeCases(db: Database, beforeMs: number): Promise<{ findings: number; incidents: number }> {
  const old = `SELECT id FROM incidents WHERE updated_ms < $1 AND last_ms < $1 AND (status = 'closed' OR merged_into IS NOT NULL)`;
  return db.write(async (sql) => {
    const incidents = (await sql.first(`SELECT count(*) AS n FROM (${old}) o`, [beforeMs]))!.n as number;
    await sql.run(`DELETE FROM incident_history WHERE incident_id IN (${old})`, [beforeMs]);
    await sql.run(`DELETE FROM incident_bodies WHERE id IN (${old})`, [beforeMs]);
    await sql.run(`DELETE FROM incidents WHERE id IN (${old})`, [beforeMs]);
    const gone = `time_ms < $1 AND (incident_id IS NULL OR incident_id NOT IN (SELECT id FROM incidents))`;
    const findings = (await sql.first(`SELECT count(*) AS n FROM findings WHERE ${gone}`, [beforeMs]))!.n as number;
    await sql.run(`DELETE FROM findings WHERE ${gone}`, [beforeMs]);
    const hunted = `SELECT id FROM hunts WHERE updated_ms < $1 AND status <> 'running'`;
    await sql.run(`DELETE FROM hunt_hits WHERE hunt_id IN (${hunted})`, [beforeMs]);
    await sql.run(`DELETE FROM hunts WHERE id IN (${hunted})`, [beforeMs]);
    await sql.run(`DELETE FROM deliveries WHERE updated_ms < $1 AND state IN ('sent', 'given-up')`, [beforeMs]);
    return { findings, incidents };
  });
}
