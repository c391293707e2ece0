/** The newest of many texts, as hashes of 53 bits: those of this turn and the last, a turn being so many. */
export class RecentTexts {
  readonly #turn: number;
  #now = new Set<number>();
  #before = new Set<number>();

  constructor(turn: number, saved?: SavedTexts) {
    this.#turn = turn;
    if (saved !== undefined) {
      this.#now = new Set(saved.now);
      this.#before = new Set(saved.before);
    }
  }

  /** True when it came before; else it is remembered. */
  seen(hash: number): boolean {
    if (this.#now.has(hash)) return true;
    const known = this.#before.has(hash);
    this.#now.add(hash);
    if (this.#now.size >= this.#turn) {
      this.#before = this.#now;
      this.#now = new Set();
    }
    return known;
  }

  save(): SavedTexts {
    return { now: Float64Array.from(this.#now), before: Float64Array.from(this.#before) };
  }
}

export interface SavedTexts {
  readonly now: Float64Array;
  readonly before: Float64Array;
}

/** A hash of 53 bits that goes on from another: texts one behind the other, each with its end marked. */
export function hashOn(hash: number, text: string): number {
  let low = (hash % 0x1_0000_0000) | 0;
  let high = (hash / 0x1_0000_0000) | 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x9e37_79b1);
    high = Math.imul(high ^ code, 0x85eb_ca6b) + (low >>> 13);
  }
  low = Math.imul(low ^ 0x1_0000 ^ (high >>> 15), 0xc2b2_ae35);
  high = Math.imul(high ^ text.length ^ (low >>> 11), 0x27d4_eb2f);
  low ^= low >>> 15;
  high ^= high >>> 13;
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
