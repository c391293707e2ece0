import { isAscii, isUtf8 } from 'node:buffer';
import type { Ledger } from '../ledger.ts';
import type { Encoding } from '../source.ts';
import { type ByteDecoder, cp949Decoder } from './cp949.ts';
import { byteOrderMark, firstInvalid, HEAD_BYTES, incompleteTail, judgeBytes } from './detect.ts';

/** A stretch of text, at most {@link WINDOW} bytes of it, as the bytes it came in where these are valid UTF-8. */
type Piece = Buffer | string;

/**
 * Bytes decoded at a time. Strings of more than about 100 KB go to V8's large-object space, which costs half as much again.
 */
const WINDOW = 64 * 1024;

/** So many valid characters, and a text that began as plain ASCII is taken for UTF-8 to its end. */
const SETTLED = 16;

/**
 * The text, without BOM, in pieces of at most 64 Ki units; a character is never cut between two of them. Bytes that are
 * invalid become U+FFFD and are counted in the ledger with the offset of the first. Under `utf-8`, the first bytes beyond
 * ASCII, however late, decide between UTF-8 and CP949.
 */
export async function* decodeStream(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  ledger: Ledger,
): AsyncGenerator<string> {
  for await (const piece of pieces(bytes, encoding, ledger)) yield typeof piece === 'string' ? piece : text(piece);
}

/** As {@link decodeStream}, but as UTF-8 bytes: those of the input itself where it is valid UTF-8. Valid until the next. */
export async function* utf8Stream(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  ledger: Ledger,
): AsyncGenerator<Buffer> {
  for await (const piece of pieces(bytes, encoding, ledger))
    yield typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
}

function text(piece: Buffer): string {
  return isAscii(piece) ? piece.toString('latin1') : piece.toString('utf8');
}

async function* pieces(bytes: AsyncIterable<Uint8Array>, encoding: Encoding, ledger: Ledger): AsyncGenerator<Piece> {
  const decoder = decoderOf(encoding, ledger);
  let begun = false;
  for await (const chunk of bytes) {
    let buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (!begun) {
      // A producer that hands out single bytes would hide its BOM here; none does.
      const mark = byteOrderMark(buffer);
      if (mark.encoding === encoding) {
        buffer = buffer.subarray(mark.length);
        decoder.skip(mark.length, true);
      }
      begun = true;
    }
    for (let at = 0; at < buffer.length; at += WINDOW) yield* decoder.push(buffer.subarray(at, at + WINDOW));
  }
  yield* decoder.end();
}

interface PieceDecoder {
  /** Bytes of a BOM went by; it says the encoding for certain. */
  skip(length: number, certain: boolean): void;
  push(window: Buffer): Iterable<Piece>;
  end(): Iterable<Piece>;
}

function decoderOf(encoding: Encoding, ledger: Ledger): PieceDecoder {
  switch (encoding) {
    case 'utf-8':
      return new Utf8Pieces(ledger);
    case 'cp949':
      ledger.inferred('encoding-cp949', 'by its bytes');
      return new TextPieces(cp949Decoder(), 0, ledger);
    case 'utf-16le':
    case 'utf-16be':
      ledger.inferred('encoding-utf-16', encoding === 'utf-16le' ? 'UTF-16LE' : 'UTF-16BE');
      return new TextPieces(utf16Decoder(encoding === 'utf-16be'), 0, ledger);
    default:
      return encoding satisfies never;
  }
}

/** An encoding that cannot hold U+FFFD otherwise than by damage, so that counting it counts the damage. */
class TextPieces implements PieceDecoder {
  readonly #decoder: ByteDecoder;
  readonly #ledger: Ledger;
  #offset: number;

  constructor(decoder: ByteDecoder, offset: number, ledger: Ledger) {
    this.#decoder = decoder;
    this.#offset = offset;
    this.#ledger = ledger;
  }

  skip(length: number): void {
    this.#offset += length;
  }

  *push(window: Buffer): Iterable<Piece> {
    yield* this.#checked(this.#decoder.write(window));
    this.#offset += window.length;
  }

  *end(): Iterable<Piece> {
    yield* this.#checked(this.#decoder.end());
  }

  *#checked(decoded: string): Iterable<Piece> {
    const bad = countReplacements(decoded);
    if (bad > 0)
      this.#ledger.repaired(
        'encoding-invalid',
        { kind: 'offset', offset: this.#offset },
        'in the block from here',
        bad,
      );
    if (decoded !== '') yield decoded;
  }
}

