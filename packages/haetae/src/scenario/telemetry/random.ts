/** mulberry32: seeded chance, the same numbers on every run and every machine. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!;
  }

  /** Of a list that is read from its head more often than from its tail, as names and sites are in life (Zipf, s ≈ 1). */
  common<T>(list: readonly T[]): T {
    return list[Math.min(list.length - 1, Math.floor(Math.expm1(this.next() * Math.log(list.length + 1))))]!;
  }

  /** `digits` hex digits. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += ((this.next() * 2 ** 32) >>> 0).toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  guid(): string {
    const hex = this.hex(32);
    return `{${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}}`;
  }
}

/** A seed of its own for each name, out of one seed (FNV-1a). */
export function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) | 0;
}
