/**
 * One step per row, tree and level: 100 trees of 8 levels take 800 of them for each row. Three things make a step cheap.
 *
 * No comparison of floats, no branch: a value is first replaced by its rank among the forest's thresholds of its feature, which
 * costs once what each step would cost anew. Ranks are whole numbers, and the sign bit of their difference is 0 for left, 1 for
 * right. `x ≤ threshold` holds exactly where `rank(x) ≤ rank(threshold)`.
 *
 * No test for a leaf: a leaf leads to itself, so that every row takes as many steps as the tree has levels.
 *
 * Four rows at a time: a step waits for the one before it, but not for the steps of other rows. Rows go in blocks that stay in
 * the cache while all trees pass over them. A node's numbers lie side by side in one array: every array more is a register less.
 *
 * A missing value has two ranks, one that goes left and one that goes right, in two columns: a node reads that of its greater child.
 * Blocks in which nothing is missing have one column a feature.
 *
 * `forest.ts` is the plain version; a property test holds them equal.
 */
import { type Ranks, rankColumn, rankOf, ranksOf } from './ranks.ts';
import { type Forest, type Rows, treeCount } from './shape.ts';

interface Compiled {
  readonly ranks: readonly Ranks[];
  /** Four numbers a node (see {@link RANK}), for blocks with one column a feature. */
  readonly nodes: Int32Array;
  /** For blocks with two; made when the first such block comes. */
  nodesOfTwo: Int32Array | undefined;
  /** Of each tree. */
  readonly levels: Uint8Array;
}

/** Places of a node's numbers. The right child lies {@link SIZE} behind the left one. */
const RANK = 0;
const COLUMN = 1;
const LEFT = 2;
const SIZE = 4;

const compiled = new WeakMap<Forest, Compiled>();
/** Values in a block, 4 bytes each: half of a usual first-level cache. */
const BLOCK = 4096;
/** Rank of a leaf: no value's is greater, and the difference to none overflows. */
const LEAF = 0x4000_0000;

/** Sets `out[i]` to the mean path length of row i, for the rows from `begin` to `end` − 1. */
export function fastPathLengths(forest: Forest, rows: Rows, begin: number, end: number, out: Float64Array): void {
  let plan = compiled.get(forest);
  if (plan === undefined) {
    plan = compile(forest);
    compiled.set(forest, plan);
  }
  const { features, expected, roots } = forest;
  const trees = treeCount(forest);
  const blockRows = Math.max(4, Math.floor(BLOCK / features));
  const block = new Int32Array(Math.min(blockRows, end - begin) * 2 * features);
  for (let first = begin; first < end; first += blockRows) {
    const count = Math.min(blockRows, end - first);
    const missing = fill(plan, features, rows, first, count, block, features);
    if (missing) fill(plan, features, rows, first, count, block, 2 * features);
    const width = missing ? 2 * features : features;
    if (missing) plan.nodesOfTwo ??= ofTwoColumns(forest, plan.nodes);
    const nodes = (missing ? plan.nodesOfTwo : undefined) ?? plan.nodes;
    out.fill(0, first, first + count);
    for (let tree = 0; tree < trees; tree++) {
      descend(nodes, expected, SIZE * roots[tree], plan.levels[tree], block, width, count, out, first);
    }
    for (let row = first; row < first + count; row++) out[row] /= trees;
  }
}

/** Writes the ranks of a block of rows, and tells whether a value is missing. */
function fill(
  plan: Compiled,
  features: number,
  rows: Rows,
  first: number,
  count: number,
  block: Int32Array,
  width: number,
): boolean {
  let missing = false;
  for (let f = 0; f < features; f++) {
    missing = rankColumn(plan.ranks[f], rows, first * features + f, features, count, block, f, width) || missing;
  }
  return missing;
}

/** Adds one tree's path lengths of a block of rows. */
function descend(
  nodes: Int32Array,
  expected: Float64Array,
  root: number,
  levels: number,
  block: Int32Array,
  width: number,
  count: number,
  out: Float64Array,
  first: number,
): void {
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    let i = root;
    let j = root;
    let k = root;
    let l = root;
    const a = row * width;
    const b = a + width;
    const c = b + width;
    const d = c + width;
    for (let level = 0; level < levels; level++) {
      i = nodes[i + LEFT] + (((nodes[i + RANK] - block[a + nodes[i + COLUMN]]) >> 31) & SIZE);
      j = nodes[j + LEFT] + (((nodes[j + RANK] - block[b + nodes[j + COLUMN]]) >> 31) & SIZE);
      k = nodes[k + LEFT] + (((nodes[k + RANK] - block[c + nodes[k + COLUMN]]) >> 31) & SIZE);
      l = nodes[l + LEFT] + (((nodes[l + RANK] - block[d + nodes[l + COLUMN]]) >> 31) & SIZE);
    }
    out[first + row] += expected[i / SIZE];
    out[first + row + 1] += expected[j / SIZE];
    out[first + row + 2] += expected[k / SIZE];
    out[first + row + 3] += expected[l / SIZE];
  }
  for (; row < count; row++) {
    let i = root;
    for (let level = 0; level < levels; level++) {
      i = nodes[i + LEFT] + (((nodes[i + RANK] - block[row * width + nodes[i + COLUMN]]) >> 31) & SIZE);
    }
    out[first + row] += expected[i / SIZE];
  }
}

function compile(forest: Forest): Compiled {
  const { feature, features, left, roots, threshold } = forest;
  const thresholds: number[][] = Array.from({ length: features }, () => []);
  for (let node = 0; node < left.length; node++) if (left[node] !== 0) thresholds[feature[node]].push(threshold[node]);
  const ranks = thresholds.map(ranksOf);

  const nodes = new Int32Array(SIZE * left.length);
  for (let node = 0; node < left.length; node++) {
    const leaf = left[node] === 0;
    nodes[SIZE * node + RANK] = leaf ? LEAF : rankOf(ranks[feature[node]], threshold[node]);
    nodes[SIZE * node + COLUMN] = feature[node];
    nodes[SIZE * node + LEFT] = SIZE * (leaf ? node : left[node]);
  }
  const levels = Uint8Array.from({ length: treeCount(forest) }, (_, tree) =>
    levelsOf(left, roots[tree], roots[tree + 1]),
  );
  return { ranks, nodes, nodesOfTwo: undefined, levels };
}

/** A node whose right child is the greater reads the second column of its feature. */
function ofTwoColumns({ features, left, size }: Forest, nodes: Int32Array): Int32Array {
  const ofTwo = nodes.slice();
  for (let node = 0; node < left.length; node++) {
    if (left[node] !== 0 && size[left[node]] < size[left[node] + 1]) ofTwo[SIZE * node + COLUMN] += features;
  }
  return ofTwo;
}

function levelsOf(left: Uint32Array, root: number, end: number): number {
  const level = new Uint8Array(end - root);
  for (let node = root; node < end; node++) {
    if (left[node] !== 0) level[left[node] - root] = level[left[node] + 1 - root] = level[node - root] + 1;
  }
  return level[level.length - 1];
}
