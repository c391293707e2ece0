import type { Body, Level, ProcessNode } from '../../data/shapes.ts';

const ORDER: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const worse = (a: Level | null, b: Level | null): Level | null =>
  a === null ? b : b === null ? a : ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a;

export type Row =
  | { readonly kind: 'host'; readonly key: string; readonly host: string; readonly from: string | undefined }
  | {
      readonly kind: 'process';
      readonly key: string;
      readonly node: ProcessNode;
      readonly depth: number;
      /** Worst of its own findings; and of all below it. */
      readonly level: Level | null;
      readonly below: Level | null;
      readonly children: number;
      /** Processes under it, all of them. */
      readonly hidden: number;
    };

export interface Forest {
  readonly hosts: readonly {
    readonly host: string;
    readonly from: string | undefined;
    readonly roots: readonly string[];
  }[];
  readonly nodes: ReadonlyMap<string, ProcessNode>;
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly own: ReadonlyMap<string, Level | null>;
  readonly below: ReadonlyMap<string, Level | null>;
  readonly size: ReadonlyMap<string, number>;
  /** Processes with findings, and all that lead to them. */
  readonly telling: ReadonlySet<string>;
}

const startOf = ({ startMs, started, acts }: ProcessNode): number =>
  startMs ?? started?.timeMs ?? acts[0]?.timeMs ?? Number.POSITIVE_INFINITY;

/** Computed once an incident; linear in its processes, and not recursive: a tree may be as deep as somebody cared to make it. */
export function forestOf(body: Body): Forest {
  const nodes = new Map(body.tree.map((node) => [node.key, node]));
  const children = new Map<string, string[]>();
  const roots: ProcessNode[] = [];
  for (const node of body.tree) {
    if (node.parent === null || !nodes.has(node.parent)) roots.push(node);
    else {
      const known = children.get(node.parent);
      if (known === undefined) children.set(node.parent, [node.key]);
      else known.push(node.key);
    }
  }
  const byStart = (a: string, b: string): number => startOf(nodes.get(a)!) - startOf(nodes.get(b)!) || (a < b ? -1 : 1);
  for (const list of children.values()) list.sort(byStart);
  // Children before parents: the order of a walk, backwards.
  const order: string[] = [];
  const stack = roots.map(({ key }) => key);
  for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
    order.push(key);
    stack.push(...(children.get(key) ?? []));
  }
  const own = new Map<string, Level | null>();
  const below = new Map<string, Level | null>();
  const size = new Map<string, number>();
  const telling = new Set<string>();
  for (const key of order.reverse()) {
    const node = nodes.get(key)!;
    let level: Level | null = null;
    for (const i of node.findings) level = worse(level, body.findings[i]?.level ?? null);
    own.set(key, level);
    let under: Level | null = null;
    let count = 0;
    let tells = node.findings.length > 0;
    for (const child of children.get(key) ?? []) {
      under = worse(under, worse(own.get(child) ?? null, below.get(child) ?? null));
      count += 1 + size.get(child)!;
      tells ||= telling.has(child);
    }
    below.set(key, under);
    size.set(key, count);
    if (tells) telling.add(key);
  }
  const hosts = [...new Set(roots.map(({ host }) => host))].map((host) => {
    const hop = body.links.find(
      ({ kind, from, to }) => kind === 'hop' && body.findings[to]?.host === host && body.findings[from]?.host !== host,
    );
    const first = body.findings.find((one) => one.host === host)?.events[0]?.timeMs ?? Number.POSITIVE_INFINITY;
    const own = roots.filter((root) => root.host === host).map(({ key }) => key);
    return {
      host,
      first,
      from: hop === undefined ? undefined : body.findings[hop.from]!.host,
      roots: own.sort(byStart),
    };
  });
  hosts.sort((a, b) => a.first - b.first);
  return { hosts, nodes, children, own, below, size, telling };
}

/** The lines that are shown: hosts, then their open processes. */
export function rowsOf(forest: Forest, closed: ReadonlySet<string>, wanted?: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  for (const { host, from, roots } of forest.hosts) {
    const at = rows.length;
    const stack = [...roots].reverse().map((key) => ({ key, depth: 0 }));
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { key, depth } = next;
      if (wanted !== undefined && !wanted.has(key)) continue;
      const kids = forest.children.get(key) ?? [];
      const shut = wanted === undefined && closed.has(key);
      rows.push({
        kind: 'process',
        key,
        depth,
        node: forest.nodes.get(key)!,
        level: forest.own.get(key) ?? null,
        below: forest.below.get(key) ?? null,
        children: kids.length,
        hidden: shut ? forest.size.get(key)! : 0,
      });
      if (!shut) for (let i = kids.length - 1; i >= 0; i--) stack.push({ key: kids[i]!, depth: depth + 1 });
    }
    if (rows.length > at) rows.splice(at, 0, { kind: 'host', key: `host ${host}`, host, from });
  }
  return rows;
}

/** Those that hold the text, and what leads to them. */
export function foundIn(forest: Forest, text: string): { wanted: Set<string>; hits: string[] } {
  const low = text.toLowerCase();
  const hits: string[] = [];
  const wanted = new Set<string>();
  for (const [key, node] of forest.nodes) {
    const holds = [node.image, node.commandLine, node.user, String(node.pid ?? '')].some((one) =>
      one.toLowerCase().includes(low),
    );
    if (!holds) continue;
    hits.push(key);
    for (let at: string | null = key; at !== null && !wanted.has(at); at = forest.nodes.get(at)?.parent ?? null) {
      if (!forest.nodes.has(at)) break;
      wanted.add(at);
    }
  }
  return { wanted, hits };
}
