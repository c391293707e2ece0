import type { Incident, IncidentFinding, LeftOut, ProcessNode } from '../incident.ts';
import { compareTimes } from '../text.ts';

/** Characters of an incident as JSON, at most. */
export const MOST_TEXT = 200_000;

/** What is kept of an incident that is too large: the first that is small enough. */
const SIZES: readonly Size[] = [
  { findings: 200, processes: 200, acts: 40, events: 20, field: 2000, steps: 200 },
  { findings: 100, processes: 100, acts: 20, events: 10, field: 800, steps: 60 },
  { findings: 50, processes: 60, acts: 10, events: 5, field: 400, steps: 30 },
  { findings: 25, processes: 30, acts: 5, events: 3, field: 200, steps: 10 },
  { findings: 12, processes: 12, acts: 2, events: 2, field: 100, steps: 4 },
];
interface Size {
  readonly findings: number;
  readonly processes: number;
  readonly acts: number;
  /** Of each finding. */
  readonly events: number;
  readonly field: number;
  /** Of each host, user and process, of which as many are kept as findings. */
  readonly steps: number;
}

/** An incident as it is told, the same as JSON, and which size it took; the next time it is tried first. */
export interface Bounded {
  readonly incident: Incident;
  readonly text: string;
  readonly size: number;
}

/**
 * An incident that is small enough to be told again and again: its gravest findings, the processes of these, and what it
 * counts; `leftOut` says how much there is besides. `gone`: findings that are no more looked at. `size`: what it took last.
 */
export function bounded(incident: Incident, gone: number, size = -1): Bounded {
  const { findings, tree } = incident;
  const large = findings.length > SIZES[0]!.findings || tree.length > SIZES[0]!.processes;
  if (size < 0 && !large) {
    const leftOut = { findings: gone, processes: 0, acts: 0, events: 0 };
    const whole = gone === 0 ? incident : { ...incident, leftOut };
    const text = JSON.stringify(whole);
    if (text.length <= MOST_TEXT) return { incident: whole, text, size: -1 };
  }
  for (let n = Math.max(0, size); ; n++) {
    const smaller = cut(incident, SIZES[n]!, gone);
    const text = JSON.stringify(smaller);
    if (n === SIZES.length - 1 || text.length <= MOST_TEXT) return { incident: smaller, text, size: n };
  }
}

function cut(incident: Incident, size: Size, gone: number): Incident {
  const { findings, tree, links, title, waterfall, entities, blind } = incident;
  const named = new Set([title.finding, ...waterfall.flatMap(({ finding }) => finding ?? [])]);
  const shown = findings
    .map((_, i) => i)
    .sort((a, b) => Number(named.has(b)) - Number(named.has(a)) || findings[b]!.points - findings[a]!.points || a - b)
    .slice(0, size.findings)
    .sort((a, b) => a - b);
  const place = new Map(shown.map((i, n) => [i, n]));
  const nodes = shownNodes(tree, new Set(shown.flatMap((i) => findings[i]!.process ?? [])), size.processes);
  const kept = new Set(nodes.map(({ key }) => key));
  const cutNodes = nodes.map((node) => cutNode(node, size, kept, place));
  const leftOut: LeftOut = {
    findings: findings.length - shown.length + gone,
    processes: tree.length - nodes.length,
    acts: sum(tree, ({ acts }) => acts.length) - sum(cutNodes, ({ acts }) => acts.length),
    events:
      sum(findings, ({ events }) => events.length) -
      sum(shown, (i) => Math.min(findings[i]!.events.length, size.events)),
  };
  return {
    ...incident,
    title: { ...title, finding: place.get(title.finding) ?? 0 },
    findings: shown.map((i) => cutFinding(findings[i]!, size, kept)),
    waterfall: waterfall.map((part) =>
      part.finding === undefined ? part : { ...part, finding: place.get(part.finding) ?? 0 },
    ),
    links: links.flatMap((link) => {
      const [from, to] = [place.get(link.from), place.get(link.to)];
      return from === undefined || to === undefined ? [] : [{ ...link, from, to, shownBy: link.shownBy.slice(0, 3) }];
    }),
    tree: cutNodes,
    entities: entities.slice(0, size.findings).map((entity) => ({
      ...entity,
      steps: entity.steps
        .flatMap((step) => (place.has(step.finding) ? [{ ...step, finding: place.get(step.finding)! }] : []))
        .slice(-size.steps),
    })),
    users: incident.users.slice(0, 100),
    hosts: incident.hosts.slice(0, 500),
    merged: incident.merged.slice(0, 200),
    blind,
    leftOut,
  };
}

/** Processes of the findings that are shown first, then those above them; in the order of the tree. */
function shownNodes(tree: readonly ProcessNode[], own: ReadonlySet<string>, most: number): ProcessNode[] {
  const byKey = new Map(tree.map((node) => [node.key, node]));
  const kept = new Set<string>();
  const keep = (key: string): void => {
    if (kept.size < most && byKey.has(key)) kept.add(key);
  };
  for (const key of own) keep(key);
  for (const key of own)
    for (let above = byKey.get(key)?.parent ?? null; above !== null && !kept.has(above); ) {
      keep(above);
      above = byKey.get(above)?.parent ?? null;
      if (kept.size >= most) break;
    }
  for (const { key } of tree) keep(key);
  return tree.filter(({ key }) => kept.has(key));
}

function cutNode(
  node: ProcessNode,
  { acts, field }: Size,
  kept: ReadonlySet<string>,
  place: ReadonlyMap<number, number>,
): ProcessNode {
  const moreActs = { ...node.moreActs };
  for (const { kind, count } of node.acts.slice(acts)) moreActs[kind] = (moreActs[kind] ?? 0) + (count ?? 1);
  return {
    ...node,
    commandLine: node.commandLine.slice(0, field),
    parent: node.parent !== null && kept.has(node.parent) ? node.parent : null,
    children: node.children.filter((key) => kept.has(key)),
    findings: node.findings.flatMap((i) => place.get(i) ?? []),
    acts: node.acts
      .slice(0, acts)
      .map((act) => ({ ...act, what: act.what.slice(0, field), fields: cutFields(act.fields, field) })),
    moreActs,
  };
}

function cutFinding(finding: IncidentFinding, { events, field }: Size, kept: ReadonlySet<string>): IncidentFinding {
  const more = (finding.more ?? 0) + Math.max(0, finding.events.length - events);
  // The first ones and the last.
  const shown =
    finding.events.length <= events
      ? finding.events
      : [...finding.events.slice(0, events - 1), finding.events.at(-1)!].sort((a, b) =>
          compareTimes(a.timeMs, b.timeMs),
        );
  return {
    ...finding,
    process: finding.process !== null && kept.has(finding.process) ? finding.process : null,
    fields: cutFields(finding.fields, field),
    ...(finding.decoded !== undefined && { decoded: finding.decoded.slice(0, field) }),
    events: shown,
    ...(more > 0 && { more }),
  };
}

const cutFields = (fields: Readonly<Record<string, string>>, most: number): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.slice(0, most)]));

const sum = <T>(of: readonly T[], count: (one: T) => number): number => of.reduce((all, one) => all + count(one), 0);
