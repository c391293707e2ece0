import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export interface Stored {
  /** By host: how many rows, how many different record ids, the largest. */
  readonly events: ReadonlyMap<string, { readonly rows: number; readonly records: number; readonly last: number }>;
  /** By host: findings, and the different events that they stand on. */
  readonly findings: ReadonlyMap<string, { readonly rows: number; readonly events: number }>;
}

/** What the database says, asked without our own code, once the server has ended. */
export async function stored(data: string): Promise<Stored> {
  const file = [join(data, 'store', 'haetae.duckdb'), join(data, 'haetae.duckdb')].find(existsSync);
  if (file === undefined) throw new Error(`no database below ${data}`);
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  try {
    const events = await rows(
      `SELECT lower(host) AS host, count(*) AS n, count(DISTINCT record_id) AS ids, max(CAST(record_id AS BIGINT)) AS last
       FROM events GROUP BY ALL`,
    );
    const findings = await rows(
      'SELECT lower(host) AS host, count(*) AS n, count(DISTINCT event_ids) AS ids FROM findings GROUP BY ALL',
    );
    return {
      events: new Map(
        events.map(({ host, n, ids, last }) => [
          String(host),
          { rows: Number(n), records: Number(ids), last: Number(last) },
        ]),
      ),
      findings: new Map(findings.map(({ host, n, ids }) => [String(host), { rows: Number(n), events: Number(ids) }])),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
