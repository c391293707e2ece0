import { ForestError } from './error.ts';
import { whole } from './options.ts';

/**
 * How scores were distributed, in falling order: `values[i]` with the number of scores at or above it and that above it. Up to
 * the wanted number of values none is left out; beyond, the upper half is kept whole and the rest at equal distances in rank.
 */
export interface ScoreDistribution {
  readonly total: number;
  readonly values: Float64Array;
  readonly atLeast: Float64Array;
  readonly above: Float64Array;
}

export interface DistributionOptions {
  /** How often each score occurs; once if not given. */
  readonly weights?: ArrayLike<number>;
  /** Most values to keep; 2048 if not given. A p-value off the kept ones is too high by at most 2/keep. */
  readonly keep?: number;
}

export function distributionOf(scores: ArrayLike<number>, options: DistributionOptions = {}): ScoreDistribution {
  const { weights, keep = 2048 } = options;
  whole('keep', keep, 2, 1 << 24);
  if (weights !== undefined && weights.length !== scores.length) {
    throw new ForestError('option', `weights: ${weights.length} weights for ${scores.length} scores`);
  }
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const values: number[] = [];
  const atLeast: number[] = [];
  let total = 0;
  for (const i of order) {
    const value = scores[i];
    const weight = weights === undefined ? 1 : weights[i];
    if (!(Number.isFinite(value) && Number.isInteger(weight) && weight >= 0)) {
      throw new ForestError('rows', `score ${i}: ${value} with weight ${weight} cannot be counted`);
    }
    if (weight === 0) continue;
    total += weight;
    if (values.at(-1) === value) atLeast[atLeast.length - 1] = total;
    else {
      values.push(value);
      atLeast.push(total);
    }
  }
  const kept = keptOf(atLeast, total, keep);
  return {
    total,
    values: Float64Array.from(kept, (i) => values[i]),
    atLeast: Float64Array.from(kept, (i) => atLeast[i]),
    above: Float64Array.from(kept, (i) => (i === 0 ? 0 : atLeast[i - 1])),
  };
}

/** Which of the distinct values are kept: the upper half of `keep`, and of the others the last at or before each step in rank. */
function keptOf(atLeast: readonly number[], total: number, keep: number): number[] {
  if (atLeast.length <= keep) return atLeast.map((_, i) => i);
  const whole = keep >> 1;
  const kept = Array.from({ length: whole }, (_, i) => i);
  const begin = atLeast[whole - 1];
  const steps = keep - whole;
  let step = 1;
  for (let i = whole; i < atLeast.length; i++) {
    if (atLeast[i] - begin < ((total - begin) * step) / steps) continue;
    kept.push(i);
    while (step <= steps && atLeast[i] - begin >= ((total - begin) * step) / steps) step++;
  }
  return kept;
}

/**
 * Share of scores that are at least as high, one added to both counts as the score itself: never 0, at least 1/(n + 1). Where
 * the distribution left values out it is an upper bound.
 */
export function pValue(distribution: ScoreDistribution, score: number): number {
  const { values, atLeast, above, total } = distribution;
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] <= score) high = middle;
    else low = middle + 1;
  }
  const higher = low === values.length ? total : values[low] === score ? atLeast[low] : above[low];
  return (higher + 1) / (total + 1);
}
