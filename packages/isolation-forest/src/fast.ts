/**
 * One step per row, tree and level: 100 trees of 8 levels take 800 of them for each row. Three things make a step cheap.
 *
 * No comparison of floats, no branch: a value is first replaced by its rank among the forest's thresholds of its feature, which
 * costs once what each step would cost anew. Ranks are whole numbers, and the sign bit of their difference is 0 for left, 1 for
 * right. `x ≤ threshold` holds exactly where `rank(x) ≤ rank(threshold)`.
 *
 * No test for a leaf and no links: short branches are prolonged to the depth of their tree, always to the left, so that every row
 * takes as many steps, and the children of node i are the nodes 2i and 2i + 1. As no tree is deeper than ⌈log2 ψ⌉ this at most
 * doubles it.
 *
 * Four rows at a time: a step waits for the one before it, but not for the steps of other rows. Rows go in blocks that stay in
 * the cache while all trees pass over them. Fewer than four rows go one by one, each through four trees at a time.
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
  readonly trees: readonly CompiledTree[];
  /** Block for one row: live events come one by one. */
  readonly single: Int32Array;
}

interface CompiledTree {
  readonly levels: number;
  /** Rank of the threshold and column of the feature of each node, side by side; the root is node 1. */
  readonly nodes: Int32Array;
  /** For blocks with two columns a feature. */
  readonly nodesOfTwo: Int32Array;
  /** What the leaves add, from left to right. */
  readonly lengths: Float64Array;
}

const compiled = new WeakMap<Forest, Compiled>();
/** Values in a block, 4 bytes each: half of a usual first-level cache. */
const BLOCK = 4096;
/** Rank in the prolongation of a branch: no value's is greater, and the difference to none overflows. */
const PROLONGED = 0x4000_0000;

function planOf(forest: Forest): Compiled {
  let plan = compiled.get(forest);
  if (plan === undefined) {
    plan = compile(forest);
    compiled.set(forest, plan);
  }
  return plan;
}

/** The thresholds of each feature. */
export const ranksOfForest = (forest: Forest): readonly Ranks[] => planOf(forest).ranks;

/** Sets `out[i]` to the mean path length of row i, for the rows from `begin` to `end` − 1. */
export function fastPathLengths(forest: Forest, rows: Rows, begin: number, end: number, out: Float64Array): void {
  const plan = planOf(forest);
  const { features } = forest;
  const blockRows = Math.max(4, Math.floor(BLOCK / features));
  const block = end - begin === 1 ? plan.single : new Int32Array(Math.min(blockRows, end - begin) * 2 * features);
  for (let first = begin; first < end; first += blockRows) {
    const count = Math.min(blockRows, end - first);
    const missing = fill(plan, features, rows, first, count, block, features);
    if (missing) fill(plan, features, rows, first, count, block, 2 * features);
    const width = missing ? 2 * features : features;
    out.fill(0, first, first + count);
    if (count < 4) {
      for (let row = 0; row < count; row++) out[first + row] = alone(plan.trees, missing, block, row * width);
    } else {
      for (const { levels, nodes, nodesOfTwo, lengths } of plan.trees) {
        descend(missing ? nodesOfTwo : nodes, lengths, levels, block, width, count, out, first);
      }
    }
    for (let row = first; row < first + count; row++) out[row] /= plan.trees.length;
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
  lengths: Float64Array,
  levels: number,
  block: Int32Array,
  width: number,
  count: number,
  out: Float64Array,
  first: number,
): void {
  const leaves = lengths.length;
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    // Twice the node's number: where its rank is.
    let i = 2;
    let j = 2;
    let k = 2;
    let l = 2;
    const a = row * width;
    const b = a + width;
    const c = b + width;
    const d = c + width;
    for (let level = 0; level < levels; level++) {
      i = (i + ((nodes[i] - block[a + nodes[i + 1]]) >>> 31)) << 1;
      j = (j + ((nodes[j] - block[b + nodes[j + 1]]) >>> 31)) << 1;
      k = (k + ((nodes[k] - block[c + nodes[k + 1]]) >>> 31)) << 1;
      l = (l + ((nodes[l] - block[d + nodes[l + 1]]) >>> 31)) << 1;
    }
    out[first + row] += lengths[(i >> 1) - leaves];
    out[first + row + 1] += lengths[(j >> 1) - leaves];
    out[first + row + 2] += lengths[(k >> 1) - leaves];
    out[first + row + 3] += lengths[(l >> 1) - leaves];
  }
  for (; row < count; row++) {
    let i = 2;
    for (let level = 0; level < levels; level++) {
      i = (i + ((nodes[i] - block[row * width + nodes[i + 1]]) >>> 31)) << 1;
    }
    out[first + row] += lengths[(i >> 1) - leaves];
  }
}

