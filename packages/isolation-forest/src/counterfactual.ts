import { attribute } from './attribute.ts';
import { ForestError } from './error.ts';
import { gridOf } from './grid.ts';
import { pathLengths } from './score.ts';
import { averagePathLength, type Forest, type Rows, scoreOf, treeCount } from './shape.ts';

export interface CounterfactualOptions {
  /** Numbers of the features that may change; all if not given. */
  readonly features?: readonly number[];
  /** Numbers of the features that take whole values only, as lengths and counts do. */
  readonly whole?: readonly number[];
  /** What a change of each feature is measured in; its range in the rows of the fit if not given. */
  readonly scale?: ArrayLike<number>;
}

/** One value that would be another. The row is ordinary for all values above `above` (exclusive) up to `atMost` (inclusive). */
export interface Change {
  readonly feature: number;
  /** '' if the forest has no names. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** −Infinity where there is no lower bound. */
  readonly above: number;
  /** Infinity where there is no upper bound. */
  readonly atMost: number;
}

export type Counterfactual =
  | { readonly kind: 'ordinary'; readonly score: number }
  /** `score` is that of the changed row. */
  | { readonly kind: 'change'; readonly changes: readonly Change[]; readonly score: number }
  | { readonly kind: 'none' };

/** Two features are searched together among so many at most: those that shorten the path most. */
const PAIRED = 8;
const SLACK = 1e-9;

/**
 * The smallest change that makes a row ordinary (score ≤ threshold): of one feature, or of two where no single one does. Exact
 * for one feature and for the pairs searched, as a score changes at thresholds of the forest only; the sum of the changes, each in
 * its scale, is what is least. Missing values are not changed. The result is verified by scoring the changed row.
 */
export function counterfactual(
  forest: Forest,
  row: Rows | readonly number[],
  threshold: number,
  options: CounterfactualOptions = {},
): Counterfactual {
  const { score, contributions } = attribute(forest, row);
  if (score <= threshold) return { kind: 'ordinary', score };
  const search = searchOf(forest, row, threshold, options);
  const features = (options.features ?? [...row.keys()])
    .filter((f) => !Number.isNaN(row[f]))
    .sort((a, b) => contributions[b] - contributions[a] || a - b);
  const singles = features.map((f) => [f]);
  const paired = features.slice(0, PAIRED);
  const pairs = paired.flatMap((f, i) => paired.slice(i + 1).map((g) => [f, g]));
  return best(search, singles) ?? best(search, pairs) ?? { kind: 'none' };
}

interface Search {
  readonly forest: Forest;
  readonly row: Float64Array;
  readonly threshold: number;
  readonly whole: ReadonlySet<number>;
  readonly scale: ArrayLike<number>;
  /** Summed path length of all trees that an ordinary row has at least. */
  readonly enough: number;
}

function searchOf(
  forest: Forest,
  row: Rows | readonly number[],
  threshold: number,
  options: CounterfactualOptions,
): Search {
  for (const f of [...(options.features ?? []), ...(options.whole ?? [])]) {
    if (!(Number.isInteger(f) && f >= 0 && f < forest.features)) {
      throw new ForestError('option', `${f} is none of the forest's ${forest.features} features`);
    }
  }
  const { scale = forest.high.map((high, f) => high - forest.low[f]) } = options;
  if (scale.length !== forest.features) {
    throw new ForestError('option', `scale: ${scale.length} numbers for ${forest.features} features`);
  }
  const enough = -Math.log2(threshold) * averagePathLength(forest.sampleSize) * treeCount(forest);
  return { forest, row: Float64Array.from(row), threshold, whole: new Set(options.whole), scale, enough };
}

