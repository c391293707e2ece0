/**
 * The records of one chunk. Layout: header of 512 bytes (magic, last record's offset at 44, free space's offset at 48, CRC-32 of the
 * records at 52, of bytes 0–119 and 128–511 at 124), then records back to back: magic 2A 2A 00 00, size u32, record number u64,
 * FILETIME written u64, BinXML, size u32 again.
 */
import { crc32 } from '../crc32.ts';
import { EvtxError } from '../error.ts';
import { Bytes } from './bytes.ts';
import * as buffer from './chunk-buffer.ts';
import { MAX_CARVED } from './limits.ts';
import { ChunkTrees } from './plain/tree.ts';
import type { EvtxRecord } from './record.ts';
import type { Session } from './session.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK, CHUNK_SIZE, clearBehind, hold, isHeldBy, room, VIEW } = buffer;

const CHUNK_HEADER = 512;
const RECORD_HEADER = 24;
const RECORD_MAGIC = 0x2a2a;
/** Header, fragment header, one token, size. */
const LEAST_RECORD = RECORD_HEADER + 8;

export class Chunk {
  /** Where in the file it begins. */
  readonly offset: number;
  /** Bytes of it that are in the buffer: what the file has of it, up to its slack where that is not read. */
  readonly length: number;
  readonly #session: Session;
  readonly #read: (offset: number, into: Uint8Array) => number;
  /** Where its records end; what lies behind is slack. */
  #end = 0;
  #at = CHUNK_HEADER;
  /** Where to look for carved records next, -1 while there are records of its own. */
  #carveAt = -1;
  #carveLeft = MAX_CARVED;
  #trees: ChunkTrees | undefined;

  /** The bytes lie in {@link CHUNK}, held by the session. */
  constructor(
    session: Session,
    read: (offset: number, into: Uint8Array) => number,
    offset: number,
    length: number,
    sound: boolean,
  ) {
    this.#session = session;
    this.#read = read;
    this.offset = offset;
    this.length = length;
    hold(this);
    session.record.enter(this);
    if (!sound) {
      this.#carveAt = 0;
      return;
    }
    const free = VIEW.getUint32(48, true);
    this.#end = Math.min(length, free >= CHUNK_HEADER && free <= CHUNK_SIZE ? free : CHUNK_SIZE);
    if (session.checksums) this.#check(free);
  }

