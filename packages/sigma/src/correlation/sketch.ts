/** Relative error of a percentile out of a sketch. */
export const SKETCH_ERROR = 0.01;
const GAMMA = (1 + SKETCH_ERROR) / (1 - SKETCH_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/**
 * Counts of numbers in buckets whose bounds grow by a constant factor, so that a percentile is off by at most 1 % of itself
 * and the order of the numbers does not matter. About 35,000 buckets span all doubles; real fields fill a few hundred.
 * Source: Masson, Rim & Lee 2019, "DDSketch".
 */
export class Sketch {
  readonly #buckets: Map<string, number>;
  #count = 0;

  /** `buckets`: as {@link Sketch.save} gave them. */
  constructor(buckets: Iterable<readonly [string, number]> = []) {
    this.#buckets = new Map(buckets);
    for (const n of this.#buckets.values()) this.#count += n;
  }

  add(value: number): void {
    const size = Math.abs(value);
    const key = size === 0 ? '0' : `${value < 0 ? '-' : '+'}${Math.ceil(Math.log(size) / LOG_GAMMA)}`;
    this.#buckets.set(key, (this.#buckets.get(key) ?? 0) + 1);
    this.#count++;
  }

  /** `percent` from 0 to 100; NaN of nothing. */
  percentile(percent: number): number {
    const ordered = [...this.#buckets].map(([key, n]) => [middle(key), n] as const).sort((a, b) => a[0] - b[0]);
    let left = (percent * (this.#count - 1)) / 100;
    for (const [value, n] of ordered) {
      left -= n;
      if (left < 0) return value;
    }
    return ordered.at(-1)?.[0] ?? Number.NaN;
  }

  save(): [string, number][] {
    return [...this.#buckets].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function middle(key: string): number {
  if (key === '0') return 0;
  const size = (2 * GAMMA ** Number(key.slice(1))) / (GAMMA + 1);
  return key.startsWith('-') ? -size : size;
}
