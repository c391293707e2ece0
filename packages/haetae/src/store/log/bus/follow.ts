import type { Consumer } from '@haetae/kafka';
import { StoreError } from '../../error.ts';
import { decodeFrame, type Frame } from '../frame.ts';
import type { LogDamage } from '../reader.ts';
import { abandon, type BusPlace, busError, clientOf, deadOf, kafka, leave, textOf, within } from './place.ts';

export interface FollowOptions {
  readonly topic: string;
  readonly partition: number;
  /** The seq before the first frame of the topic. */
  readonly base: number;
  /** The first seq that is wanted. */
  readonly from: number;
  /** Bytes asked for at a time; a longer frame comes whole. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Frames that are there no more. */
  readonly damage: (damage: LogDamage) => void;
  /** How things stand with the broker: '' while all is well. Told when it changes. */
  readonly state: (trouble: string) => void;
  /**
   * The last seq of the topic as it was at a time, and the first that was not given by then: told once all before that was taken, and
   * before what comes next is given.
   */
  readonly end: (seq: number, next: number, atMs: number) => void;
}

const WAIT_MS = 500;
const AGAIN_MS = 500;
const FETCH_MS = 30_000;
const BOUNDS_MS = 15_000;
/** Of a partition whose leader is not known. */
const ANY_EPOCH = -1;

interface Fetched {
  readonly records: readonly { readonly seq: number; readonly value: Buffer }[];
  readonly next: number;
  readonly end: number;
  readonly atMs: number;
}

type At = Pick<FollowOptions, 'topic' | 'partition'>;

/**
 * Frames of one partition from one on, as they come, until the signal. The next ones are fetched while those before are worked on. What is
 * no frame goes to the topic of the dead, with the reason.
 */
