/**
 * Where a row would end if one or two of its values were others. With the rest held, each tree is a step function of the changed
 * values: its leaves are boxes. {@link boxesOf} collects the boxes of all trees, {@link cells} sums them up.
 *
 * Told plainly: nothing but tests use it. `grid.ts` must give the same edges and sums, to the last bit.
 */
import type { Grid } from './grid.ts';
import { type Forest, type Rows, treeCount } from './shape.ts';
import { childOf } from './walk.ts';

/** The values x with low < x ≤ high of the first changed feature, likewise of the second, that lead to a leaf. */
interface Box {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
  readonly length: number;
}

export function boxesOf(forest: Forest, row: Rows | readonly number[], changed: readonly number[]): Box[] {
  const boxes: Box[] = [];
  const open: { node: number; low: [number, number]; high: [number, number] }[] = [];
  for (let tree = 0; tree < treeCount(forest); tree++) {
    open.push({ node: forest.roots[tree], low: [-Infinity, -Infinity], high: [Infinity, Infinity] });
    for (let box = open.pop(); box !== undefined; box = open.pop()) {
      let { node } = box;
      while (forest.left[node] !== 0 && !changed.includes(forest.feature[node])) {
        node = childOf(forest, node, row[forest.feature[node]]);
      }
      const left = forest.left[node];
      if (left === 0) {
        boxes.push({ low: box.low, high: box.high, length: forest.expected[node] });
        continue;
      }
      const axis = changed.indexOf(forest.feature[node]);
      const threshold = forest.threshold[node];
      if (threshold < box.high[axis])
        open.push({ node: left + 1, low: put(box.low, axis, threshold, Math.max), high: box.high });
      if (threshold > box.low[axis])
        open.push({ node: left, low: box.low, high: put(box.high, axis, threshold, Math.min) });
    }
  }
  return boxes;
}

function put(
  pair: readonly [number, number],
  axis: number,
  value: number,
  of: (a: number, b: number) => number,
): [number, number] {
  return axis === 0 ? [of(pair[0], value), pair[1]] : [pair[0], of(pair[1], value)];
}

/** Boxes on a grid. */
export function cells(boxes: readonly Box[]): Grid {
  const edges: [Float64Array, Float64Array] = [edgesOf(boxes, 0), edgesOf(boxes, 1)];
  const places = edges.map((values) => new Map(Array.from(values, (value, i) => [value, i])));
  const starting: Box[][] = Array.from({ length: edges[0].length }, () => []);
  const ending: Box[][] = Array.from({ length: edges[0].length }, () => []);
  for (const box of boxes) {
    starting[places[0].get(box.low[0])!].push(box);
    ending[places[0].get(box.high[0])!].push(box);
  }
  return {
    edges,
    sweep(isWanted, visit) {
      const steps = new Float64Array(edges[1].length);
      const add = (box: Box, length: number): void => {
        steps[places[1].get(box.low[1])!] += length;
        steps[places[1].get(box.high[1])!] -= length;
      };
      for (let i = 0; i + 1 < edges[0].length; i++) {
        for (const box of ending[i]) add(box, -box.length);
        for (const box of starting[i]) add(box, box.length);
        if (isWanted(i)) visit(i, steps);
      }
    },
  };
}

function edgesOf(boxes: readonly Box[], axis: 0 | 1): Float64Array {
  const values = new Set<number>([-Infinity, Infinity]);
  for (const box of boxes) {
    values.add(box.low[axis]);
    values.add(box.high[axis]);
  }
  return Float64Array.from(values).sort();
}
