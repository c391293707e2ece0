import { TreeBuffers } from './grow.ts';
import { type Checked, check, type FitOptions, rangeOf } from './options.ts';
import { treeRandom } from './random.ts';
import { rowOf, sampleOf } from './sample.ts';
import type { Forest, Rows } from './shape.ts';

/** The nodes of some trees, as in {@link Forest}, save that `left` counts from each tree's own root. */
export interface Trees {
  /** Nodes of each tree. */
  readonly counts: Uint32Array;
  readonly feature: Uint16Array;
  readonly threshold: Float64Array;
  readonly left: Uint32Array;
  readonly size: Uint32Array;
  readonly expected: Float64Array;
}

/**
 * Grows an Isolation Forest: each tree from a sample without replacement, by splits at a uniform threshold of a random feature
 * that is not constant in the node, down to ⌈log2 ψ⌉ splits. Throws ForestError if an option is wrong, there is no row, or a
 * value is infinite. Source: Liu, Ting & Zhou, Isolation Forest, ICDM 2008, algorithms 1 and 2; a constant feature is not drawn,
 * as in scikit-learn.
 */
export function fit(rows: Rows, options: FitOptions): Forest {
  const checked = check(rows, options);
  const range = rangeOf(rows, checked.features);
  return join([growTrees(rows, checked, 0, checked.trees)], checked, range);
}

/** Trees `first` to `end` − 1 of the forest. */
export function growTrees(rows: Rows, options: Checked, first: number, end: number): Trees {
  const { features, sampleSize } = options;
  const buffers = new TreeBuffers(sampleSize, features);
  const sample = new Float64Array(sampleSize * features);
  const order = new Uint32Array(sampleSize);
  const most = (end - first) * (2 * sampleSize - 1);
  const trees = {
    counts: new Uint32Array(end - first),
    feature: new Uint16Array(most),
    threshold: new Float64Array(most),
    left: new Uint32Array(most),
    size: new Uint32Array(most),
    expected: new Float64Array(most),
  };
  let nodes = 0;
  for (let tree = first; tree < end; tree++) {
    const random = treeRandom(options.seed, tree);
    const numbers = sampleOf(options.rows, sampleSize, random);
    for (let i = 0; i < sampleSize; i++) {
      const row = options.ends === undefined ? numbers[i] : rowOf(numbers[i], options.ends);
      for (let f = 0; f < features; f++) sample[i * features + f] = rows[row * features + f];
      order[i] = i;
    }
    const count = buffers.grow(sample, order, features, random);
    trees.counts[tree - first] = count;
    for (const part of ['feature', 'threshold', 'left', 'size', 'expected'] as const) {
      trees[part].set(buffers[part].subarray(0, count), nodes);
    }
    nodes += count;
  }
  return {
    counts: trees.counts,
    feature: trees.feature.slice(0, nodes),
    threshold: trees.threshold.slice(0, nodes),
    left: trees.left.slice(0, nodes),
    size: trees.size.slice(0, nodes),
    expected: trees.expected.slice(0, nodes),
  };
}

/** Puts the trees of all parts, in order, into one forest. */
export function join(
  parts: readonly Trees[],
  options: Omit<Checked, 'ends'>,
  range: { readonly low: Float64Array; readonly high: Float64Array },
): Forest {
  const roots = new Uint32Array(options.trees + 1);
  let tree = 0;
  for (const { counts } of parts) for (const count of counts) roots[tree + 1] = roots[tree++] + count;
  const nodes = roots[options.trees];
  const all = {
    feature: new Uint16Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Uint32Array(nodes),
    size: new Uint32Array(nodes),
    expected: new Float64Array(nodes),
  };
  let at = 0;
  for (const part of parts) {
    for (const name of ['feature', 'threshold', 'left', 'size', 'expected'] as const) all[name].set(part[name], at);
    at += part.feature.length;
  }
  for (tree = 0; tree < options.trees; tree++) {
    const root = roots[tree];
    for (let node = root; node < roots[tree + 1]; node++) if (all.left[node] !== 0) all.left[node] += root;
  }
  const { features, names, seed, rows, sampleSize } = options;
  return { features, names, seed, rows, sampleSize, ...range, roots, ...all };
}
