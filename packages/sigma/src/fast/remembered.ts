import type { RawValue } from '../view.ts';

export interface RememberedLimits {
  /** Values, bytes of all of them and of one; when they are full, all are forgotten. */
  readonly maxValues: number;
  readonly maxBytes: number;
  readonly longestValue: number;
}

export const REMEMBERED_LIMITS: RememberedLimits = { maxValues: 8192, maxBytes: 1_000_000, longestValue: 4000 };

const FIRST_PLACES = 32;
const FIRST_BYTES = 1024;

/**
 * What came of values, by their bytes as they stand in the source: a value that was seen before is neither decoded nor made a
 * string. The bytes are compared in the end, so that no two values are taken for one. Nearly always it is the value of the
 * event before, which is looked at first, from its end, where values differ.
 */
export class Remembered<T> {
  readonly #limits: RememberedLimits;
  #notation = '';
  /** Open addressing: the number of an entry, from 1. */
  #table = new Int32Array(FIRST_PLACES);
  #hashes = new Int32Array(FIRST_PLACES / 2);
  #starts = new Int32Array(FIRST_PLACES / 2);
  #lengths = new Int32Array(FIRST_PLACES / 2);
  #bytes = new Uint8Array(FIRST_BYTES);
  #words = new DataView(this.#bytes.buffer);
  readonly #values: T[] = [];
  #filled = 0;
  #last = -1;
  /** Of the value that was sought last. */
  #hash = 0;

  constructor(limits: RememberedLimits = REMEMBERED_LIMITS) {
    this.#limits = limits;
  }

  /** What came of an equal value. */
  find(raw: RawValue): T | undefined {
    const { view, start, end } = raw;
    const length = end - start;
    if (raw.notation !== this.#notation) {
      this.forget();
      this.#notation = raw.notation;
    }
    const last = this.#last;
    if (last >= 0 && this.#lengths[last] === length && this.#isSame(last, view, start, length))
      return this.#values[last];
    const hash = hashOf(view, start, end);
    this.#hash = hash;
    const most = this.#table.length - 1;
    for (let place = hash & most; ; place = (place + 1) & most) {
      const entry = this.#table[place]! - 1;
      if (entry < 0) return undefined;
      if (this.#hashes[entry] !== hash || this.#lengths[entry] !== length) continue;
      if (!this.#isSame(entry, view, start, length)) continue;
      this.#last = entry;
      return this.#values[entry];
    }
  }

  /** Right after `find` of the same value has found nothing. */
  add({ view, start, end }: RawValue, value: T): void {
    const length = end - start;
    const { maxValues, maxBytes, longestValue } = this.#limits;
    if (length > longestValue) return;
    if (this.#values.length >= maxValues || this.#filled + length > maxBytes) this.forget();
    if (this.#filled + length > this.#bytes.length) this.#moreBytes(length);
    if (this.#values.length === this.#hashes.length) this.#morePlaces();
    const entry = this.#values.length;
    this.#values.push(value);
    this.#hashes[entry] = this.#hash;
    this.#starts[entry] = this.#filled;
    this.#lengths[entry] = length;
    this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + start, length), this.#filled);
    this.#filled += length;
    this.#place(entry);
    this.#last = entry;
  }

  forget(): void {
    this.#table.fill(0);
    this.#values.length = 0;
    this.#filled = 0;
    this.#last = -1;
  }

  #isSame(entry: number, view: DataView, start: number, length: number): boolean {
    const own = this.#starts[entry]!;
    const words = this.#words;
    let i = length;
    for (; i >= 4; i -= 4) if (view.getInt32(start + i - 4) !== words.getInt32(own + i - 4)) return false;
    for (; i > 0; i--) if (view.getUint8(start + i - 1) !== words.getUint8(own + i - 1)) return false;
    return true;
  }

  #place(entry: number): void {
    const most = this.#table.length - 1;
    let place = this.#hashes[entry]! & most;
    while (this.#table[place] !== 0) place = (place + 1) & most;
    this.#table[place] = entry + 1;
  }

  #moreBytes(length: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 4, this.#filled + length));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#words = new DataView(grown.buffer);
  }

  #morePlaces(): void {
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(old.length * 4);
      made.set(old);
      return made;
    };
    this.#hashes = grown(this.#hashes);
    this.#starts = grown(this.#starts);
    this.#lengths = grown(this.#lengths);
    this.#table = new Int32Array(this.#table.length * 4);
    for (let entry = 0; entry < this.#values.length; entry++) this.#place(entry);
  }
}

/** Two words at a time, since a multiplication need not wait for the other. */
function hashOf(view: DataView, start: number, end: number): number {
  let a = end - start;
  let b = 0x51ed270b;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    a = Math.imul(a ^ view.getInt32(at), 0x9e3779b1);
    b = Math.imul(b ^ view.getInt32(at + 4), 0x85ebca6b);
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  for (; at < end; at++) a = Math.imul(a ^ view.getUint8(at), 0x01000193);
  const hash = Math.imul(a ^ (a >>> 16) ^ b, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
