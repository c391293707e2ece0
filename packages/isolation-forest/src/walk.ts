import type { Forest, Rows } from './shape.ts';

/** The child of an inner node that a value leads to. */
export function childOf(forest: Forest, node: number, value: number): number {
  const left = forest.left[node];
  if (value <= forest.threshold[node]) return left;
  if (value > forest.threshold[node]) return left + 1;
  return forest.size[left] >= forest.size[left + 1] ? left : left + 1;
}

/** The leaf of one tree in which a row ends. `at` is where the row begins. */
export function leafOf(forest: Forest, tree: number, rows: Rows, at: number): number {
  let node = forest.roots[tree];
  while (forest.left[node] !== 0) node = childOf(forest, node, rows[at + forest.feature[node]]);
  return node;
}
