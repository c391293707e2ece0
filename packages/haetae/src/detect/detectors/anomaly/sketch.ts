/**
 * Counts in bounded memory that can be added up: what two hosts or two days counted apart is what one would have counted.
 *
 * Count-min (Cormode & Muthukrishnan 2005): an estimate is never below the truth, and above it by more than ε·N with a
 * probability of at most δ, where N is all that was added, ε = e / WIDTH = 5.2e-6 and δ = e^−DEPTH = 1.8 %.
 */
export const WIDTH = 1 << 19;
export const DEPTH = 4;
export const EPSILON = Math.E / WIDTH;
export const DELTA = Math.exp(-DEPTH);

const SEEDS = Uint32Array.of(0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f);

/** Cell of a 53-bit key in one row of a sketch whose width is 2^bits. */
function cellOf(key: number, depth: number, bits: number): number {
  let h = Math.imul((key | 0) ^ SEEDS[depth]!, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h ^ ((key / 0x1_0000_0000) | 0), SEEDS[(depth + 1) & 3]!);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> (32 - bits)) + (depth << bits);
}

export class CountMin {
  readonly bits: number;
  readonly cells: Uint32Array<ArrayBuffer>;

  constructor(bits = Math.log2(WIDTH), cells = new Uint32Array(DEPTH << bits)) {
    this.bits = bits;
    this.cells = cells;
  }

  add(key: number, count: number): void {
    for (let d = 0; d < DEPTH; d++) this.cells[cellOf(key, d, this.bits)]! += count;
  }

  estimate(key: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let d = 0; d < DEPTH; d++) {
      const count = this.cells[cellOf(key, d, this.bits)]!;
      if (count < least) least = count;
    }
    return least;
  }

  merge(other: CountMin): void {
    for (let i = 0; i < this.cells.length; i++) this.cells[i]! += other.cells[i]!;
  }
}

const HOST_BITS = 14;
const HOST_DEPTH = 3;
const BITMAP = 64;

/**
 * How many hosts have a key: cells of 64 bits, one bit a host (linear counting, Whang et al. 1990), the least of three cells.
 * With few keys a cell the error is that of linear counting: below 10 % up to 40 hosts; beyond 64·ln 64 = 266 it says 266.
 */
export class HostCount {
  readonly cells: Uint32Array<ArrayBuffer>;

  constructor(cells = new Uint32Array((HOST_DEPTH << HOST_BITS) * 2)) {
    this.cells = cells;
  }

  add(key: number, host: number): void {
    const bit = cellOf(host, 3, 6) & (BITMAP - 1);
    for (let d = 0; d < HOST_DEPTH; d++) {
      this.cells[2 * cellOf(key, d, HOST_BITS) + (bit >>> 5)]! |= 1 << (bit & 31);
    }
  }

  /** Whole hosts. */
  estimate(key: number): number {
    let most = BITMAP;
    for (let d = 0; d < HOST_DEPTH; d++) {
      const at = 2 * cellOf(key, d, HOST_BITS);
      most = Math.min(most, ones(this.cells[at]!) + ones(this.cells[at + 1]!));
    }
    return Math.round(-BITMAP * Math.log(Math.max(1, BITMAP - most) / BITMAP));
  }

  merge(other: HostCount): void {
    for (let i = 0; i < this.cells.length; i++) this.cells[i]! |= other.cells[i]!;
  }
}

function ones(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
