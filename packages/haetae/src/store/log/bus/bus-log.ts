import type { Producer } from '@haetae/kafka';
import { StoreError } from '../../error.ts';
import { encodeFrame, sealFrame } from '../frame.ts';
import type { Log } from '../log.ts';
import { busBounds } from './follow.ts';
import { type BusPlace, busError, clientOf, kafka, leave, receivedOf, within } from './place.ts';
import { MAX_RECORD, prepareTopics } from './topics.ts';

/** Frames of one request to the broker, at most, beyond the first. */
const BATCH_BYTES = 1024 * 1024;
/** Until the broker has acknowledged. */
const TIMEOUT_MS = 10_000;
const PREPARE_MS = 60_000;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: StoreError) => void;
}

export interface BusLog extends Log {
  /** The seq before its first frame. */
  readonly base: number;
}

/**
 * A log that several servers share, in Kafka: what it acknowledges every replica in sync has. A frame's seq is its place in the topic,
 * counted from where the log before it ended. Who reads it does so by `followBus`; nothing is ever released, since the topic keeps its own time.
 */
export async function openBusLog(place: BusPlace, baseOf: (log: string) => Promise<number>): Promise<BusLog> {
  const id = await within(PREPARE_MS, prepareTopics(place));
  const base = await baseOf(id);
  const { Producer } = await kafka();
  const topic = receivedOf(place);
  const waiting: Waiting[] = [];
  const counts = { durable: 0, commits: 0, syncMs: 0, bytes: 0 };
  let waitingBytes = 0;
  let sending: Promise<void> | undefined;
  let closed = false;
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
    try {
      const messages = frames.map(({ bytes }) => ({
        topic,
        partition: 0,
        value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      }));
      const { offsets } = await within(2 * TIMEOUT_MS, producer.send({ messages }));
      return base + Number(offsets![0]!.offset) + 1;
    } catch (error) {
      // Whether they are in the topic is not known: their senders will come again, and what is there twice is told apart. The
      // next frames go by a producer that owes the broker no number.
      void leave(producer);
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
        counts.durable = first + count - 1;
        frames.forEach(({ resolve }, i) => resolve(first + i));
      } catch (error) {
        trouble = true;
        for (const { reject } of frames) reject(error as StoreError);
      }
      waitingBytes -= bytes;
    }
    sending = undefined;
  }
  return {
    base,
    start: { durable: 0, torn: undefined, keptAs: undefined },
    get waitingBytes() {
      return waitingBytes;
    },
    append(head, body, receivedMs) {
      if (closed) return Promise.reject(new StoreError('closed', 'the log is closed'));
      const bytes = encodeFrame(head, body, receivedMs);
      if (bytes.length > MAX_RECORD - 1024)
        return Promise.reject(
          new StoreError('invalid', `a frame of ${bytes.length} bytes is longer than ${MAX_RECORD - 1024}`),
        );
      sealFrame(bytes, 0);
      waitingBytes += bytes.length;
      return new Promise((resolve, reject) => {
        waiting.push({ bytes, resolve, reject });
        // What comes within one turn of the event loop, and while a request is under way, goes by one.
        sending ??= new Promise<void>((begin) => setImmediate(begin)).then(sendAll);
      });
    },
    follow() {
      throw new StoreError('invalid', 'a log on the bus is followed by followBus');
    },
    release: async () => {},
    async status() {
      // Whoever asks whether frames can be taken is not told of yesterday's trouble.
      if (trouble) await busBounds(place);
      trouble = false;
      return { segments: 0, refused: 0, ...counts };
    },
    async close() {
      closed = true;
      await sending;
      await leave(producer);
    },
  };
}
