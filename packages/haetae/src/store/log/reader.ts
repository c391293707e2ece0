import { closeSync, openSync, readSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { StoreError } from '../error.ts';
import { decodeFrame, FRAME_HEADER, type Frame, SEGMENT_HEADER, segmentFault } from './frame.ts';
import { type Segment, segmentsIn } from './segments.ts';

/** Bytes read at a time; a longer frame is read whole. */
const CHUNK = 1024 * 1024;
/** A buffer longer than this is given back after the frame that needed it. */
const KEPT = 4 * CHUNK;

/** A place that holds no frame. `from` is the first seq that is lost, `to` the last; to is unknown (undefined) where the log ends there. */
export interface LogDamage {
  readonly path: string;
  readonly offset: number;
  readonly reason: string;
  readonly from: number;
  readonly to: number | undefined;
}

/** A cursor over the frames of a log's folder, in order of seq. For a thread that may wait for the disk. */
export class LogReader {
  readonly #directory: string;
  readonly #damage: (damage: LogDamage) => void;
  #next: number;
  #segment: Segment | undefined;
  #fd: number | undefined;
  #offset = 0;
  /** What was read last stands here. */
  #buffer = Buffer.alloc(0);

  /** `from` is the first seq wanted. What cannot be read is told to `damage` and passed over. */
  constructor(directory: string, from: number, damage: (damage: LogDamage) => void) {
    this.#directory = directory;
    this.#next = from;
    this.#damage = damage;
  }

  /** The seq of the next frame, unless the log jumps. */
  get next(): number {
    return this.#next;
  }

  /** Frames up to `durable` and, after the first, up to `maxBytes`; [] when there is none. Their bodies are valid until the next call. */
  read(durable: number, maxBytes = CHUNK): Frame[] {
    while (this.#next <= durable) {
      if (this.#fd === undefined && !this.#open()) return [];
      const following = this.#following();
      // A write that failed may have left a frame behind the last durable one of its segment; its number was given again.
      const end = following === undefined ? durable : Math.min(durable, following.first - 1);
      const frames = this.#next <= end ? this.#readHere(end, maxBytes) : [];
      if (frames.length > 0) return frames;
      if (following === undefined) return [];
      this.#leave(following);
    }
    return [];
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#segment = undefined;
  }

  /** Opens the segment that holds the next frame, or the first one behind it. */
  #open(): boolean {
    const all = segmentsIn(this.#directory);
    const at = Math.max(
      0,
      all.findLastIndex((segment) => segment.first <= this.#next),
    );
    const segment = all[at];
    if (segment === undefined) return false;
    if (segment.first > this.#next) {
      const { path } = segment;
      const reason = 'the segments before it are gone';
      this.#damage({ path, offset: 0, reason, from: this.#next, to: segment.first - 1 });
      this.#next = segment.first;
    }
    this.#segment = segment;
    this.#fd = openSync(segment.path, 'r');
    this.#offset = SEGMENT_HEADER;
    const fault = segmentFault(this.#bytes(0, SEGMENT_HEADER));
    if (fault !== undefined) throw new StoreError('damaged', `${segment.path}: ${fault}`);
    return true;
  }

  /** `has`: so many of them were read by the call before. */
  #bytes(offset: number, length: number, has = 0): Buffer {
    if (this.#buffer.length < length || this.#buffer.length > Math.max(KEPT, length * 2)) {
      const buffer = Buffer.allocUnsafeSlow(length < KEPT ? Math.min(KEPT, length * 2) : length);
      this.#buffer.copy(buffer, 0, 0, has);
      this.#buffer = buffer;
    }
    let got = has;
    while (got < length) {
      const n = readSync(this.#fd!, this.#buffer, got, length - got, offset + got);
      if (n === 0) break;
      got += n;
    }
    return this.#buffer.subarray(0, got);
  }

  #readHere(durable: number, maxBytes: number): Frame[] {
    let bytes = this.#bytes(this.#offset, Math.max(maxBytes, FRAME_HEADER));
    const frames: Frame[] = [];
    let at = 0;
    while (this.#next <= durable) {
      const framed = decodeFrame(bytes, at);
      if (framed.kind === 'frame') {
        const { frame, length } = framed;
        if (frame.seq > durable) break;
        at += length;
        if (frame.seq < this.#next) continue;
        this.#next = frame.seq + 1;
        frames.push(frame);
      } else if (framed.kind === 'more') {
        if (frames.length > 0 || at + framed.needs <= bytes.length) break;
        const longer = this.#bytes(this.#offset + at, framed.needs, at === 0 ? bytes.length : 0);
        if (longer.length < framed.needs) break;
        this.#offset += at;
        [bytes, at] = [longer, 0];
      } else {
        if (frames.length > 0) break;
        this.#offset += at;
        this.#lost(framed.reason);
        return [];
      }
    }
    this.#offset += at;
    return frames;
  }

  /** A durable frame that is none: the rest of its segment cannot be trusted. */
  #lost(reason: string): void {
    const following = this.#following();
    const to = following === undefined ? undefined : following.first - 1;
    this.#damage({ path: this.#segment!.path, offset: this.#offset, reason, from: this.#next, to });
  }

  /** The segment behind this one. */
  #following(): Segment | undefined {
    return segmentsIn(this.#directory).find((segment) => segment.first > this.#segment!.first);
  }

  #leave(following: Segment): void {
    this.close();
    this.#next = Math.max(this.#next, following.first);
  }
}

/** What a followed log says after each commit. */
export interface Durable {
  readonly durable: number;
}

/** The frames from `reader.next` on, as they become durable, until the port is closed. One batch is handed out at a time. */
export async function* followLog(reader: LogReader, port: MessagePort, maxBytes?: number): AsyncGenerator<Frame[]> {
  let durable = 0;
  let closed = false;
  let wake = (): void => {};
  port.on('message', (message: Durable) => {
    durable = Math.max(durable, message.durable);
    wake();
  });
  port.on('close', () => {
    closed = true;
    wake();
  });
  try {
    for (;;) {
      const told = new Promise<void>((resolve) => (wake = resolve));
      const frames = reader.read(durable, maxBytes);
      if (frames.length > 0) yield frames;
      else if (closed) return;
      else await told;
    }
  } finally {
    reader.close();
    port.close();
  }
}
