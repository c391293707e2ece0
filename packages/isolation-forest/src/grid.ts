/**
 * The grid of `reach.ts` made fast: an edge is known by the rank of its threshold among the forest's thresholds of its feature, so
 * that nothing is sorted, looked up or made an object of. What is summed, and in which order, is the same.
 *
 * `reach.ts` is the plain version; a property test holds them equal.
 */
import { ranksOfForest } from './fast.ts';
import { rankOf } from './ranks.ts';
import { type Forest, type Rows, treeCount } from './shape.ts';

/** Between neighbouring `edges` of an axis the summed path length of all trees is the same. */
export interface Grid {
  /** Rising, from −∞ to ∞; of the first changed feature and of the second. */
  readonly edges: readonly [Float64Array, Float64Array];
  /**
   * Calls with each wanted interval i of the first axis (edges i to i + 1, the upper one included) and by how much the summed path
   * length rises at each edge of the second; valid until the next call.
   */
  sweep(isWanted: (i: number) => boolean, visit: (i: number, steps: Float64Array) => void): void;
}

/** Rank of each inner node's threshold, from 1: 0 is −∞. */
const nodeRanks = new WeakMap<Forest, Int32Array>();

function nodeRanksOf(forest: Forest): Int32Array {
  const known = nodeRanks.get(forest);
  if (known !== undefined) return known;
  const ranks = ranksOfForest(forest);
  const { feature, left, threshold } = forest;
  const made = Int32Array.from(left, (child, node) =>
    child === 0 ? 0 : 1 + rankOf(ranks[feature[node]], threshold[node]),
  );
  nodeRanks.set(forest, made);
  return made;
}

/** Boxes side by side: ranks of the edges below and above on both axes. */
const SIDES = 4;

/** Used again by each grid: memory of this size costs more to get than what is done with it. */
const memory = {
  boxes: 0,
  sides: new Int32Array(),
  lengths: new Float64Array(),
  /** Numbers of boxes in the order of the edges where they begin, and of those where they end. */
  starting: new Int32Array(),
  ending: new Int32Array(),
  /** Where in them those of each edge begin. */
  starts: new Int32Array(),
  ends: new Int32Array(),
  /** Nodes that are still to be visited, each with the sides of its box. */
  open: new Int32Array(64 * (1 + SIDES)),
  numbers: new Int32Array(),
  edges: [new Float64Array(), new Float64Array()],
  steps: new Float64Array(),
};

/** How a row ends with one or two of its values changed; none of them is missing. The grid is valid until the next is made. */
export function gridOf(forest: Forest, row: Rows, changed: readonly number[]): Grid {
  const ranks = ranksOfForest(forest);
  const first = ranks[changed[0]].thresholds;
  const second = changed.length > 1 ? ranks[changed[1]].thresholds : NO_THRESHOLDS;
  makeRoom(Math.max(first.length, second.length) + 2);
  findBoxes(forest, row, changed[0], changed[1] ?? -1, first.length + 1, second.length + 1);
  const edges = [renumber(0, first), renumber(1, second)] as const;
  sortBoxes(0, edges[0].length, memory.starting, memory.starts);
  sortBoxes(1, edges[0].length, memory.ending, memory.ends);
  return { edges, sweep: (isWanted, visit) => sweep(edges, isWanted, visit) };
}

/** For so many edges on each axis. */
function makeRoom(edges: number): void {
  if (memory.numbers.length >= edges) return;
  memory.starts = new Int32Array(edges + 1);
  memory.ends = new Int32Array(edges + 1);
  memory.numbers = new Int32Array(edges);
  memory.edges = [new Float64Array(edges), new Float64Array(edges)];
  memory.steps = new Float64Array(edges);
}

const NO_THRESHOLDS = new Float64Array();