function best(search: Search, sets: readonly (readonly number[])[]): Counterfactual | undefined {
  let found: { readonly changed: readonly number[]; readonly to: readonly number[]; readonly cost: number } | undefined;
  for (const changed of sets) {
    // What rounding lets through is told by scoring; then a little more path is asked for.
    for (const slack of [-SLACK, SLACK]) {
      const least = cheapest(search, changed, search.enough + slack, found?.cost ?? Infinity);
      if (least === undefined) break;
      if (scoreAt(search, changed, least.to) > search.threshold) continue;
      found = { changed, ...least };
      break;
    }
  }
  if (found === undefined) return undefined;
  const { changed, to } = found;
  const changes = changed.map((feature, i) => {
    const name = search.forest.names[feature] ?? '';
    return { feature, name, from: search.row[feature], to: to[i], ...around(search, changed, to, i) };
  });
  return { kind: 'change', changes, score: scoreAt(search, changed, to) };
}

function changedRow(search: Search, changed: readonly number[], to: readonly number[]): Float64Array {
  const row = search.row.slice();
  for (const [i, feature] of changed.entries()) row[feature] = to[i];
  return row;
}

const scoreAt = (search: Search, changed: readonly number[], to: readonly number[]): number =>
  scoreOf(search.forest, pathLengths(search.forest, changedRow(search, changed, to))[0]);

/** The cheapest cell of the changed features' grid with at least `enough` path length, below `limit`. */
function cheapest(
  search: Search,
  changed: readonly number[],
  enough: number,
  limit: number,
): { readonly to: number[]; readonly cost: number } | undefined {
  const grid = gridOf(search.forest, search.row, changed);
  const costs = grid.edges.map((edges, axis) => costsOf(search, changed[axis], edges));
  const [first, second] = costs;
  let cost = limit;
  let cell: readonly [number, number] | undefined;
  const visit = (i: number, steps: Float64Array): void => {
    const base = first[i];
    let sum = 0;
    for (let j = 0; j < second.length; j++) {
      sum += steps[j];
      if (sum < enough || base + second[j] >= cost) continue;
      cost = base + second[j];
      cell = [i, j];
    }
  };
  grid.sweep((i) => first[i] < cost, visit);
  if (cell === undefined) return undefined;
  const [i, j] = cell;
  const to = changed.map((feature, axis) => nearest(search, feature, grid.edges[axis], axis === 0 ? i : j));
  return { to, cost };
}

/** In each interval between edges, what the value nearest to the row's own costs; ∞ if the interval has no such value. */
function costsOf(search: Search, feature: number | undefined, edges: Float64Array): Float64Array {
  const costs = new Float64Array(edges.length - 1);
  if (feature === undefined) return costs;
  const own = search.row[feature];
  const scale = search.scale[feature] > 0 ? search.scale[feature] : 1;
  for (let i = 0; i < costs.length; i++) {
    const value = nearest(search, feature, edges, i);
    costs[i] = value > edges[i] && value <= edges[i + 1] ? Math.abs(value - own) / scale : Infinity;
  }
  return costs;
}

/** The value of an interval that is nearest to the row's own. */
function nearest(search: Search, feature: number, edges: Float64Array, i: number): number {
  const own = search.row[feature];
  const [low, high] = [edges[i], edges[i + 1]];
  if (own > low && own <= high) return own;
  const whole = search.whole.has(feature);
  if (own > high) return whole ? Math.floor(high) : high;
  return whole ? Math.floor(low) + 1 : above(low);
}

const bits = new DataView(new ArrayBuffer(8));

/** The next number above. */
function above(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

/** How far the i-th changed feature may move from where it is now, the others as they are, before the row is unusual again. */
function around(
  search: Search,
  changed: readonly number[],
  to: readonly number[],
  i: number,
): { readonly above: number; readonly atMost: number } {
  const grid = gridOf(search.forest, changedRow(search, changed, to), [changed[i]]);
  const [edges] = grid.edges;
  const good: boolean[] = [];
  const all = (): boolean => true;
  grid.sweep(all, (_, steps) => good.push(steps[0] >= search.enough - SLACK));
  let low = edges.findLastIndex((edge) => edge < to[i]);
  let high = low + 1;
  while (low > 0 && good[low - 1]) low--;
  while (high < edges.length - 1 && good[high]) high++;
  return { above: edges[low], atMost: edges[high] };
}
