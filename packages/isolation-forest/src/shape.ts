/** Row-major n × d: the values of one row lie side by side. NaN is a missing value. */
export type Rows = Float64Array | Float32Array;

/**
 * Trees as parallel arrays of nodes, breadth first, tree after tree. A row goes to `left[i]` if its value of `feature[i]` is at
 * most `threshold[i]`, else to `left[i] + 1`; where `left[i]` is 0, node i is a leaf. A row that lacks the value goes where most
 * of the node's rows went, to the left if equally many did: what is missing is no evidence.
 */
export interface Forest {
  /** d, values in a row. */
  readonly features: number;
  /** Of the features, in order; empty if none were given. */
  readonly names: readonly string[];
  readonly seed: number;
  /** Rows it was fitted on, multiplicities counted. */
  readonly rows: number;
  /** Rows that each tree was grown from: ψ. */
  readonly sampleSize: number;
  /** Least and greatest value of each feature in the rows it was fitted on; NaN where all were missing. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** First node of each tree, and behind the last tree the number of nodes. */
  readonly roots: Uint32Array;
  readonly feature: Uint16Array;
  /** 0 in a leaf. */
  readonly threshold: Float64Array;
  readonly left: Uint32Array;
  /** Sampled rows in the node. */
  readonly size: Uint32Array;
  /**
   * Mean path length of the sampled rows in the node, from the root: in a leaf its depth + c(its size), else the mean of its
   * children, weighted by their sizes.
   */
  readonly expected: Float64Array;
}

const EULER = 0.5772156649015329;

/**
 * c(n): mean path length of an unsuccessful search in a binary search tree of n keys; what a leaf of n rows adds to its depth.
 * Source: Liu, Ting & Zhou 2008, eq. 1, with H(i) ≈ ln(i) + γ, c(1) = 0, c(2) = 1 as scikit-learn.
 */
export function averagePathLength(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n;
}

export const treeCount = (forest: Forest): number => forest.roots.length - 1;

/** The mean of all trees' expected path length: E[h]. */
export function expectedPathLength(forest: Forest): number {
  let sum = 0;
  for (let t = 0; t < treeCount(forest); t++) sum += forest.expected[forest.roots[t]];
  return sum / treeCount(forest);
}

/** 2^(−h/c(ψ)), in (0, 1]. Where ψ is 1 nothing can be told apart, and every score is 0.5. Source: Liu, Ting & Zhou 2008, eq. 2. */
export function scoreOf(forest: Forest, pathLength: number): number {
  const normal = averagePathLength(forest.sampleSize);
  return normal === 0 ? 0.5 : 2 ** (-pathLength / normal);
}
