/**
 * The plain path reads bytes here only: by offset and by name, little-endian throughout (every field of EVTX and BinXML is).
 * A read past the end is an {@link EvtxError} that names the field and its place in the file.
 */
import { EvtxError, type EvtxErrorCode } from '../error.ts';

export class Bytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Offset in the file of byte 0, so that errors can say where in the file they are. */
  readonly base: number;

  constructor(bytes: Uint8Array, base = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.base = base;
  }

  fail(code: EvtxErrorCode, at: number, what: string): EvtxError {
    return new EvtxError(code, what, this.base + at);
  }

  #need(at: number, size: number, end: number, what: string): void {
    if (at < 0 || at + size > end || end > this.bytes.length) {
      throw this.fail('token', at, `${what} needs ${size} bytes, has ${Math.max(0, end - at)}`);
    }
  }

  u8(at: number, end: number, what: string): number {
    this.#need(at, 1, end, what);
    return this.view.getUint8(at);
  }

  u16(at: number, end: number, what: string): number {
    this.#need(at, 2, end, what);
    return this.view.getUint16(at, true);
  }

  u32(at: number, end: number, what: string): number {
    this.#need(at, 4, end, what);
    return this.view.getUint32(at, true);
  }

  u64(at: number, end: number, what: string): bigint {
    this.#need(at, 8, end, what);
    return this.view.getBigUint64(at, true);
  }

  slice(at: number, size: number, end: number, what: string): Uint8Array {
    this.#need(at, size, end, what);
    return this.bytes.subarray(at, at + size);
  }

  /** `units` UTF-16 code units as they stand: NULs stay, unpaired surrogates become U+FFFD. */
  utf16(at: number, units: number, end: number, what: string): string {
    this.#need(at, units * 2, end, what);
    let text = '';
    for (let i = 0; i < units; i++) text += String.fromCharCode(this.view.getUint16(at + 2 * i, true));
    return wellFormed(text);
  }
}

/** Every unpaired surrogate replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (s) => (s.length === 2 ? s : '\ufffd'));
}

/** A BinXML string as Windows shows it: cut at the first NUL. */
export function cutAtNul(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}