/** The summed path length of the row that begins at `at`; added up in the order of the trees, as everywhere. */
function alone(trees: readonly CompiledTree[], missing: boolean, block: Int32Array, at: number): number {
  let sum = 0;
  let tree = 0;
  for (; tree + 4 <= trees.length; tree += 4) {
    const first = trees[tree];
    const second = trees[tree + 1];
    const third = trees[tree + 2];
    const fourth = trees[tree + 3];
    const a = missing ? first.nodesOfTwo : first.nodes;
    const b = missing ? second.nodesOfTwo : second.nodes;
    const c = missing ? third.nodesOfTwo : third.nodes;
    const d = missing ? fourth.nodesOfTwo : fourth.nodes;
    const shared = Math.min(first.levels, second.levels, third.levels, fourth.levels);
    let i = 2;
    let j = 2;
    let k = 2;
    let l = 2;
    for (let level = 0; level < shared; level++) {
      i = (i + ((a[i] - block[at + a[i + 1]]) >>> 31)) << 1;
      j = (j + ((b[j] - block[at + b[j + 1]]) >>> 31)) << 1;
      k = (k + ((c[k] - block[at + c[k + 1]]) >>> 31)) << 1;
      l = (l + ((d[l] - block[at + d[l + 1]]) >>> 31)) << 1;
    }
    sum += leafOf(first, a, block, at, i, shared);
    sum += leafOf(second, b, block, at, j, shared);
    sum += leafOf(third, c, block, at, k, shared);
    sum += leafOf(fourth, d, block, at, l, shared);
  }
  for (; tree < trees.length; tree++) {
    const one = trees[tree];
    sum += leafOf(one, missing ? one.nodesOfTwo : one.nodes, block, at, 2, 0);
  }
  return sum;
}

/** What the leaf adds to which a row comes from node `i` (twice its number) of a level. */
function leafOf(
  { levels, lengths }: CompiledTree,
  nodes: Int32Array,
  block: Int32Array,
  at: number,
  from: number,
  level: number,
): number {
  let i = from;
  for (; level < levels; level++) i = (i + ((nodes[i] - block[at + nodes[i + 1]]) >>> 31)) << 1;
  return lengths[(i >> 1) - lengths.length];
}

function compile(forest: Forest): Compiled {
  const { feature, features, left, roots, threshold } = forest;
  const thresholds: number[][] = Array.from({ length: features }, () => []);
  for (let node = 0; node < left.length; node++) if (left[node] !== 0) thresholds[feature[node]].push(threshold[node]);
  const ranks = thresholds.map(ranksOf);
  const trees = Array.from({ length: treeCount(forest) }, (_, t) => compileTree(forest, ranks, roots[t], roots[t + 1]));
  return { ranks, trees, single: new Int32Array(2 * features) };
}

function compileTree(forest: Forest, ranks: readonly Ranks[], root: number, end: number): CompiledTree {
  const { expected, feature, features, left, size, threshold } = forest;
  const level = new Uint8Array(end - root);
  /** Number of each node in the prolonged tree. */
  const place = new Uint32Array(end - root).fill(1);
  for (let node = root; node < end; node++) {
    if (left[node] === 0) continue;
    const child = left[node] - root;
    level[child] = level[child + 1] = level[node - root] + 1;
    place[child] = 2 * place[node - root];
    place[child + 1] = place[child] + 1;
  }
  const levels = level[level.length - 1];
  const leaves = 2 ** levels;
  const nodes = new Int32Array(2 * leaves);
  for (let at = 0; at < nodes.length; at += 2) nodes[at] = PROLONGED;
  const nodesOfTwo = nodes.slice();
  const lengths = new Float64Array(leaves);
  for (let node = root; node < end; node++) {
    const at = place[node - root];
    if (left[node] === 0) {
      lengths[at * 2 ** (levels - level[node - root]) - leaves] = expected[node];
      continue;
    }
    nodes[2 * at] = nodesOfTwo[2 * at] = rankOf(ranks[feature[node]], threshold[node]);
    nodes[2 * at + 1] = nodesOfTwo[2 * at + 1] = feature[node];
    // Its greater child takes those that lack the value.
    if (size[left[node]] < size[left[node] + 1]) nodesOfTwo[2 * at + 1] += features;
  }
  return { levels, nodes, nodesOfTwo, lengths };
}
