import { ForestError } from './error.ts';
import { expectedPathLength, type Forest, type Rows, scoreOf, treeCount } from './shape.ts';
import { childOf } from './walk.ts';

export interface Attribution {
  /** 2^(−h/c(ψ)). */
  readonly score: number;
  /** h(x): path length of the row, mean of all trees. */
  readonly pathLength: number;
  /** E[h]: path length of a sampled row, mean of all sampled rows and trees. */
  readonly expected: number;
  /** By how much each feature shortens the path (below 0: lengthens it). They sum to `expected` − `pathLength`. */
  readonly contributions: Float64Array;
}

/**
 * Why a row has its score. At each split on the row's way, the mean path length of the sampled rows in the node becomes that of
 * the child the row goes to; the difference is the split feature's. These differences telescope from E[h] to h(x), so that the
 * sum is exact (but for rounding, below 1e-9). Throws ForestError if the row has another number of values than the forest.
 */
export function attribute(forest: Forest, row: Rows | readonly number[]): Attribution {
  if (row.length !== forest.features) {
    throw new ForestError('rows', `the row has ${row.length} values, the forest ${forest.features} features`);
  }
  const contributions = new Float64Array(forest.features);
  const trees = treeCount(forest);
  let sum = 0;
  for (let tree = 0; tree < trees; tree++) {
    let node = forest.roots[tree];
    while (forest.left[node] !== 0) {
      const feature = forest.feature[node];
      const child = childOf(forest, node, row[feature]);
      contributions[feature] += forest.expected[node] - forest.expected[child];
      node = child;
    }
    sum += forest.expected[node];
  }
  for (let f = 0; f < contributions.length; f++) contributions[f] /= trees;
  const pathLength = sum / trees;
  return { score: scoreOf(forest, pathLength), pathLength, expected: expectedPathLength(forest), contributions };
}
