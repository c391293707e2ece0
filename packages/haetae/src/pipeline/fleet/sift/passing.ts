import {
  type BusPlace,
  type BusWriter,
  type Fetching,
  type FollowOptions,
  type Frame,
  followBus,
  receivedOf,
  StoreError,
  sealedFrame,
} from '../../../store/index.ts';
import type { PartitionStatus } from './protocol.ts';
import type { Sifter } from './sifter.ts';

export interface PassingOptions {
  readonly place: BusPlace;
  /** The log that it is a partition of. */
  readonly log: string;
  readonly partition: number;
  /** The last frame that was passed on, by whoever had it before. */
  readonly after: number;
  readonly sifter: Pick<Sifter, 'sift'>;
  /** By which all partitions of this server are fetched. */
  readonly fetching: Fetching;
  /** One that keeps the order. */
  readonly writer: Pick<BusWriter, 'append'>;
  /** Until when, by receipt, all partitions are passed on. */
  readonly slowest: () => number;
  readonly notice: (level: 'info' | 'error', message: string, about: object) => void;
}

/** One partition that is being passed on. */
export interface Passing {
  readonly status: PartitionStatus;
  readonly end: AbortController;
  /** Resolves once nothing more is passed on; rejects where it cannot go on. */
  readonly over: Promise<void>;
}

/** Bytes of frames that are sifted and passed on at a time. */
const STRETCH_BYTES = 512 * 1024;
/** By how much the receipt of what is passed on may differ between partitions: events are late by as much for rules over several. */
export const MOST_AHEAD_MS = 5000;
const LOOK_MS = 50;
const RETRY_MS = 500;

/** Sifts the frames of a partition, and passes them on in their order, until it is ended. Each is there before the next one. */
export function passOn(options: PassingOptions): Passing {
  const { place, log, partition, after, sifter, fetching, writer, slowest, notice } = options;
  const end = new AbortController();
  const status = { partition, seq: after, receivedMs: 0, end: after, frames: 0, events: 0 };
  let given = after;
  let trouble = '';

  /** Whether a frame may be passed on; what a clock dates later than now is not waited for. */
  const isInTime = (receivedMs: number): boolean => Math.min(receivedMs, Date.now()) <= slowest() + MOST_AHEAD_MS;

  /** Passes on what is not too far ahead of other partitions, and waits with the rest. */
  async function passInTime(frames: readonly Frame[]): Promise<void> {
    for (let from = 0; from < frames.length && !end.signal.aborted; ) {
      // All before it is passed on: others need not wait for that.
      status.receivedMs = Math.max(status.receivedMs, Math.min(frames[from]!.receivedMs, Date.now()));
      let to = from;
      while (to < frames.length && isInTime(frames[to]!.receivedMs)) to++;
      if (to === from) await pause(LOOK_MS);
      else await pass(frames.slice(from, to));
      from = to;
    }
  }

  async function pass(frames: readonly Frame[]): Promise<void> {
    let events = 0;
    const sealed = frames.map((frame) => {
      const passed = sifter.sift(frame, { log, partition, seq: frame.seq, after: given });
      given = frame.seq;
      events += passed.events;
      return sealedFrame(passed.head, passed.body, frame.receivedMs);
    });
    while (!end.signal.aborted) {
      try {
        await Promise.all(sealed.map((bytes) => writer.append(bytes)));
        if (trouble !== '') notice('info', 'the bus takes what is passed on', { partition });
        trouble = '';
        const { seq, receivedMs } = frames.at(-1)!;
        status.seq = seq;
        status.receivedMs = Math.max(status.receivedMs, Math.min(receivedMs, Date.now()));
        status.frames += frames.length;
        status.events += events;
        return;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'unreachable') throw error;
        if (error.message !== trouble)
          notice('error', 'the bus takes nothing that is passed on', { partition, reason: error.message });
        trouble = error.message;
        await pause(RETRY_MS);
      }
    }
  }

  async function run(): Promise<void> {
    const how: FollowOptions = {
      ...{ topic: receivedOf(place), partition, base: 0, from: after + 1, maxBytes: STRETCH_BYTES, signal: end.signal },
      damage: ({ path, ...about }) =>
        notice('error', 'a part of the log cannot be read', { path, partition, ...about }),
      state: (now) =>
        now === ''
          ? notice('info', 'the bus answers', { partition })
          : notice('error', 'the bus cannot be read: nothing is passed on until it can', { partition, reason: now }),
      end: (last, next, atMs) => {
        status.end = last;
        if (next <= last || status.seq < given) return;
        // All that is there is passed on, or no frame.
        status.end = status.seq;
        status.receivedMs = Math.max(status.receivedMs, atMs);
      },
    };
    const frames = followBus(place, how, fetching);
    for await (const some of frames) {
      await passInTime(some);
      if (end.signal.aborted) return;
    }
  }
  return { status, end, over: run() };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