export async function* followBus(place: BusPlace, options: FollowOptions): AsyncGenerator<Frame[]> {
  const { base, topic, partition, signal, state, end } = options;
  const at: At = { topic, partition };
  const { Consumer } = await kafka();
  // It is in no group: whose turn it is to read the store says, in the transaction that stores what was read.
  const fresh = (): Consumer =>
    new Consumer({ ...clientOf(place), groupId: `${place.prefix}.none`, requestTimeout: FETCH_MS, retries: 0 });
  let consumer = fresh();
  // Within the topic frames are counted from 1.
  let next = Math.max(1, options.from - base);
  let trouble = '';
  const told = (now: string): void => {
    if (now !== trouble) state(now);
    trouble = now;
  };
  const ask = async (from: number): Promise<Fetched | undefined> => {
    const asking = fetchFrom(consumer, at, from, options.maxBytes);
    try {
      return await within(FETCH_MS, asking);
    } catch (error) {
      if (signal.aborted) return undefined;
      const lost = await within(BOUNDS_MS, passed(consumer, at, from, error)).catch(
        (failure: unknown) => failure as StoreError,
      );
      if (lost instanceof StoreError && lost.code === 'damaged') throw lost;
      if (typeof lost !== 'number') {
        told(busError(error).message);
        // Another one: what a client waits for that was cut off may never come.
        abandon(consumer, asking);
        consumer = fresh();
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        return undefined;
      }
      options.damage({
        path: topic,
        offset: 0,
        reason: 'the topic keeps them no more',
        from: base + from,
        to: base + lost - 1,
      });
      return { records: [], next: lost, end: -1, atMs: 0 };
    }
  };
  try {
    const over = aborted(signal);
    let asked = ask(next);
    asked.catch(() => {});
    while (!signal.aborted) {
      const fetched = await Promise.race([asked, over]);
      if (signal.aborted) return;
      if (fetched !== undefined) {
        if (fetched.end >= 0) {
          told('');
          end(base + fetched.end, base + (fetched.records[0]?.seq ?? fetched.next), fetched.atMs);
        }
        next = fetched.next;
      }
      asked = ask(next);
      asked.catch(() => {});
      if (fetched === undefined || fetched.records.length === 0) continue;
      const frames = await framesOf(fetched.records, place, at, base);
      if (frames.length > 0) yield frames;
    }
  } finally {
    await leave(consumer);
  }
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

async function fetchFrom(consumer: Consumer, at: At, from: number, maxBytes: number): Promise<Fetched> {
  const { topics } = await consumer.metadata({ topics: [at.topic] });
  const topic = topics.get(at.topic)!;
  const { leader } = topic.partitions[at.partition]!;
  const { responses } = await consumer.fetch({
    node: leader,
    ...{ maxWaitTime: WAIT_MS, minBytes: 1, maxBytes, isolationLevel: 0 },
    topics: [
      {
        topicId: topic.id,
        partitions: [
          {
            partition: at.partition,
            currentLeaderEpoch: ANY_EPOCH,
            fetchOffset: BigInt(from - 1),
            lastFetchedEpoch: ANY_EPOCH,
            partitionMaxBytes: maxBytes,
          },
        ],
      },
    ],
  });
  const atMs = Date.now();
  const partition = responses[0]!.partitions[0]!;
  const records: { seq: number; value: Buffer }[] = [];
  let next = from;
  for (const { firstOffset, lastOffsetDelta, attributes, records: some } of partition.records ?? []) {
    const first = Number(firstOffset) + 1;
    next = Math.max(next, first + lastOffsetDelta + 1);
    // Marks of other people's transactions.
    if ((attributes & 0x20) !== 0) continue;
    for (const { offsetDelta, value } of some) {
      const seq = first + offsetDelta;
      // A batch comes whole, however far in it the first wanted one is.
      if (seq >= from) records.push({ seq, value: value ?? Buffer.alloc(0) });
    }
  }
  return { records, next, end: Number(partition.highWatermark), atMs };
}

/** Where the topic begins, if it begins behind what is wanted; undefined where that is not what is wrong. */
async function passed(consumer: Consumer, at: At, from: number, error: unknown): Promise<number | undefined> {
  if (!/OFFSET_OUT_OF_RANGE/.test(textOf(error))) return undefined;
  const { first, end } = await boundsOf(consumer, at);
  if (from <= end + 1) return first > from ? first : undefined;
  throw new StoreError(
    'damaged',
    `the topic ${at.topic} ends at frame ${end}, and frame ${from - 1} was read of it before: it is another topic, or the broker lost what it had acknowledged`,
  );
}

interface Bounds {
  readonly first: number;
  readonly end: number;
}

async function boundsOf(consumer: Consumer, { topic, partition }: At): Promise<Bounds> {
  const at = async (timestamp: bigint): Promise<number> =>
    Number((await consumer.listOffsets({ topics: [topic], timestamp })).get(topic)![partition]!);
  return { first: (await at(-2n)) + 1, end: await at(-1n) };
}

/** The first and the last seq of a topic's partition; the last is 0 of one that nothing was ever written to. */
export async function busBounds(place: BusPlace, topic: string, partition = 0): Promise<Bounds> {
  const { Consumer } = await kafka();
  const consumer = new Consumer({ ...clientOf(place), groupId: `${place.prefix}.none` });
  try {
    return await within(BOUNDS_MS, boundsOf(consumer, { topic, partition }));
  } catch (error) {
    throw busError(error);
  } finally {
    await leave(consumer);
  }
}

async function framesOf(records: Fetched['records'], place: BusPlace, at: At, base: number): Promise<Frame[]> {
  const frames: Frame[] = [];
  const dead: { readonly seq: number; readonly value: Buffer; readonly reason: string }[] = [];
  for (const { seq, value } of records) {
    const framed = decodeFrame(value, 0);
    if (framed.kind === 'frame' && framed.length === value.length) frames.push({ ...framed.frame, seq: base + seq });
    else dead.push({ seq, value, reason: framed.kind === 'bad' ? framed.reason : 'it is no frame of Haetae' });
  }
  if (dead.length > 0) await bury(dead, place, at);
  return frames;
}

async function bury(
  dead: readonly { readonly seq: number; readonly value: Buffer; readonly reason: string }[],
  place: BusPlace,
  { topic, partition }: At,
): Promise<void> {
  const from = partition === 0 ? topic : `${topic}/${partition}`;
  const { Producer } = await kafka();
  const producer = new Producer({ ...clientOf(place), acks: -1, retries: true });
  try {
    await producer.send({
      messages: dead.map(({ seq, value, reason }) => ({
        ...{ topic: deadOf(place), partition: 0, value },
        headers: new Map([
          [Buffer.from('reason'), Buffer.from(reason)],
          [Buffer.from('from'), Buffer.from(`${from} ${seq - 1}`)],
        ]),
      })),
    });
  } finally {
    await leave(producer);
  }
}
