import {
  closeSync,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statfsSync,
  unlinkSync,
  writevSync,
} from 'node:fs';
import { StoreError } from '../error.ts';
import { decodeFrame, FRAME_HEADER, SEGMENT_HEADER, sealFrame, segmentFault, segmentHeader } from './frame.ts';
import { bytesOf, type Segment, segmentPath, segmentsIn, syncFolder } from './segments.ts';

export interface WriterOptions {
  readonly directory: string;
  /** A segment that reached this many bytes gets no more frames. Default 64 MB. */
  readonly segmentBytes?: number;
  /** The first seq given is at least this: above what the store committed, whatever became of the log. */
  readonly atLeast?: number;
  /** Free bytes of the disk below which frames are refused, so that the database can still write. Default 256 MB, or a tenth of a smaller disk. */
  readonly reserveBytes?: number;
  /** Free bytes of a folder's disk; tests tell their own. */
  readonly freeBytes?: (directory: string) => number;
}

/** What was found when the log was opened. */
export interface LogStart {
  /** The last frame that is durable; 0 when there never was one. */
  readonly durable: number;
  /** The end of the last segment that was no frame and was cut off: a write that a crash interrupted, never acknowledged. */
  readonly torn:
    | { readonly path: string; readonly offset: number; readonly bytes: number; readonly reason: string }
    | undefined;
  /** A copy of the segment as it was, where whole frames lay behind the bad one: no crash does that. */
  readonly keptAs: string | undefined;
}

export interface LogStatus {
  readonly segments: number;
  readonly bytes: number;
  readonly durable: number;
  readonly commits: number;
  /** Spent waiting for the disk, in all. */
  readonly syncMs: number;
  /** Frames refused because the disk was full. */
  readonly refused: number;
}

const SEGMENT_BYTES = 64 * 1024 * 1024;
const RESERVE_BYTES = 256 * 1024 * 1024;
/** Bytes written between two looks at the free space of the disk. */
const LOOK_AFTER = 8 * 1024 * 1024;
const SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The file side of the log: every call waits for the disk. One process at a time may have a folder open. */
export class LogWriter {
  readonly start: LogStart;
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #reserve: number;
  readonly #freeBytes: (directory: string) => number;
  #segments: Segment[];
  #fd = -1;
  #size = 0;
  #next: number;
  #unlooked = Number.POSITIVE_INFINITY;
  #commits = 0;
  #syncMs = 0;
  #refused = 0;

