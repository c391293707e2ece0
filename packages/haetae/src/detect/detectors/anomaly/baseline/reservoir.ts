import { mix } from '../hash.ts';

/** Rows a family's reservoir holds. */
export const RESERVOIR = 4096;

/** Some rows of a family that stand for all. Plain. */
export interface Reservoir {
  /** Row-major: host and values, as the table has them. */
  readonly rows: Float64Array;
  /** Row-major: what the forest saw of them. */
  readonly matrix: Float64Array;
  /** Events of each row. */
  readonly counts: Float64Array;
  /** Each row stands for this many events at least; 0 while every row is held. */
  readonly floor: number;
}

/** What each row stands for, whole. */
export const weightsIn = ({ counts, floor }: Reservoir): Float64Array =>
  counts.map((count) => Math.max(1, Math.round(Math.max(count, floor))));

/**
 * Priority sampling (Duffield, Lund & Thorup 2007): a row of w events has the priority w/u, where u in (0, 1] comes from the
 * row itself, so that the same rows are chosen in whatever order they come, and two reservoirs can be joined. The `size` rows
 * of highest priority are held; each stands for max(w, τ) events, τ the highest priority that was not held: unbiased.
 */
export function chosen(
  rows: { readonly key: number; readonly count: number }[],
  size: number,
): { held: number[]; floor: number } {
  if (rows.length <= size) return { held: rows.map((_, i) => i), floor: 0 };
  const priorities = Float64Array.from(rows, ({ key, count }) => count / uniform(key));
  const order = Uint32Array.from(rows, (_, i) => i).sort((a, b) => priorities[b]! - priorities[a]! || a - b);
  return { held: [...order.subarray(0, size)].sort((a, b) => a - b), floor: priorities[order[size]!]! };
}

/** In (0, 1], out of a row's hash. */
const uniform = (key: number): number => (mix(key, 0x5eed) + 1) / 2 ** 53;

/** Hash of one stretch of numbers. */
export function keyOfRow(rows: Float64Array, at: number, width: number): number {
  let hash = 0;
  for (let i = 0; i < width; i++) {
    const value = rows[at + i]!;
    hash = mix(hash, Number.isNaN(value) ? -1 : Math.round(value < 1e12 ? value * 100 : value));
  }
  return hash;
}

/** One reservoir of two, rows of both added up where they are the same. The second’s matrix rows win. */
export function joined(a: Reservoir, b: Reservoir, rowWidth: number, matrixWidth: number, size: number): Reservoir {
  const found = new Map<number, { from: Reservoir; index: number; count: number; key: number }>();
  for (const from of [a, b]) {
    for (let index = 0; index < from.counts.length; index++) {
      const key = keyOfRow(from.rows, index * rowWidth, rowWidth);
      const known = found.get(key);
      found.set(key, { from, index, key, count: from.counts[index]! + (known?.count ?? 0) });
    }
  }
  const all = [...found.values()].sort((x, y) => x.key - y.key);
  const { held, floor } = chosen(all, size);
  const rows = new Float64Array(held.length * rowWidth);
  const matrix = new Float64Array(held.length * matrixWidth);
  const counts = new Float64Array(held.length);
  held.forEach((which, i) => {
    const { from, index, count } = all[which]!;
    rows.set(from.rows.subarray(index * rowWidth, (index + 1) * rowWidth), i * rowWidth);
    matrix.set(from.matrix.subarray(index * matrixWidth, (index + 1) * matrixWidth), i * matrixWidth);
    counts[i] = count;
  });
  return { rows, matrix, counts, floor: Math.max(floor, a.floor, b.floor) };
}
