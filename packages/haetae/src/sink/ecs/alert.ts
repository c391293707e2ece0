import { tactic, technique, techniqueUrl } from '../../attack/index.ts';
import type { FiledFinding } from '../../detect/index.ts';
import type { Listed } from '../../incident/index.ts';
import type { FindingRow, IncidentRow } from '../../store/index.ts';
import { type Doc, ECS_VERSION, factsOf, iso, timeOf } from './event.ts';

/** `event.severity`: greater is worse. */
export const SEVERITY: Readonly<Record<FindingRow['level'], number>> = {
  informational: 1,
  low: 21,
  medium: 47,
  high: 73,
  critical: 99,
};

/** ATT&CK in the words of ECS: a sub-technique stands below its technique. */
export function threatOf(tactics: readonly string[], techniques: readonly string[]): Doc | undefined {
  if (tactics.length + techniques.length === 0) return undefined;
  const known = tactics.flatMap((name) => tactic(name) ?? []);
  const parents = [...new Set(techniques.map((id) => id.split('.')[0]!))];
  const subs = techniques.filter((id) => id.includes('.'));
  const listed = (ids: readonly string[]): Doc => ({
    id: ids,
    name: ids.map((id) => technique(id)?.name ?? id),
    reference: ids.map(techniqueUrl),
  });
  return {
    framework: 'MITRE ATT&CK',
    ...(tactics.length > 0 && {
      tactic: { id: known.map(({ id }) => id), name: known.map(({ name }) => name.en) },
    }),
    ...(parents.length > 0 && {
      technique: { ...listed(parents), ...(subs.length > 0 && { subtechnique: listed(subs) }) },
    }),
  };
}

/** A finding as a document: an alert about the (last) event of which it is a statement. */
export function alertDoc(row: FindingRow, nowMs: number): Doc {
  const { event, fields, rule, attack, why } = row.body as unknown as FiledFinding;
  const { channel, provider, eventId, eventRecordId, computer, timeTicks } = event;
  const recordId = eventRecordId === 0 ? '' : String(eventRecordId);
  const doc = factsOf({ channel, provider, eventId, recordId, computer, fields }, row.host);
  const threat = threatOf(attack.tactics, attack.techniques);
  return {
    '@timestamp': timeOf(row.timeMs, event.timeMs === row.timeMs ? timeTicks : 0) ?? iso(nowMs),
    ...doc,
    message: row.title,
    event: {
      ...(doc.event as Doc),
      kind: 'alert',
      severity: SEVERITY[row.level],
      ingested: iso(nowMs),
    },
    rule: {
      ...(row.ruleId !== '' && { id: row.ruleId }),
      name: row.title,
      level: row.level,
      category: row.detector,
      ...(rule !== null && { reference: rule.path }),
    },
    ...(threat !== undefined && { threat }),
    haetae: {
      finding: { id: row.id, events: row.eventIds },
      ...(row.incidentId !== null && { incident: { id: row.incidentId } }),
      why,
    },
  };
}

/** An incident as a document, as it is now. */
export function incidentDoc(row: IncidentRow, nowMs: number): Doc {
  const listed = row.listed as unknown as Partial<Listed> | null;
  const threat = threatOf(listed?.tactics ?? [], listed?.techniques ?? []);
  return {
    '@timestamp': timeOf(row.lastMs, 0) ?? iso(nowMs),
    ecs: { version: ECS_VERSION },
    message: row.title,
    event: {
      kind: 'alert',
      category: ['intrusion_detection'],
      type: ['info'],
      action: 'incident',
      id: row.id,
      severity: SEVERITY[row.level],
      risk_score: row.risk,
      start: timeOf(row.firstMs, 0) ?? iso(nowMs),
      end: timeOf(row.lastMs, 0) ?? iso(nowMs),
      created: iso(row.createdMs),
      ingested: iso(nowMs),
    },
    host: { name: row.hosts },
    related: { hosts: row.hosts, user: row.users },
    rule: { level: row.level },
    ...(threat !== undefined && { threat }),
    haetae: {
      incident: {
        id: row.id,
        title: row.title,
        ...(listed?.titles !== undefined && { title_ko: listed.titles.ko }),
        status: row.status,
        ...(row.verdict !== null && { verdict: row.verdict }),
        ...(row.assignee !== null && { assignee: row.assignee }),
        ...(row.mergedInto !== null && { merged_into: row.mergedInto }),
        tags: row.tags,
        findings: row.findings,
        version: row.version,
        updated: iso(row.updatedMs),
      },
    },
  };
}
