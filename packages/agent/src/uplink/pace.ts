/** How long to wait before the next try: twice as long each time up to a minute, and by chance up to half of it less, so that a fleet does not come at once. */
export function backoffMs(attempt: number, random: () => number): number {
  const most = Math.min(60_000, 1_000 * 2 ** Math.min(attempt, 10));
  return Math.round(most - random() * (most / 2));
}

/** Bytes per second on the long run, a second's worth at once; 0 for no limit. */
export class Bandwidth {
  readonly perSecond: number;
  #free: number;
  #at: number;

  constructor(perSecond: number, nowMs: number) {
    this.perSecond = perSecond;
    this.#free = perSecond;
    this.#at = nowMs;
  }

  /** Takes the bytes, and says how long to wait before they may be sent. */
  take(bytes: number, nowMs: number): number {
    if (this.perSecond === 0) return 0;
    const since = Math.max(0, nowMs - this.#at) / 1000;
    this.#free = Math.min(this.perSecond, this.#free + since * this.perSecond) - bytes;
    this.#at = nowMs;
    return this.#free >= 0 ? 0 : Math.ceil((-this.#free / this.perSecond) * 1000);
  }
}
