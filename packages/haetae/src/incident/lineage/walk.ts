import { isBroker } from './brokers.ts';
import type { Node } from './node.ts';

/** Steps up that are gone at most: damaged logs can make a ring. */
const DEPTH = 64;

/** The ancestors of a process that joins may go through, the nearest first. */
export function* ancestors(node: Node): Iterable<Node> {
  let above = node.parent;
  for (let n = 0; above !== undefined && n < DEPTH; n++) {
    if (above === node || isBroker(above)) return;
    yield above;
    above = above.parent;
  }
}
