import { ForestError } from './error.ts';

/**
 * The score above which (`score > threshold`) a share of the rows lies: ⌈(n − 1) · share⌉ of n different scores, 24 of 473 at
 * 0.05. Between two scores it interpolates, as scikit-learn's `offset_` (numpy's linear percentile). Throws ForestError if there
 * is no score or the share is not in (0, 0.5].
 */
export function thresholdByContamination(scores: ArrayLike<number>, share: number): number {
  checkShare(scores, share);
  const falling = Float64Array.from(scores).sort().reverse();
  const place = (falling.length - 1) * share;
  const above = Math.floor(place);
  const upper = falling[above];
  const lower = falling[Math.min(above + 1, falling.length - 1)];
  return upper + (lower - upper) * (place - above);
}

/**
 * The rows that a contamination flags, by number, the most unusual first: exactly as many as lie above
 * {@link thresholdByContamination} where all scores differ. Among equal scores the earlier rows are taken, so that ties change
 * nothing in the count.
 */
export function flagByContamination(scores: ArrayLike<number>, share: number): Uint32Array {
  checkShare(scores, share);
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => scores[b] - scores[a] || a - b);
  return order.slice(0, Math.ceil((scores.length - 1) * share));
}

function checkShare(scores: ArrayLike<number>, share: number): void {
  if (!(share > 0 && share <= 0.5)) throw new ForestError('option', `share: ${share} is not in (0, 0.5]`);
  if (scores.length === 0) throw new ForestError('rows', 'a threshold needs at least one score');
}
