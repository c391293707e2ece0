import type { Forest } from './shape.ts';

/** The child of an inner node that a value leads to. */
export function childOf(forest: Forest, node: number, value: number): number {
  const left = forest.left[node];
  if (value <= forest.threshold[node]) return left;
  if (value > forest.threshold[node]) return left + 1;
  return forest.size[left] >= forest.size[left + 1] ? left : left + 1;
}
