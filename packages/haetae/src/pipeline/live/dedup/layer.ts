/** Ids of a stretch. */
export const STRETCH = 256;
const WORDS = STRETCH / 32;
/** Stretches that lie together and are complete become a range of at most so many. */
const RANGE_STRETCHES = 64;

/** 256 ids from `number * 256` on. Where `slot` is at or above 0 each one's time is known. */
interface Stretch {
  readonly number: number;
  readonly layer: Layer;
  slot: number;
  /** Which of them came, once their times are let go; undefined before. */
  bits: Uint32Array | undefined;
  count: number;
  minMs: number;
  maxMs: number;
}

/** Complete stretches side by side. */
interface Range {
  from: number;
  to: number;
  minMs: number;
  maxMs: number;
}

/** A time within a stretch's slot: low bits of the millisecond, never 0, which stands for an id that did not come. */
const markOf = (timeMs: number): number => (Math.abs(timeMs) % 0xffff_fffe) + 1;

/** The exact times, in one piece of memory that grows to its bound; then the stretch that was begun longest ago loses its times. */
export class SlotPool {
  readonly #mostSlots: number;
  readonly #mostStretches: number;
  readonly #owners: (Stretch | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #incomplete = new Set<Stretch>();
  #next = 0;
  times = new Uint32Array(64 * STRETCH);

  constructor(exact: number, stretches: number) {
    this.#mostSlots = Math.max(1, Math.floor(exact / STRETCH));
    this.#mostStretches = Math.max(1, stretches);
  }

