import { ForestError } from './error.ts';

/**
 * The score above which (`score > threshold`) a share of the rows lies: of n different scores ⌊(n − 1) · share⌋ + 1 are flagged
 * (24 of 473 at 0.05), or one less where (n − 1) · share is whole. Between two scores it interpolates, as scikit-learn's
 * `offset_` (numpy's linear percentile). Throws ForestError if there is no score or the share is not in (0, 0.5].
 */
export function thresholdByContamination(scores: ArrayLike<number>, share: number): number {
  if (!(share > 0 && share <= 0.5)) throw new ForestError('option', `share: ${share} is not in (0, 0.5]`);
  if (scores.length === 0) throw new ForestError('rows', 'a threshold needs at least one score');
  const falling = Float64Array.from(scores).sort().reverse();
  const place = (falling.length - 1) * share;
  const above = Math.floor(place);
  const upper = falling[above];
  const lower = falling[Math.min(above + 1, falling.length - 1)];
  return upper + (lower - upper) * (place - above);
}
