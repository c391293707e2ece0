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
import { CHUNK, CHUNK_SIZE, clearBehind, hold, isHeldBy, room, VIEW } from './chunk-buffer.ts';
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
  const first = yield* readHeader(session);
  if (first < 0) return;
  // A small loop around plain methods: all of a large one would be compiled, at a twentieth of the cost of a cold 300 MB.
  const walk = new Walk(session, read, first);
  for (;;) {
    hold(session);
    const { offset, guess } = walk;
    let got = yield { offset, into: room(guess) };
    if (got === 0) return;
    hold(session, guess); // a stream may have let others in while it waited
    const wanted = walk.look(got);
    if (wanted > guess && got === guess) {
      got = yield { offset, into: room(wanted) };
      hold(session, wanted);
    }
    if (got > wanted) got = wanted;
    const end = offset + CHUNK_SIZE;
    const isWhole = size === undefined ? walk.hasHeader && (yield* reaches(end, session, offset, got)) : end <= size;
    const chunk = walk.take(got, isWhole);
    if (chunk !== undefined) yield chunk;
  }
}

/** The first chunk's offset; -1 where this is no EVTX file. */
function* readHeader(session: Session): Generator<ReadRequest, number, number> {
  const peek = new Uint8Array(PEEK);
  let got = yield { offset: 0, into: peek.subarray(0, FILE_HEADER) };
  const header = new DataView(peek.buffer);
  const isFile = header.getUint32(0, true) === FILE_MAGIC && header.getUint32(4, true) === FILE_MAGIC_END;
  if (got === FILE_HEADER && isFile) {
    session.tally.dirty = (header.getUint32(120, true) & 1) !== 0;
    if (session.checksums && header.getUint32(124, true) !== crc32(peek.subarray(0, 120))) {
      session.problem(new EvtxError('checksum', 'file header: its CRC-32 does not fit', 124));
    }
    const block = header.getUint16(40, true);
    return block >= FILE_HEADER && block % SECTOR === 0 ? block : FILE_BLOCK;
  }
  const magic = got < FILE_HEADER ? `${got} bytes, a header has ${FILE_HEADER}` : 'no magic "ElfFile"';
  if (session.carve) {
    session.problem(new EvtxError('file-header', `file header: ${magic}`, 0));
    return 0;
  }
  got = yield { offset: FILE_BLOCK, into: peek };
  if (got < FILE_HEADER || !isChunkAt(header, 0)) {
    session.problem(new EvtxError('not-evtx', `not an EVTX file: ${magic}`, 0));
    return -1;
  }
  session.problem(new EvtxError('file-header', `file header: ${magic}`, 0));
  return FILE_BLOCK;
}

/** Whether a stream goes on to `end`; the chunk at `offset` is in the buffer afterwards, too, whoever was let in meanwhile. */
function* reaches(
  end: number,
  session: Session,
  offset: number,
  size: number,
): Generator<ReadRequest, boolean, number> {
  const last = yield { offset: end - 1, into: new Uint8Array(1), isAhead: true };
  if (!isHeldBy(session)) {
    yield { offset, into: room(size) };
    hold(session, size);
  }
  return last === 1;
}

/** What the walk knows between chunks, and what it does with the one in the buffer. */
class Walk {
  offset: number;
  /** Bytes to read at first: as many as the last chunk had, for chunks of one log are alike; but unused ones follow unused ones. */
  guess = PEEK;
  readonly #session: Session;
  readonly #read: (offset: number, into: Uint8Array) => number;
  /** First of the unused chunks that lie directly before `offset`; they are a loss if a used one follows. */
  #unusedFrom = -1;
  hasHeader = false;
  #looksUnused = false;

  constructor(session: Session, read: (offset: number, into: Uint8Array) => number, offset: number) {
    this.#session = session;
    this.#read = read;
    this.offset = offset;
  }

  /** Bytes wanted of the chunk whose first ones are in the buffer. */
  look(head: number): number {
    if (head < PEEK) clearBehind(head);
    this.hasHeader = isChunkAt(VIEW, 0);
    this.#looksUnused = !this.hasHeader && isZero(CHUNK, 0, 8) && isZero(CHUNK, SECTOR, PEEK);
    if (this.#session.carve) return CHUNK_SIZE;
    if (this.#looksUnused) return PEEK;
    // what lies behind a chunk's records is of no use, unless for carving
    return this.hasHeader ? recordsEnd() : CHUNK_SIZE;
  }

  /** Goes on behind the chunk at hand, of which so many bytes are in the buffer. The answer is the chunk if it is to be read. */
  take(got: number, isWhole: boolean): Chunk | undefined {
    clearBehind(got);
    const session = this.#session;
    const { offset } = this;
    this.offset = offset + CHUNK_SIZE;
    if (!this.hasHeader) return this.#takeUnsound(got, offset);
    this.guess = Math.max(PEEK, session.carve ? CHUNK_SIZE : recordsEnd());
    if (this.#unusedFrom >= 0) this.#lose(offset);
    session.tally.chunks++;
    if (!isWhole) session.problem(new EvtxError('truncated', 'chunk: the file ends within its 65536 bytes', offset));
    return new Chunk(session, this.#read, offset, got, true);
  }

  #lose(end: number): void {
    for (let at = this.#unusedFrom; at < end; at += CHUNK_SIZE) {
      this.#session.tally.unusedChunks--;
      this.#session.problem(new EvtxError('empty-chunk', 'chunk: nothing but zeros between chunks in use', at));
    }
    this.#unusedFrom = -1;
  }

  #takeUnsound(got: number, offset: number): Chunk | undefined {
    const session = this.#session;
    const { carve } = session;
    this.guess = this.#looksUnused && !carve ? PEEK : CHUNK_SIZE;
    if (this.#looksUnused && (!carve || isZero(CHUNK, 0, CHUNK_SIZE))) {
      if (this.#unusedFrom < 0) this.#unusedFrom = offset;
      session.tally.unusedChunks++;
      return undefined;
    }
    const found = carve ? nextMagic(got) : -1;
    session.problem(new EvtxError('chunk-header', 'chunk: no magic "ElfChnk"', offset));
    if (!carve) return undefined;
    if (found >= 0) this.offset = offset + found;
    return new Chunk(session, this.#read, offset, found < 0 ? got : found, false);
  }
}

/** Where the records of the chunk in the buffer end by its header; the whole chunk where that is nonsense. */
function recordsEnd(): number {
  const free = VIEW.getUint32(48, true);
  return free >= SECTOR && free <= CHUNK_SIZE ? free : CHUNK_SIZE;
}

/** Where in the buffer, on a sector boundary past 0, another chunk begins; -1 where none does. */
function nextMagic(length: number): number {
  for (let at = SECTOR; at + 8 <= length; at += SECTOR) if (isChunkAt(VIEW, at)) return at;
  return -1;
}
