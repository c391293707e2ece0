import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { connect } from '@haetae/postgres';
import type { Incident as Body } from '../../packages/haetae/src/incident/index.ts';
import type { Incident } from '../../packages/haetae/src/server/api.ts';
import type { Story } from '../../packages/haetae/src/server/api-told.ts';
import { all, ask, type Door } from '../lab/campaign.ts';

/** All that a server, or several, made of what they were sent; numbers that they gave themselves are replaced by what the events are. */
export interface Outcome {
  /** Each event that is stored: what it is, and what is marked of it. */
  readonly events: readonly string[];
  /** Each finding with all that its detector states, and which incident it is in. */
  readonly findings: readonly string[];
  /**
   * Each incident with its findings, links, tree and risk, and the sentences of its story. Not the id, which is that of the first finding
   * that was told of it: which one that was is a matter of milliseconds, as is which others went into it. Nor how many acts of a process are
   * not shown: of one that was idle, let go of for room and came back, those since.
   */
  readonly incidents: readonly string[];
  readonly counts: { readonly rules: number; readonly correlations: number; readonly anomalies: number };
}

export type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** Rows of a store in a folder, whose server has ended. */
export async function rowsOfFolder<T>(data: string, use: (query: Query) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(join(data, 'store', 'haetae.duckdb'), { access_mode: 'READ_ONLY' });
  return await inDuckdb(instance, use);
}

/** Rows of a store in PostgreSQL; of one whose events are files, these by the name `events`. */
export async function rowsOfPostgres<T>(
  { url, schema, files }: { readonly url: string; readonly schema: string; readonly files?: string },
  use: (query: Query) => Promise<T>,
): Promise<T> {
  const sql = connect(url, { max: 1 });
  const query: Query = (text) => sql.unsafe(text.replaceAll('haetae.', `${schema}.`)) as never;
  try {
    if (files === undefined) return await use(query);
    const named = await query('SELECT path FROM haetae.event_files WHERE gone_ms IS NULL');
    const paths = named.map(({ path }) => `'${join(files, String(path))}'`).join(', ');
    return await inDuckdb(await DuckDBInstance.create(), (duck) =>
      use((text) =>
        text.includes('haetae.events') ? duck(text.replace('haetae.events', `read_parquet([${paths}])`)) : query(text),
      ),
    );
  } finally {
    await sql.end();
  }
}

async function inDuckdb<T>(instance: DuckDBInstance, use: (query: Query) => Promise<T>): Promise<T> {
  const connection = await instance.connect();
  try {
    return await use(async (text) =>
      (await connection.runAndReadAll(text.replaceAll('haetae.', ''))).getRowObjectsJson(),
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What the server tells of its incidents, while it runs. */
export async function incidentsOf(door: Door): Promise<readonly object[]> {
  const told: object[] = [];
  for (const one of await all<Incident>(door, '/api/incidents?order=risk&')) {
    if (one.mergedInto !== null) continue;
    const { id, title, level, risk, hosts, users, findings, firstMs, lastMs } = one;
    const { incident } = await ask<{ incident: Pick<Body, 'tree'> }>(door, `/api/incidents/${id}`);
    const story = await ask<Story>(door, `/api/incidents/${id}/story?lang=en`);
    const whole = { ...incident, id: '', merged: [], tree: incident.tree.map(({ moreActs: _, ...node }) => node) };
    told.push({ title, level, risk, hosts, users, findings, firstMs, lastMs, incident: whole, story });
  }
  return told;
}

/** By id: what tells an incident from others, of one that went into another that one. */
async function namesOf(query: Query): Promise<(id: unknown) => string | null> {
  const rows = await query('SELECT id, merged_into, title, first_ms, last_ms FROM haetae.incidents');
  const known = new Map(rows.map((row) => [row.id, row]));
  return (id) => {
    let row = known.get(id);
    while (row !== undefined && row.merged_into !== null) row = known.get(row.merged_into);
    return row === undefined ? null : [row.title, row.first_ms, row.last_ms].join(' | ');
  };
}

export async function outcomeOf(query: Query, incidents: readonly object[]): Promise<Outcome> {
  const keys = new Map<number, string>();
  const events: string[] = [];
  const rows = await query(
    `SELECT id, lower(host) AS host, channel, event_id, record_id, time_ms, flags, md5(fields) AS content FROM haetae.events`,
  );
  for (const { id, host, channel, event_id, record_id, time_ms, flags, content } of rows) {
    const key = [host, channel, event_id, record_id ?? content, new Date(Number(time_ms)).toISOString()].join(' | ');
    keys.set(Number(id), key);
    events.push(`${key} | ${flags}`);
  }
  /** An object with events' own keys in place of their numbers in the store. */
  const keyOf = (id: unknown): string => keys.get(Number(id)) ?? `no event ${id}`;
  const named = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((one) => named(one));
    if (name === 'record' && typeof value === 'number') return keyOf(value);
    if (name === 'evidence') return String(value).replace(/^live (\d+) /, (_, id) => `${keyOf(id)} `);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([of, one]) => [of, named(one, of)]));
  };
  const nameOf = await namesOf(query);
  const found = await query(
    `SELECT rule_id, title, level, lower(host) AS host, time_ms, detector, event_ids, techniques, incident_id, body FROM haetae.findings`,
  );
  const counts = { rules: 0, correlations: 0, anomalies: 0 };
  const findings = found.map(({ event_ids, body, time_ms, incident_id, ...row }) => {
    const statement = JSON.parse(String(body)) as { why: readonly { kind: string }[] };
    const kinds = new Set(statement.why.map(({ kind }) => kind));
    if (kinds.has('unusual')) counts.anomalies++;
    else if (kinds.has('correlated')) counts.correlations++;
    else counts.rules++;
    const ids = JSON.parse(String(event_ids)) as number[];
    return JSON.stringify({
      ...row,
      timeMs: Number(time_ms),
      incident: nameOf(incident_id),
      events: ids.map(keyOf),
      statement: named(statement),
    });
  });
  return { events, findings, incidents: incidents.map((one) => JSON.stringify(named(one))), counts };
}

/** What is not in both, in words; each thing counts as often as it is there. Of long things, from where they differ. */
export function differences(what: string, expected: readonly string[], actual: readonly string[], most = 5): string[] {
  const left = new Map<string, number>();
  for (const one of expected) left.set(one, (left.get(one) ?? 0) + 1);
  for (const one of actual) left.set(one, (left.get(one) ?? 0) - 1);
  const missing = [...left].flatMap(([one, n]) => (n > 0 ? Array<string>(n).fill(one) : [])).sort();
  const beside = [...left].flatMap(([one, n]) => (n < 0 ? Array<string>(-n).fill(one) : [])).sort();
  if (missing.length + beside.length === 0) return [];
  return [
    `${what}: ${missing.length} of ${expected.length} are missing, ${beside.length} are there beside them`,
    ...missing.slice(0, most).map((one) => `  missing: ${shown(one, beside)}`),
    ...beside.slice(0, most).map((one) => `  beside: ${shown(one, missing)}`),
  ];
}

/** How it begins, and what is around the place where it is not any more as the most similar of the others. */
function shown(one: string, others: readonly string[]): string {
  const at = Math.max(0, ...others.map((other) => commonLength(one, other)));
  return at < SHOWN ? one.slice(0, 2 * SHOWN) : `${one.slice(0, SHOWN)} … ${one.slice(at - SHOWN / 2, at + SHOWN)}`;
}
const SHOWN = 300;

function commonLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}
