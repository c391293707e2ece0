import type { BlindBand, Happening, Incident, IncidentFinding, Level, Link, ProcessNode } from '../incident.ts';
import type { Act } from '../trace/trace.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const DAY = '2026-03-17';
export const at = (time: string): number => Date.parse(`${DAY}T${time.length === 5 ? `${time}:00` : time}Z`);

export interface MadeProcess {
  readonly key: string;
  readonly image: string;
  readonly command?: string;
  readonly host?: string;
  readonly user?: string;
  /** UTC; without it the logs do not tell the start. */
  readonly time?: string;
  readonly parent?: string;
  readonly acts?: readonly (Partial<Act> & Pick<Act, 'kind' | 'what'> & { readonly time: string })[];
}

export interface MadeFinding {
  readonly title: string;
  readonly titleKo?: string;
  readonly level?: Level;
  readonly process?: string;
  readonly host?: string;
  readonly time?: string;
  readonly channel?: string;
  readonly eventId?: number;
  readonly fields?: Readonly<Record<string, string>>;
  readonly decoded?: string;
  readonly tactics?: IncidentFinding['attack']['tactics'];
  readonly techniques?: readonly string[];
  /** How often it was found; 1 where not said. */
  readonly times?: number;
  readonly anomaly?: boolean;
}

let record = 0;
const happening = (time: string | undefined): Happening => ({
  file: 'made.evtx',
  record: ++record,
  line: null,
  timeMs: time === undefined ? null : at(time),
});

/** An incident from the few facts that a test is about; records are numbered from 1. */
export function madeIncident({
  processes = [],
  findings = [],
  links = [],
  blind = [],
}: {
  readonly processes?: readonly MadeProcess[];
  readonly findings?: readonly MadeFinding[];
  readonly links?: readonly (Partial<Link> & Pick<Link, 'kind' | 'from' | 'to'>)[];
  readonly blind?: readonly (Partial<BlindBand> & Pick<BlindBand, 'kind'>)[];
}): Incident {
  record = 0;
  const found = findings.map((one): IncidentFinding => {
    const process = processes.find(({ key }) => key === one.process);
    const time = one.time ?? process?.time;
    return {
      detector: one.anomaly ? 'anomaly' : 'sigma',
      rule: one.anomaly
        ? null
        : { id: one.title, title: one.title, ...(one.titleKo !== undefined && { titleKo: one.titleKo }) },
      level: one.level ?? 'medium',
      confidence: 1,
      p: one.anomaly ? 0.001 : null,
      attack: { tactics: one.tactics ?? [], techniques: one.techniques ?? [] },
      host: one.host ?? process?.host ?? 'PC-1',
      process: one.process ?? null,
      channel: one.channel ?? SYSMON,
      eventId: one.eventId ?? 1,
      fields: one.fields ?? {},
      ...(one.decoded !== undefined && { decoded: one.decoded }),
      events: Array.from({ length: one.times ?? 1 }, () => happening(time)),
      evidence: one.title,
      points: 10,
    };
  });
  const tree = processes.map(
    (one): ProcessNode => ({
      key: one.key,
      host: one.host ?? 'PC-1',
      guid: null,
      pid: 1000 + processes.indexOf(one),
      image: one.image,
      commandLine: one.command ?? '',
      user: one.user ?? 'CORP\\kim',
      logonId: '0x1',
      integrity: 'Medium',
      startMs: one.time === undefined ? null : at(one.time),
      startFrom: one.time === undefined ? null : 'event',
      endMs: null,
      parent: one.parent ?? null,
      children: processes.filter(({ parent }) => parent === one.key).map(({ key }) => key),
      started: one.time === undefined ? null : happening(one.time),
      findings: found.flatMap((finding, i) => (finding.process === one.key ? [i] : [])),
      acts: (one.acts ?? []).map(({ time, ...act }) => ({
        ...{ fields: {}, file: 'made.evtx', record: ++record, line: null, count: 1, timeMs: at(time) },
        ...act,
      })),
      moreActs: {},
    }),
  );
  const times = found.flatMap(({ events }) => events.flatMap(({ timeMs }) => (timeMs === null ? [] : [timeMs])));
  const levels = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const { level } of found) levels[level]++;
  const hosts = [...new Set([...tree, ...found].map(({ host }) => host))];
  return {
    id: '0123456789abcdef',
    merged: [],
    rank: 1,
    risk: 90,
    level: 'critical',
    fromMs: times.length === 0 ? null : Math.min(...times),
    toMs: times.length === 0 ? null : Math.max(...times),
    hosts,
    users: [...new Set(tree.map(({ user }) => user))],
    tactics: [...new Set(found.flatMap(({ attack }) => attack.tactics))],
    techniques: [...new Set(found.flatMap(({ attack }) => attack.techniques))],
    title: {
      finding: 0,
      root: '',
      image: '',
      host: hosts[0] ?? '',
      moreHosts: hosts.length - 1,
      moreFindings: found.length - 1,
    },
    findings: found,
    waterfall: [
      { kind: 'rule', points: 60, finding: 0 },
      { kind: 'chain', points: 30, count: 4 },
    ],
    links: links.map((link) => ({ by: '', apart: null, shownBy: [], ...link })),
    tree,
    entities: [],
    blind: blind.map((band) => ({
      host: 'PC-1',
      channel: SYSMON,
      from: at('10:00'),
      to: at('12:14'),
      missing: 0,
      by: '',
      at: null,
      ...band,
    })),
    counts: {
      findings: found.reduce((sum, { events }) => sum + events.length, 0),
      folded: found.length,
      events: found.reduce((sum, { events }) => sum + events.length, 0),
      rules: found.filter(({ rule }) => rule !== null).length,
      anomalies: found.filter(({ rule }) => rule === null).length,
      processes: tree.length,
      levels,
    },
  };
}
