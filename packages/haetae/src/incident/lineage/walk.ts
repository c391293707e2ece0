import { isBroker } from './brokers.ts';
import type { Node } from './node.ts';

/** Steps up that are gone at most: damaged logs can make a ring. */
const DEPTH = 64;

/** The ancestors of a process that joins may go through, the nearest first. */
export function* ancestors(node: Node): Iterable<Node> {
  let below = node;
  for (let n = 0; n < DEPTH; n++) {
    const above = below.parent;
    if (above === undefined || above === node) return;
    if (isBroker(above) && !(below.since >= above.hijackedMs)) return;
    yield above;
    below = above;
  }
}