function utf16Decoder(bigEndian: boolean): ByteDecoder {
  // Node's own decoder would do the little-endian case, but keeps lone surrogates: they are damage and are made visible.
  let held: Buffer = Buffer.alloc(0);
  const decode = (window: Buffer, last: boolean): string => {
    let all = held.length === 0 ? window : Buffer.concat([held, window]);
    let whole = all.length & ~1;
    if (!last && whole >= 2 && (all[bigEndian ? whole - 2 : whole - 1]! & 0xfc) === 0xd8) whole -= 2;
    held = Buffer.from(all.subarray(whole));
    all = all.subarray(0, whole);
    const decoded = (bigEndian ? Buffer.from(all).swap16() : all).toString('utf16le');
    const tail = last && held.length > 0 ? '\uFFFD' : '';
    return (/[\uD800-\uDFFF]/.test(decoded) ? decoded.replace(/\p{Surrogate}/gu, '\uFFFD') : decoded) + tail;
  };
  return { write: (window) => decode(window, false), end: () => decode(Buffer.alloc(0), true) };
}

/** UTF-8, or CP949 that began as plain ASCII. */
class Utf8Pieces implements PieceDecoder {
  readonly #ledger: Ledger;
  /** Bytes read and not yet handed out: a cut character, or all since the first byte beyond ASCII while nothing is settled. */
  #held: Buffer = Buffer.alloc(0);
  /** Offset of the first held byte, or of the next window's. */
  #offset = 0;
  #settled = false;
  #characters = 0;
  #other: PieceDecoder | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  skip(length: number, certain: boolean): void {
    this.#offset += length;
    this.#settled = certain;
  }

  *push(window: Buffer): Iterable<Piece> {
    if (this.#other !== undefined) yield* this.#other.push(window);
    else if (this.#held.length === 0 && isAscii(window)) {
      this.#offset += window.length;
      yield window;
    } else if (this.#settled) yield* this.#utf8(window);
    else {
      this.#held = Buffer.concat([this.#held, window]);
      const first = this.#held.findIndex((byte) => byte >= 0x80);
      if (this.#held.length - first >= HEAD_BYTES) yield* this.#judge();
    }
  }

  *end(): Iterable<Piece> {
    if (this.#other === undefined && !this.#settled && this.#held.length > 0) yield* this.#judge();
    if (this.#other !== undefined) yield* this.#other.end();
    else if (this.#held.length > 0) {
      const offset = this.#offset;
      this.#ledger.repaired('encoding-invalid', { kind: 'offset', offset }, 'the last character is cut');
      this.#held = Buffer.alloc(0);
      yield '\uFFFD';
    }
  }

  *#judge(): Iterable<Piece> {
    const window = this.#held;
    this.#held = Buffer.alloc(0);
    const verdict = judgeBytes(window);
    if (verdict.encoding === 'cp949') {
      const offset = this.#offset + window.findIndex((byte) => byte >= 0x80);
      this.#ledger.inferred('encoding-cp949', 'by the first bytes beyond ASCII', { kind: 'offset', offset });
      this.#other = new TextPieces(cp949Decoder(), this.#offset, this.#ledger);
      for (let at = 0; at < window.length; at += WINDOW) yield* this.#other.push(window.subarray(at, at + WINDOW));
      return;
    }
    this.#characters += verdict.characters;
    this.#settled = this.#characters >= SETTLED;
    for (let at = 0; at < window.length; at += WINDOW) yield* this.#utf8(window.subarray(at, at + WINDOW));
  }

  /** Hands out all of the held bytes and the window but a character cut at the end. */
  *#utf8(window: Buffer): Iterable<Piece> {
    let rest = window;
    if (this.#held.length > 0) {
      // At most three bytes are held here: the character they begin is completed by itself, so that the window needs no copy.
      let take = 0;
      while (take < 3 && take < rest.length && rest[take]! >> 6 === 2) take++;
      const joined = Buffer.concat([this.#held, rest.subarray(0, take)]);
      rest = rest.subarray(take);
      this.#held = Buffer.alloc(0);
      if (rest.length === 0 && incompleteTail(joined) > 0) {
        this.#held = joined;
        return;
      }
      yield* this.#whole(joined);
    }
    const cut = incompleteTail(rest);
    yield* this.#whole(rest.subarray(0, rest.length - cut));
    this.#held = Buffer.from(rest.subarray(rest.length - cut));
  }

  *#whole(bytes: Buffer): Iterable<Piece> {
    if (bytes.length === 0) return;
    if (isUtf8(bytes)) yield bytes;
    else {
      const decoded = bytes.toString('utf8');
      const bad = countReplacements(decoded) - countGenuine(bytes);
      const at = Math.max(0, firstInvalid(bytes));
      const detail = `0x${bytes[at]!.toString(16)}`;
      this.#ledger.repaired('encoding-invalid', { kind: 'offset', offset: this.#offset + at }, detail, bad);
      yield decoded;
    }
    this.#offset += bytes.length;
  }
}

function countReplacements(decoded: string): number {
  let count = 0;
  for (let at = decoded.indexOf('\uFFFD'); at >= 0; at = decoded.indexOf('\uFFFD', at + 1)) count++;
  return count;
}

const REPLACEMENT = Buffer.from('\uFFFD');

/** U+FFFD that stands in the file itself: some earlier program's loss, not ours. */
function countGenuine(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(REPLACEMENT); at >= 0; at = bytes.indexOf(REPLACEMENT, at + 3)) count++;
  return count;
}