  #check(free: number): void {
    const header = crc32(CHUNK.subarray(128, CHUNK_HEADER), crc32(CHUNK.subarray(0, 120)));
    if (VIEW.getUint32(124, true) !== header) {
      this.#session.problem(new EvtxError('checksum', 'chunk header: its CRC-32 does not fit', this.offset + 124));
    }
    const data = free >= CHUNK_HEADER && free <= CHUNK_SIZE ? crc32(CHUNK.subarray(CHUNK_HEADER, free)) : undefined;
    if (VIEW.getUint32(52, true) !== data) {
      this.#session.problem(
        new EvtxError('checksum', 'chunk: the CRC-32 of its records does not fit', this.offset + 52),
      );
    }
  }

  /** Takes the buffer back if another reader has it. True if so: what was derived from it has to be derived again. */
  reclaim(): boolean {
    if (isHeldBy(this)) return false;
    hold(this);
    clearBehind(this.#read(this.offset, room(this.length)));
    return true;
  }

  /** The plain path's trees over the chunk, made at their first use. */
  get trees(): ChunkTrees {
    this.#trees ??= new ChunkTrees(new Bytes(CHUNK.subarray(0, CHUNK_SIZE), this.offset));
    return this.#trees;
  }

  /** The next record that can be read, the same view each time; undefined after the last. Others are reported to the session. */
  next(): EvtxRecord | undefined {
    const session = this.#session;
    const record = session.record;
    if (this.reclaim()) record.enter(this);
    while (this.#at < this.#end) {
      const at = this.#at;
      const magic = VIEW.getUint32(at, true);
      if (magic === 0) break;
      const size = VIEW.getUint32(at + 4, true);
      const unsound = this.#unsound(at, magic, size);
      if (unsound !== undefined) {
        session.problem(unsound);
        this.#at = this.#resume(at);
        continue;
      }
      this.#at = at + size;
      const problem = record.load(at, size, false);
      if (problem === undefined) {
        session.tally.records++;
        if (record.isPlain) session.tally.plainRecords++;
        return record;
      }
      session.problem(problem);
    }
    if (!session.carve) return undefined;
    if (this.#carveAt < 0) this.#carveAt = this.#at;
    this.#end = 0;
    return this.#nextCarved();
  }

  *[Symbol.iterator](): Generator<EvtxRecord, void, undefined> {
    for (let record = this.next(); record !== undefined; record = this.next()) yield record;
  }

  /** What keeps the bytes at `at` from being a record, if anything does. */
  #unsound(at: number, magic: number, size: number): EvtxError | undefined {
    if (magic !== RECORD_MAGIC) return new EvtxError('record-magic', 'record: no magic 2A2A0000', this.offset + at);
    if (size < LEAST_RECORD || at + size > this.length) {
      return new EvtxError('record-size', `record: size ${size} does not fit in the chunk`, this.offset + at + 4);
    }
    const end = at + size;
    if (VIEW.getUint32(end - 4, true) === size || end >= this.#end) return undefined;
    const next = VIEW.getUint32(end, true);
    if (next === RECORD_MAGIC || next === 0) return undefined; // only the repeated size is damaged
    return new EvtxError('record-size', `record: its size ${size} is not repeated at its end`, this.offset + at + 4);
  }

  /**
   * Where to go on behind damage at `at`: the next record that is the chunk's own by its number. What was torn off another time
   * of the log (a snapshot's half-written chunk) is not taken for part of it; carving reads it.
   */
  #resume(at: number): number {
    const next = this.#signature(at + 1, this.#end);
    if (next === this.#end) return next;
    const number = VIEW.getBigUint64(next + 8, true);
    if (number >= VIEW.getBigUint64(8, true) && number <= VIEW.getBigUint64(16, true)) return next;
    const what = `chunk: from here on records of another time (number ${number}), which only carving reads`;
    this.#session.problem(new EvtxError('record-magic', what, this.offset + next));
    this.#end = next;
    return next;
  }

  /** Where the next record begins for certain (magic, a size that fits and is repeated), or `to`. */
  #signature(from: number, to: number): number {
    for (let p = CHUNK.indexOf(0x2a, from); p >= 0 && p < to; p = CHUNK.indexOf(0x2a, p + 1)) {
      const size = VIEW.getUint32(p + 4, true);
      if (VIEW.getUint32(p, true) !== RECORD_MAGIC || size < LEAST_RECORD || p + size > this.length) continue;
      if (VIEW.getUint32(p + size - 4, true) === size) return p;
    }
    return to;
  }

  /** A record found by its signature alone. What looks like one but cannot be read is reported only if its size is repeated. */
  #nextCarved(): EvtxRecord | undefined {
    const { record, tally } = this.#session;
    for (;;) {
      const at = CHUNK.indexOf(0x2a, this.#carveAt);
      if (at < 0 || at + LEAST_RECORD > this.length) return undefined;
      this.#carveAt = at + 1;
      const size = VIEW.getUint32(at + 4, true);
      if (VIEW.getUint32(at, true) !== RECORD_MAGIC || size < LEAST_RECORD || at + size > this.length) continue;
      this.#carveLeft -= size;
      if (this.#carveLeft < 0) {
        this.#session.problem(
          new EvtxError('too-large', 'chunk: too much in it looks like a record', this.offset + at),
        );
        this.#carveAt = CHUNK_SIZE;
        return undefined;
      }
      const problem = record.load(at, size, true);
      const whole = VIEW.getUint32(at + size - 4, true) === size;
      if (whole || problem === undefined) this.#carveAt = at + size;
      if (problem === undefined) {
        tally.carved++;
        return record;
      }
      if (whole) this.#session.problem(problem);
    }
  }
}
