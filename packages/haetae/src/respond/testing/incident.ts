import type { Incident, IncidentFinding, ProcessNode } from '../../incident/index.ts';

export const AT = Date.parse('2026-03-17T05:00:00Z');
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

export type SomeProcess = Partial<ProcessNode> & Pick<ProcessNode, 'key'>;
export type SomeFinding = Partial<
  Pick<IncidentFinding, 'host' | 'process' | 'channel' | 'eventId' | 'fields' | 'level'>
> & {
  readonly rule?: string;
  readonly techniques?: readonly string[];
};

/** An incident on PC-1, made of what a test is about: process n has the id 4000 + n and starts n seconds after 05:00 UTC. */
export function someIncident({
  processes = [],
  findings = [],
  risk = 90,
}: {
  readonly processes?: readonly SomeProcess[];
  readonly findings?: readonly SomeFinding[];
  readonly risk?: number;
}): Incident {
  const found = findings.map(
    ({ rule = 'a-rule', techniques = [], ...one }, i): IncidentFinding => ({
      detector: 'sigma',
      rule: { id: rule, title: rule },
      level: 'high',
      confidence: 1,
      p: null,
      attack: { tactics: [], techniques },
      host: 'PC-1',
      process: null,
      channel: SYSMON,
      eventId: 1,
      fields: {},
      events: [{ file: 'log.evtx', record: i + 1, line: null, timeMs: AT + i }],
      evidence: String(i),
      points: 10,
      ...one,
    }),
  );
  const tree = processes.map(
    (one, i): ProcessNode => ({
      host: 'PC-1',
      guid: null,
      pid: 4000 + i,
      image: 'C:\\Users\\kim\\evil.exe',
      commandLine: '',
      user: 'PC-1\\kim',
      logonId: '0x1a2b3',
      integrity: 'Medium',
      startMs: AT + i * 1000,
      startFrom: 'event',
      endMs: null,
      parent: null,
      children: processes.filter(({ parent }) => parent === one.key).map(({ key }) => key),
      started: null,
      findings: found.flatMap(({ process }, n) => (process === one.key ? [n] : [])),
      acts: [],
      moreActs: {},
      ...one,
    }),
  );
  const hosts = [...new Set([...found, ...tree].map(({ host }) => host))];
  return {
    id: '0123456789abcdef',
    merged: [],
    rank: 1,
    risk,
    level: 'high',
    fromMs: AT,
    toMs: AT,
    hosts,
    users: [],
    tactics: [],
    techniques: [...new Set(found.flatMap(({ attack }) => attack.techniques))],
    title: { finding: 0, root: '', image: '', host: hosts[0] ?? '', moreHosts: 0, moreFindings: 0 },
    findings: found,
    waterfall: [],
    links: [],
    tree,
    entities: [],
    blind: [],
    counts: {
      findings: found.length,
      folded: found.length,
      events: found.length,
      rules: found.length,
      anomalies: 0,
      processes: tree.length,
      levels: { informational: 0, low: 0, medium: 0, high: found.length, critical: 0 },
    },
  };
}

/** What of each candidate a table of a test says: what it is about, and the order's own members or why there is none. */
export const said = (candidates: readonly { readonly about: string; readonly kind: string }[]): unknown[] =>
  candidates.map((one) => {
    const { about, order, why } = one as { about: string; order?: { action: string }; why?: string };
    if (order === undefined) return [about, why];
    const { action: _, ...members } = order;
    return [about, members];
  });
