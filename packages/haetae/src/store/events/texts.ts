import { MARGIN, ROW_CELLS } from './batch.ts';

/** Texts up to here are written sign by sign: a call of the runtime costs as much as forty of them. */
const SHORT = 40;
const LEAST = 64 * 1024;
/** Room that is kept though it is used no longer: a frame can be larger than a day's others. */
const KEPT = 32 * 1024 * 1024;
const LENGTHS = 65_536;
/** UTF-8 of one UTF-16 unit has at most so many bytes, JSON's escape of one as well. */
const MOST_OF_UNIT = 6;

/** What JSON writes behind a backslash for a sign below 128; 0: the sign stands for itself, 1: `u00` and two digits. */
const ESCAPES = new Uint8Array(128);
ESCAPES.fill(1, 0, 32);
for (const [sign, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr', '""', '\\\\'])
  ESCAPES[sign!.charCodeAt(0)] = letter!.charCodeAt(0);
/** What JSON means by a backslash and this letter. */
const UNESCAPED = new Uint8Array(256);
for (let sign = 0; sign < 128; sign++) if (ESCAPES[sign]! > 1) UNESCAPED[ESCAPES[sign]!] = sign;
/** Bytes from which on a call that copies them costs less than a loop. */
const LONG = 128;
const HEX = '0123456789abcdef';
const BACKSLASH = 92;
const QUOTE = 34;
const ZERO = 48;
const SMALL_U = 117;

/** What `write(text, at)` calls in the end: asked directly, a short text costs half. */
interface Writing {
  utf8Write(text: string, at: number): number;
  latin1Write(text: string, at: number): number;
}

/** The texts of a batch as they are gathered: bytes, one behind the other, and where each row's stand. */
export class Texts {
  #bytes: Buffer & Writing;
  #cells: Uint32Array;
  /** Where the next byte goes; place 0 stands for no text. */
  #end = 1;
  #begun = 1;
  /** Texts that many rows have, and where they stand: the place times {@link LENGTHS}, and the length. */
  readonly #known = new Map<string, number>();

  constructor(rows: number) {
    this.#bytes = room(LEAST);
    this.#cells = cellsOf(rows);
  }

  grow(rows: number): void {
    const cells = cellsOf(rows);
    cells.set(this.#cells);
    this.#cells = cells;
  }

  /** Puts a text without a NUL. */
  put(row: number, column: number, text: string): void {
    this.begin();
    this.add(text);
    this.end(row, column);
  }

  /** The same, of one that others will have too. */
  putKnown(row: number, column: number, text: string): void {
    const known = this.#known.get(text);
    if (known === undefined) {
      this.put(row, column, text);
      const length = this.#end - this.#begun;
      if (length < LENGTHS) this.#known.set(text, this.#begun * LENGTHS + length);
      return;
    }
    const cell = row * ROW_CELLS + column * 2;
    const length = known % LENGTHS;
    this.#cells[cell] = (known - length) / LENGTHS;
    this.#cells[cell + 1] = length;
  }

  /** Takes over the bytes of others' texts: where they stand. */
  adopt(bytes: Uint8Array): number {
    const base = this.#end;
    this.#need(Math.ceil(bytes.length / MOST_OF_UNIT));
    this.#bytes.set(bytes, base);
    this.#end = base + bytes.length;
    return base;
  }

  /** The texts of a row of others, whose bytes stand at `base`. */
  adoptRow(row: number, cells: Uint32Array, from: number, base: number): void {
    const to = row * ROW_CELLS;
    for (let i = 0, at = from * ROW_CELLS; i < ROW_CELLS; i += 2) {
      const start = cells[at + i]!;
      if (start === 0) continue;
      this.#cells[to + i] = base + start;
      this.#cells[to + i + 1] = cells[at + i + 1]!;
    }
  }

  /** Puts an object, in place of what was begun. */
  putJson(row: number, column: number, object: object): void {
    this.#end = this.#begun;
    this.add(wellFormed(JSON.stringify(object)));
    this.end(row, column);
  }

  /** Begins a text of several parts. */
  begin(): void {
    this.#begun = this.#end;
  }

  /** What was added since then is the text of a row and column. */
  end(row: number, column: number): void {
    const cell = row * ROW_CELLS + column * 2;
    this.#cells[cell] = this.#begun;
    this.#cells[cell + 1] = this.#end - this.#begun;
  }

  /** Adds a text as it is. */
  add(text: string): void {
    this.#need(text.length);
    if (text.length > SHORT || !this.#addAscii(text)) this.#end += this.#bytes.utf8Write(text, this.#end);
  }

  /** Adds bytes that are a text, or a part of one. */
  addBytes(bytes: Uint8Array): void {
    this.#need(bytes.length);
    const to = this.#bytes;
    const end = this.#end;
    for (let i = 0; i < bytes.length; i++) to[end + i] = bytes[i]!;
    this.#end = end + bytes.length;
  }

  /** Adds [from, to) of bytes; `quoted`: as a JSON string. */
  addRange(bytes: Uint8Array, from: number, to: number, quoted: boolean): void {
    this.#need(to - from + 2);
    const own = this.#bytes;
    let end = this.#end;
    if (quoted) own[end++] = QUOTE;
    if (to - from > LONG) {
      own.set(bytes.subarray(from, to), end);
      end += to - from;
    } else for (let i = from; i < to; i++) own[end++] = bytes[i]!;
    if (quoted) own[end++] = QUOTE;
    this.#end = end;
  }

  /** Adds the text that [from, to) of bytes is, where these stand between the quotes of a JSON string and no escape is by number. */
  addUnescaped(bytes: Uint8Array, from: number, to: number): void {
    this.#need(to - from);
    const own = this.#bytes;
    let end = this.#end;
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      own[end++] = byte === BACKSLASH ? UNESCAPED[bytes[++i]!]! : byte;
    }
    this.#end = end;
  }

  addByte(byte: number): void {
    this.#need(1);
    this.#bytes[this.#end++] = byte;
  }

  /** Adds a whole number below a hundred. */
  addNumber(number: number): void {
    this.#need(1);
    if (number > 9) this.#bytes[this.#end++] = ZERO + Math.floor(number / 10);
    this.#bytes[this.#end++] = ZERO + (number % 10);
  }

  /** Adds a text as JSON writes it, quotes and all, with U+FFFD for half a surrogate pair. */
  addJson(text: string): void {
    this.#need(text.length + 1);
    if (text.length <= SHORT && this.#addPlainJson(text)) return;
    const json = wellFormed(JSON.stringify(text));
    this.#need(json.length);
    this.#end += this.#bytes.utf8Write(json, this.#end);
  }

  /** False, and nothing added, when there is more than ASCII in it. */
  #addAscii(text: string): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      bytes[end + i] = unit;
    }
    this.#end = end + text.length;
    return true;
  }

  #addPlainJson(text: string): boolean {
    const bytes = this.#bytes;
    let end = this.#end;
    bytes[end++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      const sign = ESCAPES[unit]!;
      if (sign === 0) bytes[end++] = unit;
      else {
        bytes[end++] = BACKSLASH;
        if (sign > 1) bytes[end++] = sign;
        else {
          bytes[end++] = SMALL_U;
          bytes[end++] = ZERO;
          bytes[end++] = ZERO;
          bytes[end++] = HEX.charCodeAt(unit >> 4);
          bytes[end++] = HEX.charCodeAt(unit & 15);
        }
      }
    }
    bytes[end++] = QUOTE;
    this.#end = end;
    return true;
  }

  /** Makes room for so many units. */
  #need(units: number): void {
    const wanted = this.#end + units * MOST_OF_UNIT + MARGIN;
    if (wanted <= this.#bytes.length) return;
    const bytes = room(Math.max(this.#bytes.length * 2, wanted));
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
  }

  /** Bytes and cells of so many rows. */
  all(rows: number): { readonly bytes: Uint8Array; readonly cells: Uint32Array } {
    this.#bytes.fill(0, this.#end, this.#end + MARGIN);
    const { buffer } = this.#bytes;
    return { bytes: new Uint8Array(buffer, 0, this.#end + MARGIN), cells: this.#cells.subarray(0, rows * ROW_CELLS) };
  }

  /** Forgets all of them. */
  clear(rows: number): void {
    if (this.#bytes.length > KEPT && this.#end < KEPT / 2) this.#bytes = room(KEPT / 2);
    this.#cells.fill(0, 0, rows * ROW_CELLS);
    this.#end = 1;
    this.#known.clear();
  }
}

const cellsOf = (rows: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(rows * ROW_CELLS * 4));
const room = (length: number): Buffer & Writing => Buffer.from(new SharedArrayBuffer(length)) as Buffer & Writing;

/** JSON escapes half a surrogate pair, and the database cannot read that. A backslash before it would be one of the text. */
const HALF = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
export const wellFormed = (json: string): string => (json.includes('\\ud') ? json.replace(HALF, '$1\ufffd') : json);
