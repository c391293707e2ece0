import type { Incident, Level, Link, ProcessNode } from '../incident.ts';
import { worse } from '../story/deed.ts';

/** A line of the process tree: a host, or a process below it. */
export type TreeRow =
  | {
      readonly kind: 'host';
      readonly host: string;
      /** The host that the attack came from, and by what; undefined where it began here. */
      readonly from: string | undefined;
      readonly hop: Link | undefined;
    }
  | {
      readonly kind: 'process';
      readonly node: ProcessNode;
      /** `│  └─ `: what leads from the ancestors to it. */
      readonly branch: string;
      /** The same for the lines that follow it: `│     `. */
      readonly under: string;
      /** The worst of what was found about it; null for nothing. */
      readonly level: Level | null;
      /** Leaves without findings that were folded into this one: the same image below the same parent. */
      readonly folded: number;
    };

/** Processes of an incident by host, in the order in which the attack reached them, children below their parents. */
export function treeRows({ tree, findings, links }: Incident): TreeRow[] {
  const byKey = new Map(tree.map((node) => [node.key, node]));
  const levelOf = (node: ProcessNode): Level | null =>
    node.findings.reduce<Level | null>((level, i) => worse(level, findings[i]!.level), null);
  const roots = tree.filter(({ parent }) => parent === null || !byKey.has(parent));
  const hosts = [...new Set(roots.map(({ host }) => host))];
  // By when something was found there: an explorer.exe may have run since the morning.
  const since = new Map(
    hosts.map((host) => {
      const times = findings.flatMap((one) =>
        one.host === host ? one.events.map(({ timeMs }) => timeMs ?? Infinity) : [],
      );
      const found = Math.min(...times.slice(0, 1000));
      return [host, Number.isFinite(found) ? found : firstTime(tree.filter((node) => node.host === host))];
    }),
  );
  const rows: TreeRow[] = [];
  for (const host of hosts.sort((a, b) => since.get(a)! - since.get(b)!)) {
    const hop = links.find(
      ({ kind, from, to }) => kind === 'hop' && findings[to]!.host === host && findings[from]!.host !== host,
    );
    rows.push({ kind: 'host', host, from: hop === undefined ? undefined : findings[hop.from]!.host, hop });
    const own = byStart(roots.filter((root) => root.host === host));
    own.forEach((root, i) => {
      walk(root, '', i === own.length - 1);
    });
  }
  return rows;

  function walk(root: ProcessNode, lead: string, last: boolean): void {
    // Not recursive: a tree may be as deep as somebody cares to start processes.
    const stack = [{ node: root, lead, last, folded: 0 }];
    const seen = new Set<string>();
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { node } = next;
      if (seen.has(node.key)) continue;
      seen.add(node.key);
      const under = `${next.lead}${next.last ? '   ' : '│  '}`;
      const branch = `${next.lead}${next.last ? '└─ ' : '├─ '}`;
      rows.push({ kind: 'process', node, branch, under, level: levelOf(node), folded: next.folded });
      const children = foldLeaves(byStart(node.children.flatMap((key) => byKey.get(key) ?? [])));
      for (let i = children.length - 1; i >= 0; i--)
        stack.push({ ...children[i]!, lead: under, last: i === children.length - 1 });
    }
  }
}

const startOf = ({ startMs, started, acts }: ProcessNode): number =>
  startMs ?? started?.timeMs ?? acts[0]?.timeMs ?? Number.POSITIVE_INFINITY;

const firstTime = (nodes: readonly ProcessNode[]): number => Math.min(...nodes.map(startOf));

const byStart = (nodes: readonly ProcessNode[]): ProcessNode[] =>
  [...nodes].sort((a, b) => startOf(a) - startOf(b) || (a.key < b.key ? -1 : 1));

/** Runs of the same image about which nothing was found and which started nothing: one line for all. */
function foldLeaves(nodes: readonly ProcessNode[]): { node: ProcessNode; folded: number }[] {
  const out: { node: ProcessNode; folded: number }[] = [];
  for (const node of nodes) {
    const before = out.at(-1);
    const plain = (one: ProcessNode): boolean => one.findings.length === 0 && one.children.length === 0;
    if (before !== undefined && plain(before.node) && plain(node) && before.node.image === node.image) before.folded++;
    else out.push({ node, folded: 0 });
  }
  return out;
}
