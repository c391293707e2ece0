import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Json } from '../accounts.ts';
import { StoreError, type StoreErrorCode } from '../error.ts';
import { encodeFrame, MAX_FRAME, ownRoom } from './frame.ts';
import { type Place, Ring } from './ring.ts';
import type { LogStart, LogStatus, WriterOptions } from './writer.ts';

export interface LogOptions extends WriterOptions {
  /** The compiled thread, where it does not lie beside this file. */
  readonly worker?: URL;
}

/** The write-ahead log: what is in it was received for good. */
export interface Log {
  readonly start: LogStart;
  /** Bytes that wait to become durable: above some limit of the caller's, it asks senders to wait. */
  readonly waitingBytes: number;
  /**
   * Resolves with the frame's seq once it is durable. The body is copied before this returns. Rejects with `full` while the
   * disk is, `damaged` when it fails, `closed`; then the frame is not in the log.
   */
  append(head: Json, body: Uint8Array, receivedMs: number): Promise<number>;
  /** A port, to be transferred to a thread, that hears the last durable seq now and after each commit: see `followLog`. */
  follow(): MessagePort;
  /** Removes segments that hold nothing above `seq`. */
  release(seq: number): Promise<void>;
  status(): Promise<LogStatus>;
  /** Waits for what was appended. */
  close(): Promise<void>;
}

/** A frame that stands in the memory that both threads share. */
export interface InRing {
  readonly at: number;
  readonly length: number;
}
/** What the thread is told at its start. */
export interface LogThreadData extends WriterOptions {
  readonly ring: SharedArrayBuffer;
}
export type LogOrder =
  | { readonly kind: 'append'; readonly frames: readonly (InRing | Uint8Array)[] }
  | { readonly kind: 'follow'; readonly port: MessagePort }
  | { readonly kind: 'release'; readonly seq: number }
  | { readonly kind: 'status' }
  | { readonly kind: 'close' };
/** Appends are answered in the order in which they came: `count` of them by each answer. */
export type LogAnswer =
  | { readonly kind: 'open'; readonly start: LogStart }
  | { readonly kind: 'failed'; readonly code: StoreErrorCode; readonly message: string }
  | { readonly kind: 'durable'; readonly first: number; readonly count: number }
  | { readonly kind: 'refused'; readonly count: number; readonly code: StoreErrorCode; readonly message: string }
  | { readonly kind: 'status'; readonly status: LogStatus }
  | { readonly kind: 'released' };

interface Waiting {
  readonly bytes: number;
  /** Of the ring. */
  readonly taken: number;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: StoreError) => void;
}

/** Frames that wait for the disk stand here; what finds no room has memory of its own. */
const RING_BYTES = 16 * 1024 * 1024;

/** Opens the log of a folder in a thread of its own: the disk never holds up the caller's event loop. */
export async function openLog(options: LogOptions): Promise<Log> {
  const { worker: at, ...writer } = options;
  const shared = new Uint8Array(new SharedArrayBuffer(RING_BYTES));
  const ring = new Ring(RING_BYTES);
  const workerData: LogThreadData = { ...writer, ring: shared.buffer as SharedArrayBuffer };
  const worker = new Worker(at ?? new URL('./log-worker.js', import.meta.url), { workerData });
  const waiting: Waiting[] = [];
  let head = 0;
  let waitingBytes = 0;
  let unsent: (InRing | Uint8Array)[] = [];
  const statuses: ((status: LogStatus) => void)[] = [];
  const releases: (() => void)[] = [];
  let gone = false;
  const send = (order: LogOrder): void => worker.postMessage(order);

  const start = await new Promise<LogStart>((resolve, reject) => {
    worker.once('message', (answer: LogAnswer) => {
      if (answer.kind === 'open') resolve(answer.start);
      else if (answer.kind === 'failed') reject(new StoreError(answer.code, answer.message));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new StoreError('closed', `the log's thread ended with status ${code}`)));
  });
  const settle = (count: number, each: (one: Waiting, i: number) => void): void => {
    for (let i = 0; i < count; i++) {
      const one = waiting[head]!;
      waiting[head++] = undefined as never;
      waitingBytes -= one.bytes;
      ring.giveBack(one.taken);
      each(one, i);
    }
    if (head > 1024 && head * 2 > waiting.length) {
      waiting.splice(0, head);
      head = 0;
    }
  };
  worker.on('message', (answer: LogAnswer) => {
    switch (answer.kind) {
      case 'durable':
        settle(answer.count, (one, i) => one.resolve(answer.first + i));
        break;
      case 'refused':
        settle(answer.count, (one) => one.reject(new StoreError(answer.code, answer.message)));
        break;
      case 'status':
        statuses.shift()?.(answer.status);
        break;
      case 'released':
        releases.shift()?.();
        break;
      case 'open':
      case 'failed':
        break;
      default:
        answer satisfies never;
    }
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', () => {});
  void ended.then(() => {
    gone = true;
    settle(waiting.length - head, (one) => one.reject(new StoreError('closed', 'the log is closed')));
  });

  /** What is appended within one turn of the event loop goes over as one message. */
  function flush(): void {
    const frames = unsent;
    if (frames.length === 0) return;
    unsent = [];
    const order: LogOrder = { kind: 'append', frames };
    worker.postMessage(
      order,
      frames.flatMap((frame) => (frame instanceof Uint8Array ? [frame.buffer as ArrayBuffer] : [])),
    );
  }
  return {
    start,
    get waitingBytes() {
      return waitingBytes;
    },
    append(frameHead, body, receivedMs) {
      if (gone) return Promise.reject(new StoreError('closed', 'the log is closed'));
      if (body.length > MAX_FRAME) {
        return Promise.reject(new StoreError('invalid', `a body of ${body.length} bytes is longer than ${MAX_FRAME}`));
      }
      let place: Place | undefined;
      const frame = encodeFrame(frameHead, body, receivedMs, (length) => {
        place = ring.take(length);
        return place === undefined ? ownRoom(length) : shared.subarray(place.at, place.at + length);
      });
      const { length } = frame;
      waitingBytes += length;
      if (unsent.push(place === undefined ? frame : { at: place.at, length }) === 1) setImmediate(flush);
      const taken = place?.taken ?? 0;
      return new Promise((resolve, reject) => waiting.push({ bytes: length, taken, resolve, reject }));
    },
    follow() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ kind: 'follow', port: port1 } satisfies LogOrder, [port1]);
      return port2;
    },
    release(seq) {
      if (gone) return Promise.resolve();
      send({ kind: 'release', seq });
      return new Promise((resolve) => releases.push(resolve));
    },
    status() {
      if (gone) return Promise.reject(new StoreError('closed', 'the log is closed'));
      send({ kind: 'status' });
      return new Promise((resolve) => statuses.push(resolve));
    },
    async close() {
      flush();
      if (!gone) send({ kind: 'close' });
      await ended;
    },
  };
}
