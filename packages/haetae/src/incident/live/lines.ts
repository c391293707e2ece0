import { nearest } from '../join/context.ts';
import type { Part } from '../join/part.ts';
import { origin } from '../lineage/clocks.ts';
import type { Node } from '../lineage/node.ts';
import type { ProcessTrace } from '../trace/trace.ts';

const MINUTE = 60_000;
/** A process that ended, or did nothing, this long ago is forgotten where nothing was found in its line. */
const ENDED_MS = 30 * MINUTE;
const IDLE_MS = 4 * 60 * MINUTE;
/** Below a process with a finding: what it wrote may still be run. */
const BELOW_MS = 24 * 60 * MINUTE;
/** Processes without a finding above or below that are kept. */
const MOST = 300;

/** Processes of a host that need not be kept. `latestMs`: of its latest event. */
export function needless({ context }: Part, latestMs: number): Set<ProcessTrace> {
  const held = new Set<Node>();
  const hold = (node: Node): void => {
    for (let above: Node | undefined = node; above !== undefined && !held.has(above); above = above.parent)
      held.add(above);
  };
  for (const node of context.unitsOf.keys()) hold(node);
  const free: { node: Node; lastMs: number; kept: boolean }[] = [];
  for (const node of context.lineage.nodes) {
    if (held.has(node) || node.traces.length === 0) continue;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (const { of } of node.traces) if (of.lastMs > lastMs) lastMs = of.lastMs;
    const most = nearest(context, node) !== undefined ? BELOW_MS : node.endMs !== null ? ENDED_MS : IDLE_MS;
    free.push({ node, lastMs, kept: !(lastMs < latestMs - most) });
  }
  const young = free.filter(({ kept }) => kept);
  if (young.length > MOST) {
    young.sort((a, b) => Number(a.node.endMs === null) - Number(b.node.endMs === null) || a.lastMs - b.lastMs);
    for (const one of young.slice(0, young.length - MOST)) one.kept = false;
  }
  // Who started what is kept is asked for when something is found of that.
  for (const { node, kept } of free) if (kept) hold(node);
  const gone = new Set<ProcessTrace>();
  for (const { node } of free) if (!held.has(node)) for (const { of } of node.traces) gone.add(origin(of));
  return gone;
}
