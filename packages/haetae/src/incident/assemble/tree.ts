import type { ProcessNode } from '../incident.ts';
import type { Unit } from '../join/unit.ts';
import { isBroker } from '../lineage/brokers.ts';
import { placed } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { compare, compareTimes, told } from '../text.ts';
import { KEPT_ACTS } from '../trace/acts.ts';
import type { Act, ActKind } from '../trace/trace.ts';

/** Ancestors shown above the uppermost process with a finding. */
const ABOVE = 6;

/** The processes of an incident: those with findings, and their ancestors up to the one that started it all. Parents first. */
export function treeOf(units: readonly Unit[]): ProcessNode[] {
  const nodes = new Map<Node, number[]>();
  units.forEach(({ node }, i) => {
    if (node === undefined) return;
    const own = nodes.get(node);
    if (own === undefined) nodes.set(node, [i]);
    else own.push(i);
  });
  for (const node of [...nodes.keys()]) {
    let above = node.parent;
    // Of an ancestor that no event names, there is nothing to show.
    for (let n = 0; above !== undefined && above.image !== '' && n < ABOVE; n++) {
      if (!nodes.has(above)) nodes.set(above, []);
      // The broker that started it is shown, and nothing above it.
      if (isBroker(above)) break;
      above = above.parent;
    }
  }
  const children = new Map<Node, Node[]>();
  for (const node of nodes.keys())
    if (node.parent !== undefined && nodes.has(node.parent)) {
      const list = children.get(node.parent);
      if (list === undefined) children.set(node.parent, [node]);
      else list.push(node);
    }
  for (const list of children.values()) list.sort(byStart);
  const tree: ProcessNode[] = [];
  const done = new Set<Node>();
  const add = (node: Node): void => {
    if (done.has(node)) return;
    done.add(node);
    const below = children.get(node) ?? [];
    tree.push(shown(node, nodes.get(node)!, below, nodes));
    for (const child of below) add(child);
  };
  const roots = [...nodes.keys()].filter(({ parent }) => parent === undefined || !nodes.has(parent)).sort(byStart);
  for (const root of roots) add(root);
  // A ring of parents, as damaged logs make one, has no root.
  for (const node of [...nodes.keys()].sort(byStart)) add(node);
  return tree;
}

function byStart(a: Node, b: Node): number {
  return compareTimes(a.startMs, b.startMs) || compare(a.key, b.key);
}

function shown(
  node: Node,
  findings: readonly number[],
  children: readonly Node[],
  nodes: ReadonlyMap<Node, unknown>,
): ProcessNode {
  const {
    key,
    host,
    guid,
    pid,
    image,
    commandLine,
    user,
    logonId,
    integrity,
    startMs,
    startFrom,
    endMs,
    started,
    also,
  } = node;
  return {
    ...{ key, host, pid, image, commandLine, user, logonId, integrity, startMs, startFrom, endMs },
    guid: guid === '' ? null : guid,
    parent: node.parent !== undefined && nodes.has(node.parent) ? node.parent.key : null,
    children: children.map((child) => child.key),
    started: started ?? also,
    findings,
    ...actsOf(node, findings.length > 0),
  };
}

/** What a process did, by time; of one that is shown for its place only, the number. */
function actsOf(node: Node, whole: boolean): Pick<ProcessNode, 'acts' | 'moreActs'> {
  const byKind = new Map<ActKind, Map<string, Act>>();
  const events: Partial<Record<ActKind, number>> = {};
  const overflown = new Set<ActKind>();
  const all = node.traces.flatMap(({ of, trace }) => of.acts.map((act) => ({ act, trace })));
  all.sort((a, b) => a.act.timeMs - b.act.timeMs || compare(a.trace.file, b.trace.file) || a.act.at - b.act.at);
  for (const { act, trace } of all) {
    let kind = byKind.get(act.kind);
    if (kind === undefined) {
      kind = new Map();
      byKind.set(act.kind, kind);
    }
    events[act.kind] = (events[act.kind] ?? 0) + act.count;
    const key = `${act.what}\n${act.fields.GrantedAccess ?? act.fields.ScriptBlockId ?? ''}${act.fields.MessageNumber ?? ''}`;
    const known = kind.get(key);
    if (known !== undefined) kind.set(key, { ...known, count: known.count! + act.count });
    else if (whole && kind.size < KEPT_ACTS) {
      const { kind: name, what, fields, timeMs, at, count } = act;
      kind.set(key, { kind: name, what, fields, timeMs: told(timeMs), ...placed(trace, at), count });
    } else overflown.add(act.kind);
  }
  for (const { of } of node.traces)
    for (const [kind, n] of Object.entries(of.more) as [ActKind, number][]) {
      overflown.add(kind);
      events[kind] = (events[kind] ?? 0) + n;
    }
  // Where acts had no place, which repetitions were counted depends on where a file was cut: none is told.
  const more: Partial<Record<ActKind, number>> = {};
  for (const kind of overflown) more[kind] = events[kind]! - (byKind.get(kind)?.size ?? 0);
  const acts = [...byKind].flatMap(([kind, own]) =>
    [...own.values()].map((act) => (overflown.has(kind) ? { ...act, count: null } : act)),
  );
  return { acts: acts.sort((a, b) => compareTimes(a.timeMs, b.timeMs)), moreActs: more };
}