  take(owner: Stretch): void {
    let slot = this.#free.pop();
    if (slot === undefined && this.#owners.length < this.#mostSlots) {
      slot = this.#owners.length;
      if ((slot + 1) * STRETCH > this.times.length) {
        const longer = new Uint32Array(Math.min(this.#mostSlots * STRETCH, this.times.length * 2));
        longer.set(this.times);
        this.times = longer;
      }
    }
    if (slot === undefined) {
      slot = this.#next;
      this.#next = (this.#next + 1) % this.#mostSlots;
      this.#owners[slot]!.layer.loseTimes(this.#owners[slot]!, this);
    }
    this.#owners[slot] = owner;
    owner.slot = slot;
    this.times.fill(0, slot * STRETCH, (slot + 1) * STRETCH);
  }

  release(slot: number): void {
    this.#owners[slot] = undefined;
    this.#free.push(slot);
  }

  /** A stretch that lost its times and lacks some ids takes room of its own. */
  keepIncomplete(stretch: Stretch): void {
    this.#incomplete.add(stretch);
    if (this.#incomplete.size <= this.#mostStretches) return;
    const oldest = this.#incomplete.values().next().value!;
    this.#incomplete.delete(oldest);
    oldest.layer.forget(oldest);
  }
  dropIncomplete(stretch: Stretch): void {
    this.#incomplete.delete(stretch);
  }
}

/** Ids that came, each once. */
export class Layer {
  readonly #stretches = new Map<number, Stretch>();
  /** By their first stretch, rising. */
  #ranges: Range[] = [];
  #last: Stretch | undefined;

  /** `other`: the id came with another time. */
  find(id: number, timeMs: number, pool: SlotPool): 'same' | 'other' | 'absent' {
    const number = Math.floor(id / STRETCH);
    const stretch = this.#at(number);
    if (stretch === undefined) {
      const range = this.#rangeOf(number);
      if (range === undefined) return 'absent';
      return timeMs >= range.minMs && timeMs <= range.maxMs ? 'same' : 'other';
    }
    const i = id - number * STRETCH;
    if (stretch.slot >= 0) {
      const mark = pool.times[stretch.slot * STRETCH + i]!;
      return mark === 0 ? 'absent' : mark === markOf(timeMs) ? 'same' : 'other';
    }
    if ((stretch.bits![i >> 5]! & (1 << (i & 31))) === 0) return 'absent';
    return timeMs >= stretch.minMs && timeMs <= stretch.maxMs ? 'same' : 'other';
  }

  /** An id that is absent. */
  add(id: number, timeMs: number, pool: SlotPool): void {
    const number = Math.floor(id / STRETCH);
    let stretch = this.#at(number);
    if (stretch === undefined) {
      stretch = { number, layer: this, slot: -1, bits: undefined, count: 0, minMs: timeMs, maxMs: timeMs };
      pool.take(stretch);
      this.#stretches.set(number, stretch);
      this.#last = stretch;
    }
    const i = id - number * STRETCH;
    if (stretch.slot >= 0) pool.times[stretch.slot * STRETCH + i] = markOf(timeMs);
    else stretch.bits![i >> 5]! |= 1 << (i & 31);
    stretch.count++;
    if (timeMs < stretch.minMs) stretch.minMs = timeMs;
    if (timeMs > stretch.maxMs) stretch.maxMs = timeMs;
    if (stretch.slot < 0 && stretch.count === STRETCH) {
      pool.dropIncomplete(stretch);
      this.#toRange(stretch);
    }
  }

  loseTimes(stretch: Stretch, pool: SlotPool): void {
    const start = stretch.slot * STRETCH;
    if (stretch.count === STRETCH) {
      stretch.slot = -1;
      this.#toRange(stretch);
      return;
    }
    const bits = new Uint32Array(WORDS);
    for (let i = 0; i < STRETCH; i++) if (pool.times[start + i] !== 0) bits[i >> 5]! |= 1 << (i & 31);
    stretch.slot = -1;
    stretch.bits = bits;
    pool.keepIncomplete(stretch);
  }

  forget(stretch: Stretch): void {
    this.#stretches.delete(stretch.number);
    if (this.#last === stretch) this.#last = undefined;
  }

  free(pool: SlotPool): void {
    for (const stretch of this.#stretches.values()) {
      if (stretch.slot >= 0) pool.release(stretch.slot);
      else pool.dropIncomplete(stretch);
    }
    this.#stretches.clear();
    this.#last = undefined;
  }

  #at(number: number): Stretch | undefined {
    if (this.#last?.number === number) return this.#last;
    const stretch = this.#stretches.get(number);
    if (stretch !== undefined) this.#last = stretch;
    return stretch;
  }

  #toRange(stretch: Stretch): void {
    this.forget(stretch);
    const { number, minMs, maxMs } = stretch;
    const at = this.#placeOf(number);
    const before = this.#ranges[at - 1];
    if (before !== undefined && before.to === number - 1 && before.to - before.from < RANGE_STRETCHES - 1) {
      before.to = number;
      before.minMs = Math.min(before.minMs, minMs);
      before.maxMs = Math.max(before.maxMs, maxMs);
    } else this.#ranges.splice(at, 0, { from: number, to: number, minMs, maxMs });
    // A million ids are 62 ranges: so many are more than any log holds.
    if (this.#ranges.length > MOST_RANGES) this.#ranges.shift();
  }

  /** Index of the first range that begins behind `number`. */
  #placeOf(number: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.from <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #rangeOf(number: number): Range | undefined {
    if (this.#ranges.length === 0) return undefined;
    const range = this.#ranges[this.#placeOf(number) - 1];
    return range !== undefined && number <= range.to ? range : undefined;
  }

  save(pool: SlotPool): SavedLayer {
    const all = [...this.#stretches.values()];
    return {
      ranges: Float64Array.from(this.#ranges.flatMap(({ from, to, minMs, maxMs }) => [from, to, minMs, maxMs])),
      heads: Float64Array.from(all.flatMap(({ number, count, minMs, maxMs }) => [number, count, minMs, maxMs])),
      times: all.map(({ slot, bits }) =>
        slot >= 0 ? pool.times.slice(slot * STRETCH, (slot + 1) * STRETCH) : bits!.slice(),
      ),
    };
  }

  static restore({ ranges, heads, times }: SavedLayer, pool: SlotPool): Layer {
    const layer = new Layer();
    for (let i = 0; i < ranges.length; i += 4)
      layer.#ranges.push({ from: ranges[i]!, to: ranges[i + 1]!, minMs: ranges[i + 2]!, maxMs: ranges[i + 3]! });
    for (const [n, some] of times.entries()) {
      const [number, count, minMs, maxMs] = heads.subarray(n * 4, n * 4 + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const stretch: Stretch = { number, layer, slot: -1, bits: undefined, count, minMs, maxMs };
      layer.#stretches.set(number, stretch);
      if (some.length === STRETCH) {
        pool.take(stretch);
        pool.times.set(some, stretch.slot * STRETCH);
      } else {
        stretch.bits = some.slice();
        pool.keepIncomplete(stretch);
      }
    }
    return layer;
  }
}

const MOST_RANGES = 100_000;

/** Plain data: numbers in typed arrays. */
export interface SavedLayer {
  /** Four a range: from, to, earliest, latest. */
  readonly ranges: Float64Array;
  /** Four a stretch: number, ids, earliest, latest. */
  readonly heads: Float64Array;
  /** 256 times, or 8 words of bits. */
  readonly times: readonly Uint32Array[];
}
