/**
 * One tree, breadth first, in arrays that the next tree uses again. The rows of a node lie side by side in `order`: a split
 * moves them within their stretch, so that nothing is allocated. `forest.ts` is the plain version; a property test holds them
 * equal.
 */
import type { Random } from './random.ts';
import { averagePathLength } from './shape.ts';

export class TreeBuffers {
  readonly feature: Uint16Array;
  readonly threshold: Float64Array;
  /** Counted from the tree's own root. */
  readonly left: Uint32Array;
  readonly size: Uint32Array;
  readonly expected: Float64Array;
  readonly #begin: Uint32Array;
  readonly #depth: Uint8Array;
  /** Features that the node may still draw. */
  readonly #open: Uint16Array;

  constructor(sampleSize: number, features: number) {
    const nodes = 2 * sampleSize - 1;
    this.feature = new Uint16Array(nodes);
    this.threshold = new Float64Array(nodes);
    this.left = new Uint32Array(nodes);
    this.size = new Uint32Array(nodes);
    this.expected = new Float64Array(nodes);
    this.#begin = new Uint32Array(nodes);
    this.#depth = new Uint8Array(nodes);
    this.#open = new Uint16Array(features);
  }

  /** Grows a tree from the sample, ψ × d, whose order it changes, and gives the number of its nodes. */
  grow(sample: Float64Array, order: Uint32Array, features: number, random: Random): number {
    const limit = heightLimit(order.length);
    let nodes = 1;
    this.#set(0, 0, order.length, 0);
    for (let node = 0; node < nodes; node++) {
      const depth = this.#depth[node];
      if (this.size[node] < 2 || depth >= limit) continue;
      const begin = this.#begin[node];
      const end = begin + this.size[node];
      const range = this.#draw(sample, order, begin, end, features, random);
      if (range === undefined) continue;
      const threshold = splitBetween(range.min, range.max, random());
      const middle = partition(sample, order, begin, end, features, range.feature, threshold);
      this.feature[node] = range.feature;
      this.threshold[node] = threshold;
      this.left[node] = nodes;
      this.#set(nodes, begin, middle, depth + 1);
      this.#set(nodes + 1, middle, end, depth + 1);
      nodes += 2;
    }
    expectPathLengths(this, this.#depth, nodes);
    return nodes;
  }

  #set(node: number, begin: number, end: number, depth: number): void {
    this.feature[node] = 0;
    this.threshold[node] = 0;
    this.left[node] = 0;
    this.size[node] = end - begin;
    this.#begin[node] = begin;
    this.#depth[node] = depth;
  }

  /** A feature that takes more than one value in the node, each as likely as any other, and its range; undefined if none does. */
  #draw(
    sample: Float64Array,
    order: Uint32Array,
    begin: number,
    end: number,
    features: number,
    random: Random,
  ): { feature: number; min: number; max: number } | undefined {
    const open = this.#open;
    for (let f = 0; f < features; f++) open[f] = f;
    for (let left = features; left > 0; left--) {
      const drawn = Math.floor(random() * left);
      const feature = open[drawn];
      open[drawn] = open[left - 1];
      let min = Infinity;
      let max = -Infinity;
      for (let i = begin; i < end; i++) {
        const value = sample[order[i] * features + feature];
        if (value < min) min = value;
        if (value > max) max = value;
      }
      if (min < max) return { feature, min, max };
    }
    return undefined;
  }
}

export const heightLimit = (sampleSize: number): number => Math.ceil(Math.log2(sampleSize));

/** Sets `expected` of the nodes of one tree from their sizes and depths. Children lie behind their parents. */
export function expectPathLengths(
  tree: { readonly left: Uint32Array; readonly size: Uint32Array; readonly expected: Float64Array },
  depth: Uint8Array,
  nodes: number,
): void {
  for (let node = nodes - 1; node >= 0; node--) {
    const left = tree.left[node];
    if (left === 0) tree.expected[node] = depth[node] + averagePathLength(tree.size[node]);
    else {
      const [a, b] = [tree.size[left], tree.size[left + 1]];
      tree.expected[node] = (a * tree.expected[left] + b * tree.expected[left + 1]) / (a + b);
    }
  }
}

/** A threshold in [min, max) at the share `u` of the way. */
export function splitBetween(min: number, max: number, u: number): number {
  const span = max - min;
  const threshold = span === Infinity ? min * (1 - u) + max * u : min + u * span;
  // −0 becomes 0: which of them comes first among equal values is no part of the result.
  return (threshold >= min && threshold < max ? threshold : min) + 0;
}

/** Rows at or below the threshold first, those that lack the value with the greater part. Gives where the right ones begin. */
function partition(
  sample: Float64Array,
  order: Uint32Array,
  begin: number,
  end: number,
  features: number,
  feature: number,
  threshold: number,
): number {
  let lower = 0;
  let higher = 0;
  for (let i = begin; i < end; i++) {
    const value = sample[order[i] * features + feature];
    if (value <= threshold) lower++;
    else if (value > threshold) higher++;
  }
  const missingLeft = lower >= higher;
  let middle = begin;
  for (let i = begin; i < end; i++) {
    const row = order[i];
    const value = sample[row * features + feature];
    if (value <= threshold || (missingLeft && Number.isNaN(value))) {
      order[i] = order[middle];
      order[middle++] = row;
    }
  }
  return middle;
}
