import { ForestError } from './error.ts';
import type { Rows } from './shape.ts';

export interface FitOptions {
  /** d, values in a row; at most 32,767. */
  readonly features: number;
  /** Any safe integer; the same seed and rows give the same forest, bit by bit. */
  readonly seed: number;
  /** 100 if not given. */
  readonly trees?: number;
  /** Rows that each tree is grown from, fewer where there are fewer; 256 if not given. */
  readonly sampleSize?: number;
  /** Of the features, for those who read the results. */
  readonly names?: readonly string[];
  /** How often each row occurs: whole numbers. A row of weight 3 is sampled as three rows side by side would be. */
  readonly weights?: ArrayLike<number>;
}

export interface Checked {
  readonly features: number;
  readonly seed: number;
  readonly trees: number;
  /** ψ: not more than there are rows. */
  readonly sampleSize: number;
  readonly names: readonly string[];
  /** Sums of the weights of rows 0…i; undefined where every row occurs once. */
  readonly ends: Float64Array | undefined;
  /** Multiplicities counted. */
  readonly rows: number;
}

export const MAX_FEATURES = 0x7fff;
export const MAX_TREES = 100_000;
export const MAX_SAMPLE = 1 << 24;

/** Everything about the options that can be wrong is told here; the values of the rows are looked at by {@link rangeOf}. */
export function check(rows: Rows, options: FitOptions): Checked {
  const { features, seed, trees = 100, sampleSize = 256, names = [], weights } = options;
  whole('features', features, 1, MAX_FEATURES);
  whole('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  whole('trees', trees, 1, MAX_TREES);
  whole('sampleSize', sampleSize, 1, MAX_SAMPLE);
  if (names.length !== 0 && names.length !== features) {
    throw new ForestError('option', `names: ${names.length} names for ${features} features`);
  }
  const count = countRows(rows, features);
  const ends = weights === undefined ? undefined : sums(weights, count);
  const all = ends === undefined ? count : (ends[count - 1] ?? 0);
  if (all === 0) throw new ForestError('rows', 'a forest needs at least one row');
  return { features, seed, trees, sampleSize: Math.min(sampleSize, all), names: [...names], ends, rows: all };
}

export function whole(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new ForestError('option', `${name}: ${value} is not a whole number from ${least} to ${most}`);
}

/** How many rows of `features` values there are; throws if one is cut short. */
export function countRows(rows: Rows, features: number): number {
  if (rows.length % features === 0) return rows.length / features;
  throw new ForestError('rows', `${rows.length} values are no whole number of rows of ${features}`);
}

function sums(weights: ArrayLike<number>, count: number): Float64Array {
  if (weights.length !== count) throw new ForestError('option', `weights: ${weights.length} weights for ${count} rows`);
  const ends = new Float64Array(count);
  let sum = 0;
  for (let row = 0; row < count; row++) {
    const weight = weights[row];
    sum += weight;
    if (!Number.isInteger(weight) || weight < 0 || !Number.isSafeInteger(sum)) {
      throw new ForestError(
        'option',
        `weights: ${weight} of row ${row} is not a whole number from 0, or the sum is too large`,
      );
    }
    ends[row] = sum;
  }
  return ends;
}

/** Least and greatest value of each feature; NaN where all are missing. Throws at a value that is infinite. */
export function rangeOf(rows: Rows, features: number): { low: Float64Array; high: Float64Array } {
  const low = new Float64Array(features).fill(Infinity);
  const high = new Float64Array(features).fill(-Infinity);
  for (let at = 0; at < rows.length; at += features) {
    for (let f = 0; f < features; f++) {
      const value = rows[at + f];
      if (value < low[f]) low[f] = value;
      if (value > high[f]) high[f] = value;
    }
  }
  for (let f = 0; f < features; f++) {
    if (low[f] > high[f]) low[f] = high[f] = NaN;
    low[f] += 0; // no −0, which is equal to 0 but has other bytes
    high[f] += 0;
    if (low[f] === -Infinity || high[f] === Infinity) throw infinite(rows, features, f);
  }
  return { low, high };
}

function infinite(rows: Rows, features: number, feature: number): ForestError {
  let row = 0;
  while (Math.abs(rows[row * features + feature]) !== Infinity) row++;
  const value = rows[row * features + feature];
  return new ForestError(
    'rows',
    `row ${row}, feature ${feature}: ${value} cannot be split; give a finite number, or NaN if the value is missing`,
  );
}
