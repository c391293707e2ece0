/**
 * Events of one family folded into distinct rows. A row is one stretch of a Float64Array: what is known of its events (the
 * `AT` below), the host, then the family's values (numbers and hashes of keys). Events that are equal in host and values add
 * to one row's count, so that what is kept, handed to another thread and scored is the number of distinct rows.
 *
 * This is the hot path: one look-up for each event. Merging is free of order: counts add up, the least time and place win.
 */
export const AT = {
  /** Events. */
  count: 0,
  /** ms since 1970 of the first and the last; ±Infinity when no event told its time. */
  first: 1,
  last: 2,
  /** Of the row's exemplar, the event with the least (file, position): index of its file, its record or line. */
  file: 3,
  position: 4,
  /** Where the exemplar's text stands: first byte and length. */
  textAt: 5,
  textLength: 6,
  host: 7,
} as const;

/** Numbers before a row's values. */
export const HEAD = 8;

/** Rows a block; blocks are never copied. */
const BLOCK = 1024;

export class RowTable {
  readonly stride: number;
  /** The row to be added: everything from `AT.host` on is the caller's to fill. */
  readonly draft: Float64Array<ArrayBuffer>;
  readonly #words: Uint32Array;
  #blocks: Float64Array<ArrayBuffer>[] = [];
  #slots = new Int32Array(1024).fill(-1);
  size = 0;

  /** `values`: numbers and keys of a row. */
  constructor(values: number) {
    this.stride = HEAD + values;
    this.draft = new Float64Array(this.stride);
    this.#words = new Uint32Array(this.draft.buffer);
  }

  /** Looks for a row with the draft's host and values; makes it, with count 0 and no exemplar, where there is none. */
  find(): number {
    if (2 * this.size >= this.#slots.length) this.#rehash();
    const mask = this.#slots.length - 1;
    let at = this.#hash() & mask;
    for (;;) {
      const row = this.#slots[at]!;
      if (row < 0) break;
      if (this.#equals(row)) return row;
      at = (at + 1) & mask;
    }
    this.#slots[at] = this.size;
    const { draft } = this;
    draft[AT.count] = 0;
    draft[AT.first] = Number.POSITIVE_INFINITY;
    draft[AT.last] = Number.NEGATIVE_INFINITY;
    draft[AT.file] = Number.POSITIVE_INFINITY;
    draft[AT.position] = Number.POSITIVE_INFINITY;
    draft[AT.textAt] = -1;
    draft[AT.textLength] = 0;
    if (this.size === BLOCK * this.#blocks.length) this.#blocks.push(new Float64Array(BLOCK * this.stride));
    this.block(this.size).set(draft, this.offset(this.size));
    return this.size++;
  }

  /** The block that holds a row, and where in it the row begins. */
  block(row: number): Float64Array<ArrayBuffer> {
    return this.#blocks[(row / BLOCK) | 0]!;
  }

  offset(row: number): number {
    return (row % BLOCK) * this.stride;
  }

  /** Adds events to a row. */
  count(row: number, events: number, first: number, last: number): void {
    const block = this.block(row);
    const at = this.offset(row);
    block[at + AT.count]! += events;
    if (first < block[at + AT.first]!) block[at + AT.first] = first;
    if (last > block[at + AT.last]!) block[at + AT.last] = last;
  }

  /** Whether an event of this place is to be the row's exemplar. */
  isEarlier(row: number, file: number, position: number): boolean {
    const block = this.block(row);
    const at = this.offset(row);
    const known = block[at + AT.file]!;
    return file < known || (file === known && position < block[at + AT.position]!);
  }

  exemplar(row: number, file: number, position: number, textAt: number, textLength: number): void {
    const block = this.block(row);
    const at = this.offset(row);
    block[at + AT.file] = file;
    block[at + AT.position] = position;
    block[at + AT.textAt] = textAt;
    block[at + AT.textLength] = textLength;
  }

  /** All rows, one behind the other; the table is empty afterwards. */
  take(): Float64Array<ArrayBuffer> {
    const rows = new Float64Array(this.size * this.stride);
    for (let i = 0; i < this.#blocks.length; i++) {
      const block = this.#blocks[i]!;
      const left = rows.length - i * block.length;
      rows.set(left < block.length ? block.subarray(0, left) : block, i * block.length);
    }
    this.size = 0;
    this.#blocks = this.#blocks.slice(0, 1);
    if (this.#slots.length > 1 << 16) this.#slots = new Int32Array(1024);
    this.#slots.fill(-1);
    return rows;
  }

  #hash(): number {
    let h = 0x9747b28c;
    const words = this.#words;
    for (let i = 2 * AT.host; i < words.length; i++) {
      h = Math.imul(h ^ words[i]!, 0x5bd1e995);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0x85ebca6b);
    return h ^ (h >>> 16);
  }

  /** Bit for bit, so that a missing value (NaN) equals a missing value. */
  #equals(row: number): boolean {
    const { draft } = this;
    const block = this.block(row);
    const at = this.offset(row);
    for (let i: number = AT.host; i < draft.length; i++) {
      const a = draft[i]!;
      const b = block[at + i]!;
      if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) return false;
    }
    return true;
  }

  #rehash(): void {
    const rows = this.size;
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = this.#slots.length - 1;
    const kept = this.draft.slice();
    for (let row = 0; row < rows; row++) {
      const at = this.offset(row);
      this.draft.set(this.block(row).subarray(at, at + this.stride));
      let slot = this.#hash() & mask;
      while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row;
    }
    this.draft.set(kept);
  }
}
