/** What several sections ask of an incident. Pure; each is linear in its findings. */
import { current, TACTICS, type TacticName, technique } from '../attack/index.ts';
import { type Incident, type IncidentFinding, type Level, treeRows } from '../incident/index.ts';
import { gravity } from './telling.ts';

export interface TechniqueRow {
  readonly id: string;
  /** `Command and Scripting Interpreter: PowerShell`; '' for an id that ATT&CK does not know. */
  readonly name: string;
  readonly tactics: readonly TacticName[];
  readonly level: Level;
  /** Events. */
  readonly events: number;
  readonly firstMs: number | null;
  /** Indexes into the incident's findings, the gravest first. */
  readonly findings: readonly number[];
}

const worst = (levels: readonly Level[]): Level =>
  levels.reduce<Level>((a, b) => (gravity(b) > gravity(a) ? b : a), 'informational');

/** Techniques of an incident by the order of the matrix, then by time. */
export function techniqueRows({ findings }: Incident): TechniqueRow[] {
  const byId = new Map<string, number[]>();
  findings.forEach(({ attack }, i) => {
    for (const id of attack.techniques) {
      const now = current(id) ?? id;
      byId.set(now, [...(byId.get(now) ?? []), i]);
    }
  });
  const rows = [...byId].map(([id, of]): TechniqueRow => {
    const known = technique(id);
    const parent = known?.parent === undefined ? undefined : technique(known.parent);
    const own = of.map((i) => findings[i]!);
    const tactics = new Set([
      ...(known?.kind === 'current' ? known.tactics : []),
      ...own.flatMap((f) => f.attack.tactics),
    ]);
    const times = own.flatMap(({ events }) => events.flatMap(({ timeMs }) => timeMs ?? []));
    return {
      id,
      name: known === undefined ? '' : parent === undefined ? known.name : `${parent.name}: ${known.name}`,
      tactics: TACTICS.filter(({ shortname }) => tactics.has(shortname)).map(({ shortname }) => shortname),
      level: worst(own.map(({ level }) => level)),
      events: own.reduce((sum, { events, more = 0 }) => sum + events.length + more, 0),
      firstMs: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
      findings: [...of].sort((a, b) => gravity(findings[b]!.level) - gravity(findings[a]!.level) || a - b),
    };
  });
  const at = ({ tactics }: TechniqueRow): number =>
    tactics.length === 0 ? TACTICS.length : TACTICS.findIndex(({ shortname }) => shortname === tactics[0]);
  return rows.sort(
    (a, b) => at(a) - at(b) || (a.firstMs ?? Infinity) - (b.firstMs ?? Infinity) || (a.id < b.id ? -1 : 1),
  );
}

export interface HostRow {
  readonly host: string;
  readonly users: readonly string[];
  readonly level: Level;
  readonly findings: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** In the order in which the attack reached them. */
export function hostRows({ findings, tree, hosts }: Incident): HostRow[] {
  const names = [...new Set([...findings.map(({ host }) => host), ...hosts])];
  const users = new Map<string, Set<string>>();
  for (const { host, user } of tree) if (user !== '') users.set(host, (users.get(host) ?? new Set<string>()).add(user));
  const rows = names.map((host): HostRow => {
    const own = findings.filter((finding) => finding.host === host);
    const times = own.flatMap(({ events }) => events.flatMap(({ timeMs }) => timeMs ?? []));
    return {
      host,
      users: [...(users.get(host) ?? [])].sort(),
      level: worst(own.map(({ level }) => level)),
      findings: own.length,
      firstMs: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
      lastMs: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
    };
  });
  return rows.sort((a, b) => (a.firstMs ?? Infinity) - (b.firstMs ?? Infinity));
}

/** Images from the oldest known ancestor of a finding's process down to it. */
export function lineageOf(incident: Incident, finding: IncidentFinding): Incident['tree'][number][] {
  const nodes = new Map(incident.tree.map((node) => [node.key, node]));
  const line: Incident['tree'][number][] = [];
  for (let key = finding.process; key !== null; ) {
    const node = nodes.get(key);
    if (node === undefined || line.includes(node)) break;
    line.unshift(node);
    key = node.parent;
  }
  return line;
}

export interface Hop {
  readonly timeMs: number | null;
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

/** The first way from each host to each other. */
export function hopsOf({ links, findings }: Incident): Hop[] {
  const seen = new Set<string>();
  return links
    .flatMap(({ kind, from, to, by, shownBy }): Hop[] => {
      const [a, b] = [findings[from]!, findings[to]!];
      const key = `${a.host}\0${b.host}`;
      if (kind !== 'hop' || a.host === b.host || seen.has(key)) return [];
      seen.add(key);
      return [{ timeMs: shownBy[0]?.timeMs ?? b.events[0]?.timeMs ?? null, from: a.host, to: b.host, by }];
    })
    .sort((a, b) => (a.timeMs ?? Infinity) - (b.timeMs ?? Infinity));
}

export { treeRows };
