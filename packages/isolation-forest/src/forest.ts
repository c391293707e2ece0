/**
 * The same forest told plainly, without arrays of nodes, blocks and ranks. Nothing but tests use it: `fit` must grow the same
 * trees, and `pathLengths` must give the same numbers to the last bit.
 */
import { heightLimit, splitBetween } from './grow.ts';
import type { Random } from './random.ts';
import { averagePathLength } from './shape.ts';

export type Tree =
  | { kind: 'leaf'; depth: number; size: number }
  | { kind: 'split'; size: number; feature: number; threshold: number; left: Tree; right: Tree };

type Row = readonly number[];

/** Algorithm 2 of Liu, Ting & Zhou 2008. Nodes wait in a queue, as the order of the draws is part of the result. */
export function growPlainly(sample: readonly Row[], random: Random): Tree {
  const limit = heightLimit(sample.length);
  const top: { tree?: Tree } = {};
  const queue = [{ rows: sample, depth: 0, put: (tree: Tree) => Object.assign(top, { tree }) as object }];
  for (const { rows, depth, put } of queue) {
    const split = rows.length > 1 && depth < limit ? drawSplit(rows, random) : undefined;
    if (split === undefined) {
      put({ kind: 'leaf', depth, size: rows.length });
      continue;
    }
    const node = { kind: 'split', size: rows.length, ...split } as Tree & { kind: 'split' };
    put(node);
    const goesLeft = sides(rows, split.feature, split.threshold);
    const [lower, higher] = [rows.filter(goesLeft), rows.filter((row) => !goesLeft(row))];
    queue.push({ rows: lower, depth: depth + 1, put: (left) => Object.assign(node, { left }) });
    queue.push({ rows: higher, depth: depth + 1, put: (right) => Object.assign(node, { right }) });
  }
  return top.tree!;
}

/** A random feature that is not constant, and a threshold between its least and its greatest value. */
function drawSplit(rows: readonly Row[], random: Random): { feature: number; threshold: number } | undefined {
  const open = [...rows[0].keys()];
  while (open.length > 0) {
    const drawn = Math.floor(random() * open.length);
    const feature = open[drawn];
    open[drawn] = open.at(-1)!;
    open.pop();
    const present = rows.map((row) => row[feature]).filter((value) => !Number.isNaN(value));
    const [min, max] = [Math.min(...present), Math.max(...present)];
    if (min < max) return { feature, threshold: splitBetween(min, max, random()) };
  }
  return undefined;
}

function sides(rows: readonly Row[], feature: number, threshold: number): (row: Row) => boolean {
  const lower = rows.filter((row) => row[feature] <= threshold).length;
  const higher = rows.filter((row) => row[feature] > threshold).length;
  return (row) => (Number.isNaN(row[feature]) ? lower >= higher : row[feature] <= threshold);
}

/** Depth of the row's leaf + c(rows in it). A missing value follows the greater part. */
export function plainPathLength(tree: Tree, row: Row): number {
  if (tree.kind === 'leaf') return tree.depth + averagePathLength(tree.size);
  const value = row[tree.feature];
  const left = Number.isNaN(value) ? tree.left.size >= tree.right.size : value <= tree.threshold;
  return plainPathLength(left ? tree.left : tree.right, row);
}
