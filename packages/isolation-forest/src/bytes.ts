/** The bytes of what is saved, by position and by name; numbers are little-endian. */
import { ForestError, type ForestErrorCode } from './error.ts';
import { sha256 } from './sha256.ts';

const HASH = 32;

/** Every saved thing: four letters, its version, what it holds, and the SHA-256 of all before. */
export class Writer {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(magic: string, version: number) {
    for (const letter of magic) this.#view.setUint8(this.#room(1), letter.charCodeAt(0));
    this.u16(version);
  }

  #room(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  u16(value: number): void {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  block(bytes: Uint8Array): void {
    this.u32(bytes.length);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  text(value: string): void {
    this.block(new TextEncoder().encode(value));
  }

  end(): Uint8Array {
    const hash = sha256(this.#bytes.subarray(0, this.#length));
    const at = this.#room(HASH);
    this.#bytes.set(hash, at);
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what {@link Writer} wrote. Every read names its field, so that an error says what was cut or is wrong, and where. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #origin: number;
  #at = 0;

  /**
   * Throws unless the bytes begin with the letters and the version; whether the hash fits is told by {@link end}. Errors count
   * offsets from `origin` bytes before.
   */
  constructor(bytes: Uint8Array, magic: string, version: number, what: string, origin = 0) {
    this.#bytes = bytes;
    this.#origin = origin;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = String.fromCharCode(...bytes.subarray(0, 4));
    if (found !== magic) this.#fail('not-ours', `no ${what}: it does not begin with ${magic}`, 0);
    if (bytes.length < 6 + HASH) this.#fail('truncated', `${what}: ${bytes.length} bytes are too few`, bytes.length);
    this.#end = bytes.length - HASH;
    this.#at = 4;
    const its = this.u16('version');
    if (its !== version) {
      this.#fail('version', `${what}: version ${its}, only ${version} is read here; save it anew from its source`, 4);
    }
  }

  /** Counted from the origin. */
  get at(): number {
    return this.#origin + this.#at;
  }

  #fail(code: ForestErrorCode, what: string, offset: number): never {
    throw new ForestError(code, what, this.#origin + offset);
  }

  #take(size: number, what: string): number {
    const at = this.#at;
    if (size > this.#end - at) {
      this.#fail('truncated', `${what} needs ${size} bytes, has ${this.#end - at}`, at);
    }
    this.#at += size;
    return at;
  }

  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), true);
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true);
  }

  f64(what: string): number {
    return this.#view.getFloat64(this.#take(8, what), true);
  }

  /** A count of things that take `each` bytes, refused before anything is set aside for more than there can be. */
  count(each: number, what: string): number {
    const count = this.u32(what);
    if (count * each > this.#end - this.#at) {
      this.#fail(
        'truncated',
        `${what} is ${count}, which needs ${count * each} bytes, has ${this.#end - this.#at}`,
        this.#at - 4,
      );
    }
    return count;
  }

  block(what: string): Uint8Array {
    const length = this.count(1, `${what}: length`);
    const at = this.#take(length, what);
    return this.#bytes.subarray(at, at + length);
  }

  text(what: string): string {
    const at = this.#at;
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.block(what));
    } catch (error) {
      if (error instanceof ForestError) throw error;
      this.#fail('damaged', `${what} is no UTF-8`, at);
    }
  }

  json(what: string): unknown {
    const at = this.#at;
    try {
      return JSON.parse(this.text(what));
    } catch (error) {
      if (error instanceof ForestError) throw error;
      this.#fail('damaged', `${what} is no JSON`, at);
    }
  }

  /** Throws ForestError of the field that was just read, which took `size` bytes. */
  damaged(what: string, size: number): never {
    this.#fail('damaged', what, this.#at - size);
  }

  /** Gives the hash, in hexadecimal digits, after everything was read. */
  end(): string {
    if (this.#at !== this.#end) this.#fail('damaged', `${this.#end - this.#at} bytes too many`, this.#at);
    const hash = hex(sha256(this.#bytes.subarray(0, this.#end)));
    if (hash !== hex(this.#bytes.subarray(this.#end))) {
      this.#fail('damaged', 'the SHA-256 at the end is not that of the bytes before it', this.#end);
    }
    return hash;
  }
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** The hash with which saved bytes end. */
export const hashOf = (saved: Uint8Array): string => hex(saved.subarray(saved.length - HASH));
