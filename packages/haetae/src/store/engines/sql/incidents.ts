import type { UnixMs } from '@haetae/event';
import type { Json } from '../../accounts.ts';
import { StoreError } from '../../error.ts';
import type { EngineIncident, IncidentEntry, IncidentQuery, IncidentRow, Incidents, Triage } from '../../incidents.ts';
import type { News } from '../../shared.ts';
import { severityOf } from './findings.ts';
import { incidentSummary } from './incident-summary.ts';
import { limited } from './limited.ts';
import type { Database, Sql } from './sql.ts';
import { tableOf } from './table.ts';
import { Where } from './where.ts';

type StoredIncident = IncidentRow & { readonly severity: number };
export const incidentRows = tableOf<StoredIncident>('incidents', {
  id: 'text',
  seq: 'int',
  firstMs: 'int',
  lastMs: 'int',
  risk: 'real',
  level: 'text',
  severity: 'int',
  title: 'text',
  hosts: 'json',
  users: 'json',
  findings: 'int',
  mergedInto: 'text',
  status: 'text',
  assignee: 'text',
  verdict: 'text',
  tags: 'json',
  version: 'int',
  createdMs: 'int',
  updatedMs: 'int',
  listed: 'json',
});
const bodies = tableOf<{ readonly id: string; readonly body: string }>('incident_bodies', {
  id: 'text',
  body: 'packed',
});
const bodyOf = (text: string): Json => JSON.parse(text) as Json;
const history = tableOf<IncidentEntry>('incident_history', {
  incidentId: 'text',
  number: 'int',
  timeMs: 'int',
  actor: 'text',
  kind: 'text',
  detail: 'json',
});

const UNTOUCHED: Triage = { status: 'new', assignee: null, verdict: null, tags: [] };

/** Incidents of one round of statements: a statement costs the same for one row as for many. */
const AT_ONCE = 100;

/** What the reader says now; what people made of an incident stays. One row an id; all as they are then. */
export async function writeIncidents(
  sql: Sql,
  incidents: readonly EngineIncident[],
  nowMs: number,
): Promise<IncidentRow[]> {
  const written: IncidentRow[] = [];
  for (let i = 0; i < incidents.length; i += AT_ONCE)
    written.push(...(await writeSome(sql, incidents.slice(i, i + AT_ONCE), nowMs as UnixMs)));
  return written;
}

async function writeSome(sql: Sql, some: readonly EngineIncident[], nowMs: UnixMs): Promise<IncidentRow[]> {
  const ids = some.map(({ id }) => id);
  const among = `IN (${ids.map((_, n) => `$${n + 1}`).join(', ')})`;
  const before = new Map((await incidentRows.all(sql, `WHERE id ${among}`, ids)).map((row) => [row.id, row]));
  const rows = some.map(({ body: _, text: __, ...told }): StoredIncident => {
    const was = before.get(told.id);
    return {
      ...(was ?? { ...UNTOUCHED, createdMs: nowMs }),
      ...told,
      severity: severityOf(told.level),
      version: (was?.version ?? 0) + 1,
      updatedMs: nowMs,
    };
  });
  if (before.size > 0) {
    await sql.run(`DELETE FROM incidents WHERE id ${among}`, ids);
    await sql.run(`DELETE FROM incident_bodies WHERE id ${among}`, ids);
  }
  await incidentRows.insertAll(sql, rows);
  await bodies.insertAll(
    sql,
    some.map(({ id, body, text = JSON.stringify(body) }) => ({ id, body: text })),
  );
  await enterAll(
    sql,
    rows.flatMap((row) => changesOf(row, before.get(row.id))),
    nowMs,
  );
  return rows.map(rowOf);
}

type Change = Pick<IncidentEntry, 'incidentId' | 'kind' | 'detail'>;

/** What of an incident its history tells. */
function changesOf(row: StoredIncident, was: StoredIncident | undefined): Change[] {
  const { id: incidentId, level, risk, mergedInto } = row;
  const changes: Change[] = [];
  if (was === undefined) changes.push({ incidentId, kind: 'created', detail: { level, risk } });
  else if (was.level !== level) changes.push({ incidentId, kind: 'level', detail: { from: was.level, to: level } });
  if (mergedInto !== null && was?.mergedInto !== mergedInto)
    changes.push({ incidentId, kind: 'merged', detail: { into: mergedInto } });
  return changes;
}

async function enterAll(sql: Sql, changes: readonly Change[], timeMs: UnixMs): Promise<void> {
  if (changes.length === 0) return;
  const ids = [...new Set(changes.map(({ incidentId }) => incidentId))];
  const among = ids.map((_, n) => `$${n + 1}`).join(', ');
  const counts = await sql.all(
    `SELECT incident_id, count(*) AS n FROM incident_history WHERE incident_id IN (${among}) GROUP BY incident_id`,
    ids,
  );
  const last = new Map(counts.map((row) => [row.incident_id as string, row.n as number]));
  const entries = changes.map(({ incidentId, kind, detail }): IncidentEntry => {
    const number = (last.get(incidentId) ?? 0) + 1;
    last.set(incidentId, number);
    return { incidentId, number, timeMs, actor: '', kind, detail };
  });
  await history.insertAll(sql, entries);
}

