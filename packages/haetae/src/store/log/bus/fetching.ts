import type { Consumer } from '@haetae/kafka';
import { abandon, type BusPlace, busError, clientOf, kafka, leave, textOf, within } from './place.ts';

export interface Fetched {
  readonly records: readonly { readonly seq: number; readonly value: Buffer }[];
  readonly next: number;
  /** The last frame of the partition. */
  readonly end: number;
  readonly atMs: number;
}

export interface Bounds {
  readonly first: number;
  readonly end: number;
}

/**
 * Fetches of one topic: those of all partitions that are read by it, of which one broker is the leader, go by one request, so that many
 * that are quiet cost what one does.
 */
export interface Fetching {
  /** What a partition has from a frame on, as soon as it has any; nothing after half a second. Rejects where it cannot be had. */
  ask(partition: number, from: number, maxBytes: number): Promise<Fetched>;
  bounds(partition: number): Promise<Bounds>;
  /** It is read no more. */
  forget(partition: number): void;
  close(): Promise<void>;
}

interface Want {
  readonly partition: number;
  readonly from: number;
  readonly maxBytes: number;
  readonly resolve: (fetched: Fetched) => void;
  readonly reject: (error: unknown) => void;
  /** By a request of its own. */
  alone: boolean;
}

const WAIT_MS = 500;
/** While a partition that is read waits for none: what it asks for next shall not wait for that of others. */
const SHORT_WAIT_MS = 20;
/** Of all partitions of one request. */
const MOST_BYTES = 4 * 1024 * 1024;
const FETCH_MS = 30_000;
/** Of a partition whose leader is not known. */
const ANY_EPOCH = -1;
const OUT_OF_RANGE = /OFFSET_OUT_OF_RANGE/;
export const isOutOfRange = (error: unknown): boolean => OUT_OF_RANGE.test(textOf(error));

export async function openFetching(place: BusPlace, topic: string): Promise<Fetching> {
  const { Consumer } = await kafka();
  // It is in no group: whose turn it is to read the store says, in the transaction that stores what was read.
  const fresh = (): Consumer =>
    new Consumer({ ...clientOf(place), groupId: `${place.prefix}.none`, requestTimeout: FETCH_MS, retries: 0 });
  let consumer = fresh();
  let closed = false;
  let scheduled = false;
  const read = new Set<number>();
  const waiting = new Map<number, Want>();
  const busy = new Map<number, readonly Want[]>();

  function schedule(): void {
    if (scheduled || closed) return;
    scheduled = true;
    // All that ask within one turn of the event loop go by one request.
    setImmediate(() => {
      scheduled = false;
      void send();
    });
  }

  async function send(): Promise<void> {
    if (waiting.size === 0 || closed) return;
    const asking = within(FETCH_MS, consumer.metadata({ topics: [topic] }));
    try {
      const { id, partitions } = (await asking).topics.get(topic)!;
      const leaders = new Set([...waiting.keys()].map((partition) => partitions[partition]!.leader));
      for (const node of leaders) {
        if (busy.has(node)) continue;
        const wants = [...waiting.values()].filter(({ partition }) => partitions[partition]!.leader === node);
        const alone = wants.find((want) => want.alone);
        void sendTo(node, id, alone === undefined ? wants : [alone]);
      }
    } catch (error) {
      renew(asking);
      for (const want of taken([...waiting.values()])) want.reject(error);
    }
  }

  function taken(wants: readonly Want[]): readonly Want[] {
    for (const want of wants) if (waiting.get(want.partition) === want) waiting.delete(want.partition);
    return wants;
  }

  async function sendTo(node: number, topicId: string, wants: readonly Want[]): Promise<void> {
    busy.set(node, taken(wants));
    let under = waiting.size;
    for (const some of busy.values()) under += some.length;
    const asking = consumer.fetch({
      node,
      ...{ maxWaitTime: under < read.size ? SHORT_WAIT_MS : WAIT_MS, minBytes: 1, isolationLevel: 0 },
      maxBytes: Math.min(MOST_BYTES, sum(wants)),
      topics: [{ topicId, partitions: wants.map(asked) }],
    });
    try {
      const { responses } = await within(FETCH_MS, asking);
      const atMs = Date.now();
      const found = new Map(
        responses.flatMap(({ partitions }) => partitions).map((one) => [one.partitionIndex, one] as const),
      );
      for (const want of wants) {
        const fetched = fetchedOf(found.get(want.partition), want.from, atMs);
        if (fetched.next > want.from || fetched.end < want.from || want.alone) want.resolve(fetched);
        // There is more, which had no room beside what others have: the first of a request comes whole.
        else again(want);
      }
    } catch (error) {
      if (!isOutOfRange(error)) renew(asking);
      if (wants.length > 1 && isOutOfRange(error)) for (const want of wants) again(want);
      else for (const want of wants) want.reject(error);
    } finally {
      busy.delete(node);
      if (waiting.size > 0) schedule();
    }
  }

  function again(want: Want): void {
    want.alone = true;
    if (!waiting.has(want.partition) && read.has(want.partition)) waiting.set(want.partition, want);
  }

  /** Another client: what one that was cut off waits for may never come. */
  function renew(asking: Promise<unknown>): void {
    abandon(consumer, asking);
    consumer = fresh();
  }
  return {
    ask(partition, from, maxBytes) {
      read.add(partition);
      return new Promise((resolve, reject) => {
        waiting.set(partition, { partition, from, maxBytes, resolve, reject, alone: false });
        schedule();
      });
    },
    bounds: (partition) => boundsOf(consumer, topic, partition),
    forget(partition) {
      read.delete(partition);
      waiting.delete(partition);
    },
    async close() {
      closed = true;
      await leave(consumer);
    },
  };
}

const sum = (wants: readonly Want[]): number => wants.reduce((all, { maxBytes }) => all + maxBytes, 0);
const asked = ({ partition, from, maxBytes }: Want) => ({
  partition,
  currentLeaderEpoch: ANY_EPOCH,
  fetchOffset: BigInt(from - 1),
  lastFetchedEpoch: ANY_EPOCH,
  partitionMaxBytes: maxBytes,
});

type Answered = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number];

function fetchedOf(partition: Answered | undefined, from: number, atMs: number): Fetched {
  const records: { seq: number; value: Buffer }[] = [];
  let next = from;
  for (const { firstOffset, lastOffsetDelta, attributes, records: some } of partition?.records ?? []) {
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
  return { records, next, end: Number(partition?.highWatermark ?? -1), atMs };
}

async function boundsOf(consumer: Consumer, topic: string, partition: number): Promise<Bounds> {
  const at = async (timestamp: bigint): Promise<number> =>
    Number((await consumer.listOffsets({ topics: [topic], timestamp })).get(topic)![partition]!);
  return { first: (await at(-2n)) + 1, end: await at(-1n) };
}

const BOUNDS_MS = 15_000;

/** The first and the last seq of a topic's partition; the last is 0 of one that nothing was ever written to. */
export async function busBounds(place: BusPlace, topic: string, partition = 0): Promise<Bounds> {
  const { Consumer } = await kafka();
  const consumer = new Consumer({ ...clientOf(place), groupId: `${place.prefix}.none` });
  try {
    return await within(BOUNDS_MS, boundsOf(consumer, topic, partition));
  } catch (error) {
    throw busError(error);
  } finally {
    await leave(consumer);
  }
}
