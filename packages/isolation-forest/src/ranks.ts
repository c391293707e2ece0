/** The rank of a value: how many of a feature's thresholds lie below it. */
import type { Rows } from './shape.ts';

/**
 * Thresholds in rising order, and cells of equal width over them. The cell of a value tells between which thresholds to look:
 * as multiplying, subtracting and cutting off keep the order, all in lower cells are below the value, all in higher ones above.
 */
export interface Ranks {
  readonly thresholds: Float64Array;
  readonly cells: number;
  readonly scale: number;
  /** Thresholds in lower cells. */
  readonly begins: Uint32Array;
}

/** The ranks of a missing value: goes left, goes right at every node. */
const MISSING_LEFT = -1;
const MISSING_RIGHT = 0x3fff_ffff;

export function ranksOf(all: readonly number[]): Ranks {
  const sorted = Float64Array.from(all).sort();
  const thresholds = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const cells = 2 * thresholds.length;
  const span = (thresholds.at(-1) ?? 0) - (thresholds[0] ?? 0);
  // A span that overflows, or by which nothing can be divided, has one cell; ∞ × 0 is NaN, and NaN | 0 is 0.
  const scale = span > 0 && Number.isFinite(cells / span) ? cells / span : 0;
  const begins = new Uint32Array(cells + 2);
  for (const threshold of thresholds) begins[(((threshold - thresholds[0]) * scale) | 0) + 1]++;
  for (let cell = 1; cell < begins.length; cell++) begins[cell] += begins[cell - 1];
  return { thresholds, cells, scale, begins };
}

/** How many thresholds lie below a value that is not missing. */
export function rankOf(ranks: Ranks, value: number): number {
  const { thresholds, scale, begins } = ranks;
  const size = thresholds.length;
  if (size === 0 || value <= thresholds[0]) return 0;
  if (value > thresholds[size - 1]) return size;
  const cell = ((value - thresholds[0]) * scale) | 0;
  let low = begins[cell];
  let high = begins[cell + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (thresholds[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Writes the ranks of every `step`-th value of `rows` from `at` on to every `width`-th place of `block` from `place` on, and tells
 * whether one is missing. With two columns a feature (`width` is twice `step`) the second one lies `step` places on.
 */
export function rankColumn(
  ranks: Ranks,
  rows: Rows,
  at: number,
  step: number,
  count: number,
  block: Int32Array,
  place: number,
  width: number,
): boolean {
  let missing = false;
  for (let i = 0; i < count; i++) {
    const value = rows[at + i * step];
    const absent = Number.isNaN(value);
    const rank = absent ? MISSING_LEFT : rankOf(ranks, value);
    block[place + i * width] = rank;
    if (width > step) block[place + step + i * width] = absent ? MISSING_RIGHT : rank;
    missing ||= absent;
  }
  return missing;
}