async function enter(
  sql: Sql,
  incidentId: string,
  entry: Omit<IncidentEntry, 'incidentId' | 'number'>,
): Promise<IncidentEntry> {
  const number = (await history.count(sql, 'incident_id = $1', [incidentId])) + 1;
  const { timeMs, actor, kind, detail } = entry;
  const whole: IncidentEntry = { incidentId, number, timeMs, actor, kind, detail };
  await history.insert(sql, whole);
  return whole;
}

function rowOf(stored: StoredIncident): IncidentRow {
  const { severity: _, ...row } = stored;
  return row;
}

const ORDERS = {
  risk: 'risk DESC, last_ms DESC, id',
  newest: 'last_ms DESC, id',
  updated: 'updated_ms DESC, id',
} as const satisfies Record<IncidentQuery['order'], string>;

async function written(sql: Sql, id: string): Promise<{ row: IncidentRow; body: string } | undefined> {
  const row = await incidentRows.first(sql, 'WHERE id = $1', [id]);
  if (row === undefined) return undefined;
  const told = await bodies.first(sql, 'WHERE id = $1', [id]);
  return { row: rowOf(row), body: told?.body ?? 'null' };
}

export const incidentsIn = (db: Database): Incidents => ({
  list: (query, control) =>
    limited(db, control, async (sql) => {
      const where = new Where();
      where.that('merged_into IS NULL');
      where.oneOf('status', query.status);
      where.and('severity >= ?', query.minLevel === undefined ? undefined : severityOf(query.minLevel));
      where.and(sql.dialect.hasTextAnyCase('hosts', '?'), query.host);
      if (query.assignee === null) where.that('assignee IS NULL');
      else where.and('assignee = ?', query.assignee);
      where.and(
        `(${['title', 'hosts', 'users'].map((column) => sql.dialect.contains(`lower(${column})`, 'lower(?)')).join(' OR ')})`,
        query.text,
      );
      where.and('last_ms >= ?', query.fromMs);
      where.and('last_ms < ?', query.toMs);
      const total = (await sql.first(`SELECT count(*) AS n FROM incidents ${where.sql}`, where.values))!.n as number;
      const page = `${where.sql} ORDER BY ${ORDERS[query.order]} LIMIT ${where.put(query.limit)} OFFSET ${where.put(query.offset ?? 0)}`;
      return { total, rows: (await incidentRows.all(sql, page, where.values)).map(rowOf) };
    }),
  summary: (query, control) => limited(db, control, (sql) => incidentSummary(sql, query)),
  get: (id) =>
    db.read(async (sql) => {
      const found = await written(sql, id);
      return found && { ...found.row, body: bodyOf(found.body) };
    }),
  written: (id) => db.read((sql) => written(sql, id)),
  some: (ids) =>
    db.read(async (sql) => {
      const where = new Where();
      where.oneOf('id', ids);
      const told = new Map((await bodies.all(sql, where.sql, where.values)).map(({ id, body }) => [id, bodyOf(body)]));
      const rows = await incidentRows.all(sql, where.sql, where.values);
      return rows.map((row) => ({ ...rowOf(row), body: told.get(row.id) ?? null }));
    }),
  row: (id) =>
    db.read(async (sql) => {
      const row = await incidentRows.first(sql, 'WHERE id = $1', [id]);
      return row && rowOf(row);
    }),
  changed: ({ seq, sinceMs, limit }) =>
    db.read(async (sql) => {
      const found = 'WHERE seq > $1 OR updated_ms >= $2 ORDER BY seq, id LIMIT $3';
      return (await incidentRows.all(sql, found, [seq, sinceMs, limit])).map(rowOf);
    }),
  behind: ({ seq, id }, limit) =>
    db.read(async (sql) => {
      const found = 'WHERE seq >= $1 AND (seq > $1 OR id > $2) ORDER BY seq, id LIMIT $3';
      return (await incidentRows.all(sql, found, [seq, id, limit])).map(rowOf);
    }),
  history: (id) => db.read((sql) => history.all(sql, 'WHERE incident_id = $1 ORDER BY number', [id])),
  triage: (id, version, change, actor, nowMs) =>
    db.write(async (sql) => {
      const was = await incidentRows.first(sql, 'WHERE id = $1', [id]);
      if (was === undefined) throw new StoreError('missing', `there is no incident ${id}`);
      if (was.version !== version) {
        throw new StoreError(
          'conflict',
          `incident ${id} is at version ${was.version}, not ${version}: somebody changed it`,
        );
      }
      const { status, assignee, verdict, tags } = { ...was, ...change };
      const row: StoredIncident = { ...was, status, assignee, verdict, tags, version: version + 1, updatedMs: nowMs };
      await incidentRows.set(sql, row, 'id = $1', [id]);
      const pick = (from: Triage): Json =>
        Object.fromEntries(Object.keys(change).map((name) => [name, from[name as keyof Triage] as Json]));
      await enter(sql, id, { timeMs: nowMs, actor, kind: 'triage', detail: { from: pick(was), to: pick(row) } });
      await sql.tell?.(JSON.stringify({ kind: 'stored', findings: [], incidents: [id] } satisfies News));
      return rowOf(row);
    }),
  note: (id, entry) =>
    db.write(async (sql) => {
      if ((await incidentRows.count(sql, 'id = $1', [id])) === 0) {
        throw new StoreError('missing', `there is no incident ${id}`);
      }
      return enter(sql, id, entry);
    }),
});
