import type { Producer } from '@haetae/kafka';
import type { Json } from '../../accounts.ts';
import { StoreError } from '../../error.ts';
import { encodeFrame, sealFrame } from '../frame.ts';
import type { Log } from '../log.ts';
import { busBounds } from './fetching.ts';
import { partitionOf } from './keys.ts';
import { abandon, type BusPlace, busError, clientOf, isShared, kafka, leave, receivedOf, within } from './place.ts';
import { MAX_RECORD, prepareTopics, type Topics } from './topics.ts';

/** Frames of one request to the broker, at most, beyond the first. */
const BATCH_BYTES = 1024 * 1024;
/** Until the broker has acknowledged. */
const TIMEOUT_MS = 10_000;
const PREPARE_MS = 60_000;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: StoreError) => void;
}

export interface BusLog extends Log {
  /** The seq before its first frame. */
  readonly base: number;
  readonly topics: Topics;
}

/** Appends records to one partition of a topic, in the order in which they are given. */
export interface BusWriter {
  readonly waitingBytes: number;
  readonly counts: { commits: number; syncMs: number; bytes: number };
  /** The last request failed. */
  trouble: boolean;
  /** The offset that it got, once every replica in sync has it. The bytes are a sealed frame. */
  append(bytes: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** `inOrder`: what waits behind a request that failed fails with it, so that nothing stands there before what was given earlier. */
export async function openBusWriter(
  place: BusPlace,
  topic: string,
  partition: number,
  inOrder = false,
): Promise<BusWriter> {
  const { Producer } = await kafka();
  const waiting: Waiting[] = [];
  const counts = { commits: 0, syncMs: 0, bytes: 0 };
  let waitingBytes = 0;
  let sending: Promise<void> | undefined;
  let trouble = false;
  let producer: Producer | undefined;
  const fresh = (): Producer =>
    new Producer({
      ...clientOf(place),
      idempotent: true,
      acks: -1,
      timeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      retries: 1,
    });

  async function send(frames: readonly Waiting[]): Promise<number> {
    producer ??= fresh();
    let asked: Promise<unknown> | undefined;
    try {
      const messages = frames.map(({ bytes }) => ({
        ...{ topic, partition },
        value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      }));
      const sent = producer.send({ messages });
      asked = sent;
      const { offsets } = await within(2 * TIMEOUT_MS, sent);
      return Number(offsets![0]!.offset);
    } catch (error) {
      // Whether they are in the topic is not known: their senders will come again, and what is there twice is told apart. The
      // next frames go by a producer that owes the broker no number.
      abandon(producer, asked);
      producer = undefined;
      throw busError(error);
    }
  }
  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      let [count, bytes] = [0, 0];
      do bytes += waiting[count++]!.bytes.length;
      while (count < waiting.length && bytes + waiting[count]!.bytes.length <= BATCH_BYTES);
      const frames = waiting.splice(0, count);
      const begun = performance.now();
      try {
        const first = await send(frames);
        trouble = false;
        counts.commits++;
        counts.syncMs += performance.now() - begun;
        counts.bytes += bytes;
        frames.forEach(({ resolve }, i) => resolve(first + i));
      } catch (error) {
        trouble = true;
        const failed = inOrder ? [...frames, ...waiting.splice(0)] : frames;
        bytes = failed.reduce((all, one) => all + one.bytes.length, 0);
        for (const { reject } of failed) reject(error as StoreError);
      }
      waitingBytes -= bytes;
    }
    sending = undefined;
  }
  return {
    counts,
    get waitingBytes() {
      return waitingBytes;
    },
    get trouble() {
      return trouble;
    },
    set trouble(now) {
      trouble = now;
    },
    append(bytes) {
      if (bytes.length > MAX_RECORD - 1024)
        return Promise.reject(
          new StoreError('invalid', `a frame of ${bytes.length} bytes is longer than ${MAX_RECORD - 1024}`),
        );
      waitingBytes += bytes.length;
      return new Promise((resolve, reject) => {
        waiting.push({ bytes, resolve, reject });
        // What comes within one turn of the event loop, and while a request is under way, goes by one.
        sending ??= new Promise<void>((begin) => setImmediate(begin)).then(sendAll);
      });
    },
    async close() {
      await sending;
      await leave(producer);
    },
  };
}

/** A frame as a record holds it: its number is its place there. */
export function sealedFrame(head: Json, body: Uint8Array, receivedMs: number): Uint8Array {
  const bytes = encodeFrame(head, body, receivedMs);
  sealFrame(bytes, 0);
  return bytes;
}

/**
 * A log that several servers share, in Kafka: what it acknowledges every replica in sync has. A frame's seq is its place in the topic,
 * counted from where the log before it ended; where several servers share the topic's partitions, it is its place among those of its own.
 * Who reads it does so by `followBus`; nothing is ever released, since the topic keeps its own time.
 */
export async function openBusLog(place: BusPlace, baseOf: (log: string) => Promise<number>): Promise<BusLog> {
  const topics = await within(PREPARE_MS, prepareTopics(place));
  const base = await baseOf(topics.joined);
  const own = isShared(place) ? 0 : base;
  const writers = await Promise.all(
    Array.from({ length: place.partitions }, (_, partition) => openBusWriter(place, receivedOf(place), partition)),
  );
  let durable = 0;
  let closed = false;
  const sum = (of: (writer: BusWriter) => number): number => writers.reduce((all, writer) => all + of(writer), 0);
  return {
    base,
    topics,
    start: { durable: 0, torn: undefined, keptAs: undefined },
    get waitingBytes() {
      return sum(({ waitingBytes }) => waitingBytes);
    },
    async append(head, body, receivedMs) {
      if (closed) throw new StoreError('closed', 'the log is closed');
      const writer = writers[partitionOf(head, body, place.partitions)]!;
      durable = own + (await writer.append(sealedFrame(head, body, receivedMs))) + 1;
      return durable;
    },
    follow() {
      throw new StoreError('invalid', 'a log on the bus is followed by followBus');
    },
    release: async () => {},
    async status() {
      // Whoever asks whether frames can be taken is not told of yesterday's trouble.
      if (writers.some(({ trouble }) => trouble)) await busBounds(place, receivedOf(place));
      for (const writer of writers) writer.trouble = false;
      return {
        ...{ segments: 0, refused: 0, durable, commits: sum(({ counts }) => counts.commits) },
        ...{ syncMs: sum(({ counts }) => counts.syncMs), bytes: sum(({ counts }) => counts.bytes) },
      };
    },
    async close() {
      closed = true;
      await Promise.all(writers.map((writer) => writer.close()));
    },
  };
}
