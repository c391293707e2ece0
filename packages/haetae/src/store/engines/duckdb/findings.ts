import type { FindingRow } from '../../commit.ts';
import type { Findings, RuleCount } from '../../incidents.ts';
import type { Database } from './database.ts';
import { limited } from './limited.ts';
import type { Sql } from './sql.ts';
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
      where.and('incident_id = ?', query.incidentId);
      where.and('severity >= ?', query.minLevel === undefined ? undefined : severityOf(query.minLevel));
      where.and('list_contains(CAST(event_ids AS BIGINT[]), ?)', query.eventId);
      where.and('id < ?', query.before);
      const tail = `${where.sql} ORDER BY id DESC LIMIT ${where.put(query.limit)}`;
      return (await findingRows.all(sql, tail, where.values)).map((row) => findingOf(row)!);
    }),
  get: (id) => db.read(async (sql) => findingOf(await findingRows.first(sql, 'WHERE id = $1', [id]))),
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
});

async function byRule(sql: Sql, query: Parameters<Findings['byRule']>[0]): Promise<RuleCount[]> {
  const where = new Where();
  where.and('time_ms >= ?', query.fromMs);
  where.and('time_ms < ?', query.toMs);
  where.and('lower(host) = lower(?)', query.host);
  const rows = await sql.all(
    `SELECT rule_id, title, arg_max(level, id) AS level, count(*) AS n, count(DISTINCT host) AS hosts, max(time_ms) AS last_ms
     FROM findings ${where.sql} GROUP BY rule_id, title ORDER BY n DESC, rule_id, title`,
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
      }) as RuleCount,
  );
}