/** Where each tree's leaves lie; `tops`: the rank of ∞ on each axis. */
function findBoxes(
  forest: Forest,
  row: Rows,
  first: number,
  second: number,
  firstTop: number,
  secondTop: number,
): void {
  const { expected, feature, left, roots, size, threshold } = forest;
  const ranks = nodeRanksOf(forest);
  let { open } = memory;
  memory.boxes = 0;
  for (let tree = 0; tree < treeCount(forest); tree++) {
    let top = 0;
    let node = roots[tree];
    let [low, high, low2, high2] = [0, firstTop, 0, secondTop];
    for (;;) {
      const child = left[node];
      const at = feature[node];
      if (child === 0) {
        put(low, high, low2, high2, expected[node]);
        if (top === 0) break;
        top -= 1 + SIDES;
        node = open[top];
        low = open[top + 1];
        high = open[top + 2];
        low2 = open[top + 3];
        high2 = open[top + 4];
      } else if (at === first || at === second) {
        const rank = ranks[node];
        const isFirst = at === first;
        const isBelow = isFirst ? rank < high : rank < high2;
        const isAbove = isFirst ? rank > low : rank > low2;
        if (isBelow && isAbove) {
          if (top + 1 + SIDES > open.length) open = memory.open = grown(open);
          open[top] = child + 1;
          open[top + 1] = isFirst ? rank : low;
          open[top + 2] = high;
          open[top + 3] = isFirst ? low2 : rank;
          open[top + 4] = high2;
          top += 1 + SIDES;
        }
        // Where the threshold lies outside of the box, all of it goes one way.
        node = isAbove ? child : child + 1;
        if (isBelow && isAbove) {
          if (isFirst) high = rank;
          else high2 = rank;
        }
      } else {
        const value = row[at];
        const cut = threshold[node];
        const goesLeft = value <= cut || (!(value > cut) && size[child] >= size[child + 1]);
        node = goesLeft ? child : child + 1;
      }
    }
  }
}

function grown(open: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * open.length);
  larger.set(open);
  return larger;
}

function put(low: number, high: number, low2: number, high2: number, length: number): void {
  const box = memory.boxes++;
  if (box === memory.lengths.length) {
    const most = Math.max(1024, 2 * box);
    const { sides, lengths } = memory;
    memory.sides = new Int32Array(SIDES * most);
    memory.sides.set(sides);
    memory.lengths = new Float64Array(most);
    memory.lengths.set(lengths);
    memory.starting = new Int32Array(most);
    memory.ending = new Int32Array(most);
  }
  const { sides } = memory;
  const at = SIDES * box;
  sides[at] = low;
  sides[at + 1] = high;
  sides[at + 2] = low2;
  sides[at + 3] = high2;
  memory.lengths[box] = length;
}

/** The edges that boxes have on an axis; the boxes' ranks become numbers of these. */
function renumber(axis: 0 | 1, thresholds: Float64Array): Float64Array {
  const { boxes, numbers, sides } = memory;
  const edges = memory.edges[axis];
  const top = thresholds.length + 1;
  const begin = 2 * axis;
  const end = SIDES * boxes;
  numbers.fill(-1, 0, top + 1);
  numbers[0] = numbers[top] = 0;
  for (let at = begin; at < end; at += SIDES) numbers[sides[at]] = numbers[sides[at + 1]] = 0;
  let used = 0;
  for (let rank = 0; rank <= top; rank++) {
    if (numbers[rank] < 0) continue;
    // A threshold of −0 is the same edge as one of 0.
    edges[used] = rank === 0 ? -Infinity : rank === top ? Infinity : thresholds[rank - 1] + 0;
    numbers[rank] = used++;
  }
  for (let at = begin; at < end; at += SIDES) {
    sides[at] = numbers[sides[at]];
    sides[at + 1] = numbers[sides[at + 1]];
  }
  return edges.subarray(0, used);
}

/** Sorts the numbers of boxes by one of their sides, equal ones as they were found; `begins`: of those of each edge. */
function sortBoxes(side: 0 | 1, edges: number, into: Int32Array, begins: Int32Array): void {
  const { boxes, sides } = memory;
  begins.fill(0, 0, edges + 1);
  for (let at: number = side; at < SIDES * boxes; at += SIDES) begins[sides[at] + 1]++;
  for (let edge = 1; edge <= edges; edge++) begins[edge] += begins[edge - 1];
  for (let box = 0; box < boxes; box++) into[begins[sides[SIDES * box + side]]++] = box;
  // Each begin has moved on to the next one's.
  begins.copyWithin(1, 0, edges);
  begins[0] = 0;
}

function sweep(
  edges: Grid['edges'],
  isWanted: (i: number) => boolean,
  visit: (i: number, steps: Float64Array) => void,
): void {
  const { sides, lengths, starting, starts, ending, ends } = memory;
  const steps = memory.steps.subarray(0, edges[1].length);
  steps.fill(0);
  for (let i = 0; i + 1 < edges[0].length; i++) {
    for (let at = ends[i]; at < ends[i + 1]; at++) {
      const box = ending[at];
      steps[sides[SIDES * box + 2]] -= lengths[box];
      steps[sides[SIDES * box + 3]] += lengths[box];
    }
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const box = starting[at];
      steps[sides[SIDES * box + 2]] += lengths[box];
      steps[sides[SIDES * box + 3]] -= lengths[box];
    }
    if (isWanted(i)) visit(i, steps);
  }
}