  constructor(options: WriterOptions) {
    this.#directory = options.directory;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    this.#reserve = options.reserveBytes ?? Math.min(RESERVE_BYTES, sizeOf(this.#directory) / 10);
    this.#freeBytes = options.freeBytes ?? freeBytesOf;
    this.#segments = segmentsIn(this.#directory);
    const { start, size } = this.#recover();
    this.start = start;
    this.#size = size;
    this.#next = Math.max(start.durable + 1, options.atLeast ?? 1, this.#segments.at(-1)?.first ?? 1);
    // A jump needs a segment of its own: within one, numbers follow each other.
    if (this.#fd >= 0 && this.#next > start.durable + 1 && size > SEGMENT_HEADER) this.#shut();
  }

  get durable(): number {
    return this.#next - 1;
  }

  /**
   * Writes the frames (as {@link encodeFrame} made them) and waits until they are durable: one write, one sync. Their seqs
   * follow each other from the result on. Throws `full` when there is no space, `damaged` when the disk fails; then none of
   * them is in the log, and the next call tries anew.
   */
  commit(frames: readonly Uint8Array[]): number {
    const first = this.#next;
    try {
      this.#look(frames);
      if (this.#fd < 0 || this.#size >= this.#segmentBytes) this.#roll();
      for (let i = 0; i < frames.length; i++) sealFrame(frames[i]!, first + i);
      const written = writeAll(this.#fd, frames, this.#size);
      const started = performance.now();
      fdatasyncSync(this.#fd);
      this.#syncMs += performance.now() - started;
      this.#size += written;
      this.#unlooked += written;
      this.#next += frames.length;
      this.#commits++;
      return first;
    } catch (error) {
      this.#refused += frames.length;
      this.#unlooked = Number.POSITIVE_INFINITY;
      this.#forget();
      throw failure(error, this.#directory);
    }
  }

  /** Removes the segments that hold nothing above `seq`. The one that is written to stays. Gives how many went. */
  release(seq: number): number {
    const gone = this.#segments.filter((_, i) => (this.#segments[i + 1]?.first ?? Number.POSITIVE_INFINITY) <= seq + 1);
    let removed = 0;
    for (const { path } of gone) {
      try {
        unlinkSync(path);
      } catch (error) {
        // Windows keeps a file that somebody reads: the next call tries again, the later ones wait for it.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') break;
      }
      removed++;
    }
    this.#segments = this.#segments.slice(removed);
    return removed;
  }

  status(): LogStatus {
    return {
      segments: this.#segments.length,
      bytes: bytesOf(this.#segments),
      durable: this.durable,
      commits: this.#commits,
      syncMs: this.#syncMs,
      refused: this.#refused,
    };
  }

  close(): void {
    this.#shut();
  }

  #shut(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    this.#size = 0;
  }

  #look(frames: readonly Uint8Array[]): void {
    if (this.#unlooked < LOOK_AFTER) return;
    const free = this.#freeBytes(this.#directory);
    const wanted = this.#reserve + frames.reduce((sum, frame) => sum + frame.length, 0);
    if (free < wanted) {
      const [has, needs] = [Math.floor(free / 1e6), Math.ceil(wanted / 1e6)];
      throw new StoreError(
        'full',
        `${this.#directory}: ${has} MB of the disk are free; frames are refused below ${needs}`,
      );
    }
    this.#unlooked = 0;
  }

  #roll(): void {
    this.#shut();
    const path = segmentPath(this.#directory, this.#next);
    const fd = openSync(path, 'w+', 0o600);
    try {
      writeAll(fd, [segmentHeader()], 0);
      fdatasyncSync(fd);
      syncFolder(this.#directory);
    } catch (error) {
      closeSync(fd);
      unlinkSync(path);
      throw error;
    }
    this.#fd = fd;
    this.#size = SEGMENT_HEADER;
    this.#segments = [...this.#segments.filter((segment) => segment.path !== path), { path, first: this.#next }];
  }

  /** After a failed write or sync nobody knows what the disk holds behind the last durable frame: it is cut, and the segment left if even that fails. */
  #forget(): void {
    if (this.#fd < 0) return;
    try {
      if (fstatSync(this.#fd).size > this.#size) {
        ftruncateSync(this.#fd, this.#size);
        fdatasyncSync(this.#fd);
      }
    } catch {
      this.#shut();
    }
  }

  /** Reads the last segment to its end, cuts what is no frame, and makes the rest durable: a frame that was written before a crash but not synced counts from here on. */
  #recover(): { start: LogStart; size: number } {
    const none: LogStart = { durable: 0, torn: undefined, keptAs: undefined };
    const last = this.#segments.at(-1);
    if (last === undefined) return { start: none, size: 0 };
    this.#fd = openSync(last.path, 'r+');
    const length = fstatSync(this.#fd).size;
    const header = bytesAt(this.#fd, 0, SEGMENT_HEADER);
    const fault = segmentFault(header);
    if (fault !== undefined) {
      if (length > SEGMENT_HEADER) throw new StoreError('damaged', `${last.path}: ${fault}`);
      // The crash came before the first frame: the segment is begun anew under its name.
      this.#shut();
      this.#segments = this.#segments.slice(0, -1);
      unlinkSync(last.path);
      return { start: { ...none, durable: last.first - 1 }, size: 0 };
    }
    let durable = last.first - 1;
    let offset = SEGMENT_HEADER;
    let reason = '';
    while (offset < length) {
      const step = frameAt(this.#fd, offset, length);
      if (typeof step === 'string' || (durable >= last.first && step.seq !== durable + 1)) {
        reason = typeof step === 'string' ? step : `seq ${step.seq} after ${durable}`;
        break;
      }
      durable = step.seq;
      offset += step.length;
    }
    if (offset === length) {
      fdatasyncSync(this.#fd);
      return { start: { durable, torn: undefined, keptAs: undefined }, size: offset };
    }
    const keptAs = holdsFrameBehind(this.#fd, offset, length) ? keep(last.path) : undefined;
    ftruncateSync(this.#fd, offset);
    fdatasyncSync(this.#fd);
    const torn = { path: last.path, offset, bytes: length - offset, reason };
    return { start: { durable, torn, keptAs }, size: offset };
  }
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function sizeOf(directory: string): number {
  const { blocks, bsize } = statfsSync(directory);
  return blocks * bsize;
}

/** Buffers a call of writev takes at most. */
const IOV_MAX = 512;

function writeAll(fd: number, buffers: readonly Uint8Array[], position: number): number {
  let at = position;
  for (let i = 0; i < buffers.length; i += IOV_MAX) {
    let rest = buffers.slice(i, i + IOV_MAX);
    while (rest.length > 0) {
      let written = writevSync(fd, rest, at);
      at += written;
      // A disk that runs full takes a part: the next call then says why.
      let whole = 0;
      while (whole < rest.length && written >= rest[whole]!.length) written -= rest[whole++]!.length;
      rest = rest.slice(whole);
      if (written > 0) rest[0] = rest[0]!.subarray(written);
    }
  }
  return at - position;
}

function bytesAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
}

/** Seq and length of the frame at an offset, or why there is none. */
function frameAt(fd: number, offset: number, end: number): { seq: number; length: number } | string {
  const header = bytesAt(fd, offset, Math.min(FRAME_HEADER, end - offset));
  const peek = decodeFrame(header, 0);
  if (peek.kind === 'bad') return peek.reason;
  const needs = peek.kind === 'more' ? peek.needs : peek.length;
  if (needs > end - offset) return 'the end of a frame is missing';
  const framed = decodeFrame(bytesAt(fd, offset, needs), 0);
  if (framed.kind === 'frame') return { seq: framed.frame.seq, length: framed.length };
  return framed.kind === 'bad' ? framed.reason : 'the end of a frame is missing';
}

/** Whether a whole frame lies behind the bad one at `offset`, as far as its length can be believed. */
function holdsFrameBehind(fd: number, offset: number, end: number): boolean {
  const header = bytesAt(fd, offset, 4);
  const length = header.length === 4 ? header.readUInt32LE(0) : 0;
  return length >= FRAME_HEADER && offset + length < end && typeof frameAt(fd, offset + length, end) !== 'string';
}

function keep(path: string): string {
  let name = `${path}.damaged`;
  for (let n = 2; existsSync(name); n++) name = `${path}.damaged-${n}`;
  copyFileSync(path, name);
  return name;
}

function failure(error: unknown, directory: string): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return code !== undefined && SPACE.has(code)
    ? new StoreError('full', `${directory}: no space is left on the disk; no more is taken in until there is`, {
        cause: error,
      })
    : new StoreError('damaged', `${directory}: ${message}`, { cause: error });
}
