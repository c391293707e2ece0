import type { Json } from '../../accounts.ts';
import type { IncidentSummary, Incidents, NameAtRisk } from '../../incidents.ts';
import type { Sql } from './sql.ts';
import { Where } from './where.ts';

type Asked = Parameters<Incidents['summary']>[0];

/** Counted by the engine: however many incidents there are, few rows leave it. */
export async function incidentSummary(sql: Sql, asked: Asked): Promise<IncidentSummary> {
  return {
    ...(await numbers(sql, asked)),
    tactics: await tactics(sql, asked),
    hosts: await names(sql, 'hosts', asked),
    users: await names(sql, 'users', asked),
    blind: await blind(sql, asked),
  };
}

function among({ status }: Asked): Where {
  const where = new Where();
  where.that('merged_into IS NULL');
  where.oneOf('status', status);
  return where;
}

async function numbers(sql: Sql, asked: Asked) {
  const where = among(asked);
  const since = where.put(asked.sinceMs);
  const row = (await sql.first(
    `SELECT count(*) AS n, count(*) FILTER (WHERE created_ms > ${since}) AS made,
       count(*) FILTER (WHERE created_ms <= ${since} AND updated_ms > ${since}) AS changed,
       count(*) FILTER (WHERE assignee IS NULL) AS untaken, min(created_ms) FILTER (WHERE assignee IS NULL) AS untaken_since
     FROM incidents ${where.sql}`,
    where.values,
  ))!;
  const { n: count, made, changed, untaken, untaken_since: untakenSinceMs } = row;
  return { count, made, changed, untaken, untakenSinceMs } as Pick<
    IncidentSummary,
    'count' | 'made' | 'changed' | 'untaken' | 'untakenSinceMs'
  >;
}

async function names(sql: Sql, column: 'hosts' | 'users', asked: Asked): Promise<NameAtRisk[]> {
  const where = among(asked);
  const rows = await sql.all(
    `SELECT name, max(risk) AS risk, ${sql.dialect.last('level', 'risk')} AS level, count(*) AS n
     FROM (SELECT ${sql.dialect.each(column)} AS name, risk, level FROM incidents ${where.sql}) i
     GROUP BY name ORDER BY risk DESC, n DESC, name LIMIT ${where.put(asked.most)}`,
    where.values,
  );
  return rows.map(({ name, risk, level, n: incidents }) => ({ name, risk, level, incidents }) as NameAtRisk);
}

async function tactics(sql: Sql, asked: Asked): Promise<IncidentSummary['tactics']> {
  const where = among(asked);
  const { text } = sql.dialect.member('listed', 'tactics', (name) => where.put(name));
  const rows = await sql.all(
    `SELECT tactic, count(*) AS n FROM (SELECT ${sql.dialect.each(text)} AS tactic FROM incidents ${where.sql}) i
     GROUP BY tactic ORDER BY tactic`,
    where.values,
  );
  return rows.map(({ tactic, n: incidents }) => ({ tactic, incidents }) as IncidentSummary['tactics'][number]);
}

async function blind(sql: Sql, asked: Asked): Promise<IncidentSummary['blind']> {
  const where = among(asked);
  const { text } = sql.dialect.member('listed', 'blind', (name) => where.put(name));
  const rows = await sql.all(
    `SELECT bands, ${sql.dialect.last('id', 'last_ms')} AS id, max(last_ms) AS newest
     FROM (SELECT ${text} AS bands, id, last_ms FROM incidents ${where.sql}) i
     WHERE bands <> '[]' GROUP BY bands ORDER BY newest DESC, bands LIMIT ${where.put(asked.most)}`,
    where.values,
  );
  return rows.map(({ id, bands }) => ({ incident: id as string, bands: JSON.parse(bands as string) as Json }));
}
