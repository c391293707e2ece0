/**
 * The walk over a file's 64 KiB chunks, as a coroutine that asks for bytes and yields chunks: the same walk serves files, byte
 * arrays and streams. It asks for
 * ascending offsets only, save for single bytes ahead; `size` is the file's where it is known.
 *
 * Layout: file header of 4096 bytes (magic "ElfFile\0", flags at 120, CRC-32 of bytes 0–119 at 124), then chunks. Header chunk
 * counts are stale in logs that were copied live, so the walk goes on to the end of the file; an unused, zeroed chunk costs a
 * read of 520 bytes.
 */
import { crc32 } from '../crc32.ts';
import { EvtxError } from '../error.ts';
import { Chunk } from './chunk.ts';
import { CHUNK, CHUNK_SIZE, hold, VIEW } from './chunk-buffer.ts';
import type { Session } from './session.ts';

/** Reads at `offset` into all of `into`; the answer, sent into the coroutine, is the number of bytes there were. */
export type ReadRequest = {
  readonly offset: number;
  readonly into: Uint8Array /** What lies before is still of use. */;
  readonly isAhead?: true;
};

const FILE_HEADER = 128;
const FILE_BLOCK = 4096;
const SECTOR = 512;
/** Enough of a chunk to see that it is unused: its magic, and the first bytes where records lie. */
const PEEK = 520;

const FILE_MAGIC = 0x46_66_6c_45; // "ElfF", "ile\0"
const FILE_MAGIC_END = 0x00_65_6c_69;
const CHUNK_MAGIC = 0x43_66_6c_45; // "ElfC", "hnk\0"
const CHUNK_MAGIC_END = 0x00_6b_6e_68;
const isChunkAt = (view: DataView, at: number): boolean =>
  view.getUint32(at, true) === CHUNK_MAGIC && view.getUint32(at + 4, true) === CHUNK_MAGIC_END;

const isZero = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
};

export function* walkChunks(
  session: Session,
  read: (offset: number, into: Uint8Array) => number,
  size?: number,
): Generator<ReadRequest | Chunk, void, number> {
  const peek = new Uint8Array(PEEK);
  let got = yield { offset: 0, into: peek.subarray(0, FILE_HEADER) };
  const header = new DataView(peek.buffer);
  const isFile = header.getUint32(0, true) === FILE_MAGIC && header.getUint32(4, true) === FILE_MAGIC_END;
  const intact = got === FILE_HEADER && isFile;
  let offset = FILE_BLOCK;
  if (intact) {
    const block = header.getUint16(40, true);
    if (block >= FILE_HEADER && block % SECTOR === 0) offset = block;
    session.tally.dirty = (header.getUint32(120, true) & 1) !== 0;
    if (session.checksums && header.getUint32(124, true) !== crc32(peek.subarray(0, 120))) {
      session.problem(new EvtxError('checksum', 'file header: its CRC-32 does not fit', 124));
    }
  } else {
    const magic = got < FILE_HEADER ? `${got} bytes, a header has ${FILE_HEADER}` : 'no magic "ElfFile"';
    if (session.carve) {
      session.problem(new EvtxError('file-header', `file header: ${magic}`, 0));
      offset = 0;
    } else {
      got = yield { offset, into: peek };
      if (got < FILE_HEADER || !isChunkAt(header, 0)) {
        session.problem(new EvtxError('not-evtx', `not an EVTX file: ${magic}`, 0));
        return;
      }
      session.problem(new EvtxError('file-header', `file header: ${magic}`, 0));
    }
  }

  /** First of the unused chunks that lie directly before `offset`; they are a loss if a used one follows. */
  let unusedFrom = -1;
  /** Bytes to read at first: as many as the last chunk had, for chunks of one log are alike; but unused ones follow unused ones. */
  let guess = PEEK;
  for (;;) {
    hold(session);
    const head = yield { offset, into: CHUNK.subarray(0, guess) };
    if (head === 0) break;
    hold(session); // a stream may have let others in while it waited
    if (head < PEEK) CHUNK.fill(0, head, PEEK);
    const hasHeader = isChunkAt(VIEW, 0);
    const looksUnused = !hasHeader && isZero(CHUNK, 0, 8) && isZero(CHUNK, SECTOR, PEEK);
    if (looksUnused && !session.carve) {
      if (unusedFrom < 0) unusedFrom = offset;
      session.tally.unusedChunks++;
      offset += CHUNK_SIZE;
      guess = PEEK;
      continue;
    }
    // what lies behind a chunk's records is of no use, unless for carving
    const wanted = hasHeader && !session.carve ? recordsEnd() : CHUNK_SIZE;
    got = Math.min(head, wanted);
    if (head === guess && wanted > guess) {
      hold(session);
      got = yield { offset, into: CHUNK.subarray(0, wanted) };
      hold(session);
    }
    CHUNK.fill(0, got, CHUNK_SIZE);
    guess = Math.max(wanted, PEEK);
    if (looksUnused && isZero(CHUNK, 0, CHUNK_SIZE)) {
      if (unusedFrom < 0) unusedFrom = offset;
      session.tally.unusedChunks++;
      offset += CHUNK_SIZE;
      continue;
    }
    if (hasHeader) {
      if (unusedFrom >= 0) {
        for (let at = unusedFrom; at < offset; at += CHUNK_SIZE) {
          session.tally.unusedChunks--;
          session.problem(new EvtxError('empty-chunk', 'chunk: nothing but zeros between chunks in use', at));
        }
        unusedFrom = -1;
      }
      session.tally.chunks++;
      const last =
        size === undefined ? yield { offset: offset + CHUNK_SIZE - 1, into: peek.subarray(0, 1), isAhead: true } : 0;
      const isWhole = size === undefined ? last === 1 : offset + CHUNK_SIZE <= size;
      if (!isWhole) session.problem(new EvtxError('truncated', 'chunk: the file ends within its 65536 bytes', offset));
      yield new Chunk(session, read, offset, got, true);
      offset += CHUNK_SIZE;
      continue;
    }
    const found = session.carve ? nextMagic(got) : -1;
    session.problem(new EvtxError('chunk-header', 'chunk: no magic "ElfChnk"', offset));
    const carvable = found < 0 ? got : found;
    if (session.carve) yield new Chunk(session, read, offset, carvable, false);
    offset += found < 0 ? CHUNK_SIZE : found;
  }
}

/** Where the records of the chunk in the buffer end by its header; the whole chunk where that is nonsense. */
export function recordsEnd(): number {
  const free = VIEW.getUint32(48, true);
  return free >= SECTOR && free <= CHUNK_SIZE ? free : CHUNK_SIZE;
}

/** Where in the buffer, on a sector boundary past 0, another chunk begins; -1 where none does. */
function nextMagic(length: number): number {
  for (let at = SECTOR; at + 8 <= length; at += SECTOR) if (isChunkAt(VIEW, at)) return at;
  return -1;
}
