import type { FindingRow } from '../../commit.ts';
import type { Findings, FindingsOverTime, FindingTimes, RuleCount, TechniqueCount } from '../../incidents.ts';
import { limited } from './limited.ts';
import type { Database, Sql } from './sql.ts';
import { tableOf } from './table.ts';
import { Where } from './where.ts';

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
/** Levels in their order, to be compared. */
export const severityOf = (level: FindingRow['level']): number => LEVELS.indexOf(level);

export type StoredFinding = FindingRow & { readonly severity: number };
export const findingRows = tableOf<StoredFinding>('findings', {
  id: 'int',
  seq: 'int',
  timeMs: 'int',
  host: 'text',
  detector: 'text',
  ruleId: 'text',
  title: 'text',
  level: 'text',
  severity: 'int',
  eventIds: 'json',
  incidentId: 'text',
  techniques: 'json',
  body: 'json',
});

function findingOf(row: StoredFinding | undefined): FindingRow | undefined {
  if (row === undefined) return undefined;
  const { severity: _, ...finding } = row;
  return finding;
}

export const findingsIn = (db: Database): Findings => ({
  list: (query, control) =>
    limited(db, control, async (sql) => {
      const where = new Where();
      where.and('time_ms >= ?', query.fromMs);
      where.and('time_ms < ?', query.toMs);
      where.and('lower(host) = lower(?)', query.host);
      where.and('rule_id = ?', query.ruleId);
      where.and('detector = ?', query.detector);
      where.and('incident_id = ?', query.incidentId);
      where.and('severity >= ?', query.minLevel === undefined ? undefined : severityOf(query.minLevel));
      where.and(sql.dialect.hasNumber('event_ids', '?'), query.eventId);
      where.and(sql.dialect.hasText('techniques', '?'), query.technique);
      where.and('id < ?', query.before);
      const tail = `${where.sql} ORDER BY id DESC LIMIT ${where.put(query.limit)}`;
      return (await findingRows.all(sql, tail, where.values)).map((row) => findingOf(row)!);
    }),
  get: (id) => db.read(async (sql) => findingOf(await findingRows.first(sql, 'WHERE id = $1', [id]))),
  behind: ({ seq, id }, limit) =>
    db.read(async (sql) => {
      const tail = 'WHERE seq >= $1 AND (seq > $1 OR id > $2) ORDER BY seq, id LIMIT $3';
      return (await findingRows.all(sql, tail, [seq, id, limit])).map((row) => findingOf(row)!);
    }),
  present: (after, last) =>
    db.read(async (sql) => {
      const text = 'SELECT count(*) AS n FROM findings WHERE id > $1 AND id <= $2';
      return Number((await sql.first(text, [after, last]))!.n);
    }),
  stated: ({ fromMs, toMs, rules }, control) =>
    limited(db, control, async (sql) => {
      const where = new Where();
      where.and('time_ms >= ?', fromMs);
      where.and('time_ms < ?', toMs);
      where.oneOf("CASE rule_id WHEN '' THEN title ELSE rule_id END", rules);
      const rows = await sql.all(
        `SELECT CASE rule_id WHEN '' THEN title ELSE rule_id END AS rule, event_ids FROM findings ${where.sql}`,
        where.values,
      );
      return rows.map(({ rule, event_ids: ids }) => ({
        rule: rule as string,
        eventIds: JSON.parse(ids as string) as number[],
      }));
    }),
  byRule: (query, control) => limited(db, control, (sql) => byRule(sql, query)),
  byTechnique: (query, control) => limited(db, control, (sql) => byTechnique(sql, query)),
  overTime: (query, control) => limited(db, control, (sql) => overTime(sql, query)),
});

function within({ fromMs, toMs, host, ruleId }: FindingTimes): Where {
  const where = new Where();
  where.and('time_ms >= ?', fromMs);
  where.and('time_ms < ?', toMs);
  where.and('lower(host) = lower(?)', host);
  where.and('rule_id = ?', ruleId);
  return where;
}

async function byRule(sql: Sql, query: Parameters<Findings['byRule']>[0]): Promise<RuleCount[]> {
  const where = within(query);
  const rows = await sql.all(
    `SELECT rule_id, f.title, ${sql.dialect.last('f.level', 'f.id')} AS level, count(*) AS n, count(DISTINCT host) AS hosts,
       max(time_ms) AS last_ms, count(incident) AS judged,
       count(*) FILTER (WHERE verdict IN ('benign', 'false-positive')) AS harmless
     FROM (SELECT * FROM findings ${where.sql}) f
     LEFT JOIN (SELECT id AS incident, verdict FROM incidents WHERE status = 'closed' AND verdict <> 'duplicate') i
       ON incident = incident_id
     GROUP BY rule_id, f.title ORDER BY n DESC, rule_id, f.title`,
    where.values,
  );
  return rows.map(
    (row) =>
      ({
        ruleId: row.rule_id,
        title: row.title,
        level: row.level,
        count: row.n,
        hosts: row.hosts,
        lastMs: row.last_ms,
        judged: row.judged,
        harmless: row.harmless,
      }) as RuleCount,
  );
}

/** Findings name few different lists of techniques: each is taken apart once a host, not once a finding. */
async function byTechnique(sql: Sql, query: FindingTimes): Promise<TechniqueCount[]> {
  const where = within(query);
  const rows = await sql.all(
    `SELECT technique, CAST(sum(n) AS BIGINT) AS n, count(DISTINCT host) AS hosts, max(last_ms) AS last_ms
     FROM (SELECT ${sql.dialect.each('techniques')} AS technique, host, n, last_ms FROM
       (SELECT techniques, host, count(*) AS n, max(time_ms) AS last_ms FROM findings ${where.sql} GROUP BY techniques, host) g) f
     GROUP BY technique ORDER BY technique`,
    where.values,
  );
  return rows.map(
    (row) => ({ technique: row.technique, count: row.n, hosts: row.hosts, lastMs: row.last_ms }) as TechniqueCount,
  );
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Stretches that people count in. Half days and days begin where Korea's do: its offset divides both. */
const WIDTHS = [1000, 5000, 15_000, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY];

async function overTime(sql: Sql, query: FindingTimes & { readonly buckets: number }): Promise<FindingsOverTime> {
  const where = within(query);
  const span = await sql.first(
    `SELECT min(time_ms) AS low, max(time_ms) AS high FROM findings ${where.sql}`,
    where.values,
  );
  const [low, high] = [Number(span?.low ?? 0), Number(span?.high ?? 0)];
  const fromMs = query.fromMs ?? low;
  const toMs = query.toMs ?? high + 1;
  const ideal = (toMs - fromMs) / Math.max(1, query.buckets);
  const widthMs = WIDTHS.find((width) => width >= ideal) ?? Math.ceil(ideal / (365 * DAY)) * 365 * DAY;
  const rows = await sql.all(
    `SELECT ${sql.dialect.quotient('time_ms', String(widthMs))} * ${widthMs} AS from_ms, level, count(*) AS n FROM findings ${where.sql}
     GROUP BY 1, 2 ORDER BY 1, 2`,
    where.values,
  );
  const counts = rows.map((row) => ({ timeMs: row.from_ms, level: row.level, count: row.n }));
  return { fromMs, toMs, widthMs, counts: counts as unknown as FindingsOverTime['counts'] };
}
