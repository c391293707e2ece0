/** So many at once, and so many a second on the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Token buckets by key, the oldest forgotten beyond `keys`. Time is the caller's, in milliseconds. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #keys: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(rate: Rate, keys = 10_000) {
    this.#rate = rate;
    this.#keys = keys;
  }

  /** 0 when it may go on, else the milliseconds after which it may. */
  take(key: string, nowMs: number, cost = 1): number {
    const { burst, perSecond } = this.#rate;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#keys) this.#buckets.delete(this.#buckets.keys().next().value!);
      bucket = { tokens: burst, at: nowMs };
    } else this.#buckets.delete(key);
    // The map keeps the order of use.
    this.#buckets.set(key, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.at) / 1000) * perSecond);
    bucket.at = nowMs;
    if (bucket.tokens >= cost) {
      bucket.tokens -= cost;
      return 0;
    }
    return Math.ceil(((cost - bucket.tokens) / perSecond) * 1000);
  }

  /** What went well need not be held against its key. */
  forget(key: string): void {
    this.#buckets.delete(key);
  }
}
