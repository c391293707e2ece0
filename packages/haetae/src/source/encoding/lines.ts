import type { Ledger } from '../ledger.ts';
import type { Encoding } from '../source.ts';
import { decodeStream } from './decode.ts';

/**
 * The longest line that is read: bytes in {@link byteLines}, UTF-16 units in {@link lines}. The longest Windows event is
 * under 1 MiB in any text form. A longer line is entered into the ledger as lost and the next one is read.
 */
export const LINE_LIMIT = 16 * 1024 * 1024;

/** Bytes of a {@link ByteLines} block, unless one line is longer: small enough for V8 to keep what is decoded from it young. */
const BLOCK = 64 * 1024;

export interface LineLimits {
  /** Longest line, {@link LINE_LIMIT} unless given. */
  readonly limit?: number;
}

/** Whole lines as bytes. */
export interface ByteLines {
  /** Valid until the next block is asked for. Only the last line of the input may lack its line feed. */
  readonly bytes: Buffer;
  /** Where each line ends in `bytes`: the offset of its line feed (or of the input's end). Line i begins at `ends[i - 1] + 1`, the first at 0. */
  readonly ends: Uint32Array;
  /** Physical number of the first line, from 1. */
  readonly firstLine: number;
  /** Offset of the first line in the bytes given. */
  readonly offset: number;
}

/** Lines cut at line feeds, undecoded; a carriage return stays at the end of its line. Right for UTF-8 and CP949. */
export async function* byteLines(
  bytes: AsyncIterable<Uint8Array>,
  ledger: Ledger,
  limits: LineLimits = {},
): AsyncGenerator<ByteLines> {
  const limit = limits.limit ?? LINE_LIMIT;
  const ends = new Uint32Array(BLOCK);
  let line = 1;
  let offset = 0;
  let carry: Buffer[] = [];
  let carried = 0;
  let skipping = false;
  const tooLong = (): void => {
    ledger.lost('line-too-long', { kind: 'line', line }, `more than ${limit} bytes`);
    carry = [];
    carried = 0;
    skipping = true;
  };
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let at = 0;
    if (carried > 0 || skipping) {
      const end = buffer.indexOf(10);
      const head = end < 0 ? buffer : buffer.subarray(0, end + 1);
      if (!skipping && carried + head.length > limit + 1) {
        offset += carried;
        tooLong();
      }
      if (skipping) offset += head.length;
      else {
        // The producer may use its chunk again, so what is kept of it is copied.
        carry.push(Buffer.from(head));
        carried += head.length;
      }
      if (end < 0) continue;
      if (!skipping) {
        const joined = carry.length === 1 ? carry[0]! : Buffer.concat(carry, carried);
        ends[0] = carried - 1;
        yield { bytes: joined, ends: ends.subarray(0, 1), firstLine: line, offset };
        offset += carried;
        carry = [];
        carried = 0;
      }
      skipping = false;
      line++;
      at = end + 1;
    }
    while (at < buffer.length) {
      const start = at;
      let count = 0;
      let end = buffer.indexOf(10, at);
      while (end >= 0 && count < BLOCK && (end - start < BLOCK || count === 0)) {
        if (end - at > limit) break;
        ends[count++] = end - start;
        at = end + 1;
        end = buffer.indexOf(10, at);
      }
      if (count > 0) {
        yield { bytes: buffer.subarray(start, at), ends: ends.subarray(0, count), firstLine: line, offset };
        line += count;
        offset += at - start;
      }
      if (end < 0) {
        const rest = buffer.length - at;
        if (rest > limit) {
          tooLong();
          offset += rest;
        } else if (rest > 0) {
          carry.push(Buffer.from(buffer.subarray(at)));
          carried = rest;
        }
        break;
      }
      if (end - at > limit) {
        tooLong();
        skipping = false;
        offset += end + 1 - at;
        line++;
        at = end + 1;
      }
    }
  }
  if (carried > 0) {
    ends[0] = carried;
    yield { bytes: Buffer.concat(carry, carried), ends: ends.subarray(0, 1), firstLine: line, offset };
  }
}

/** Decoded whole lines without their ends. */
export interface Lines {
  readonly lines: readonly string[];
  /** Physical number of `lines[0]`, from 1. */
  readonly firstLine: number;
}

/**
 * Physical lines in blocks. A line ends at LF or CRLF; at a lone CR only in a text that uses nothing else (the first block
 * with either decides), as values may hold lone CRs.
 */
export async function* lines(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  ledger: Ledger,
  limits: LineLimits = {},
): AsyncGenerator<Lines> {
  const limit = limits.limit ?? LINE_LIMIT;
  let mark: '\n' | '\r' | undefined;
  let line = 1;
  let carry: string[] = [];
  let carried = 0;
  let skipping = false;
  const tooLong = (number: number): void => {
    ledger.lost('line-too-long', { kind: 'line', line: number }, `more than ${limit} characters`);
  };
  for await (const piece of decodeStream(bytes, encoding, ledger)) {
    mark ??= markOf(piece);
    const first = mark === undefined ? -1 : piece.indexOf(mark);
    if (first < 0) {
      if (skipping) continue;
      carry.push(piece);
      carried += piece.length;
      if (carried <= limit) continue;
      tooLong(line);
      carry = [];
      carried = 0;
      skipping = true;
      continue;
    }
    const last = piece.lastIndexOf(mark!);
    let from = 0;
    if (skipping) {
      skipping = false;
      line++;
      from = first + 1;
    }
    if (from <= last) {
      const whole = carry.join('') + piece.slice(from, last);
      const block = whole.split(mark!);
      if (mark === '\n')
        for (let i = 0; i < block.length; i++) if (block[i]!.endsWith('\r')) block[i] = block[i]!.slice(0, -1);
      yield* within(block, line, limit, tooLong);
      line += block.length;
    }
    carry = last + 1 < piece.length ? [piece.slice(last + 1)] : [];
    carried = piece.length - last - 1;
  }
  if (carried > 0) yield { lines: [carry.join('').replace(/\r$/, '')], firstLine: line };
}

function markOf(piece: string): '\n' | '\r' | undefined {
  if (piece.includes('\n')) return '\n';
  const at = piece.indexOf('\r');
  return at >= 0 && at < piece.length - 1 ? '\r' : undefined;
}

/** The block without its lines beyond the limit; as a rule the block itself. */
function* within(
  block: readonly string[],
  firstLine: number,
  limit: number,
  tooLong: (line: number) => void,
): Generator<Lines> {
  let from = 0;
  for (let i = 0; i < block.length; i++) {
    if (block[i]!.length <= limit) continue;
    tooLong(firstLine + i);
    if (i > from) yield { lines: block.slice(from, i), firstLine: firstLine + from };
    from = i + 1;
  }
  if (from === 0) yield { lines: block, firstLine };
  else if (from < block.length) yield { lines: block.slice(from), firstLine: firstLine + from };
}
