import type { Random } from './random.ts';

/**
 * `size` different numbers below `count`, each set as likely as any other. Robert Floyd's algorithm, as its time and memory
 * depend on `size` only. Source: Bentley & Floyd, A sample of brilliance, CACM 30 (1987).
 */
export function sampleOf(count: number, size: number, random: Random): Float64Array {
  const chosen = new Set<number>();
  for (let last = count - size; last < count; last++) {
    const drawn = Math.floor(random() * (last + 1));
    chosen.add(chosen.has(drawn) ? last : drawn);
  }
  return Float64Array.from(chosen);
}

/** The row that a number below the sum of all weights belongs to. `ends[i]` is the sum of the weights of rows 0…i. */
export function rowOf(number: number, ends: Float64Array): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle] > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
