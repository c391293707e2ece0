import { StoreError } from '../../error.ts';
import { decodeFrame, type Frame } from '../frame.ts';
import type { LogDamage } from '../reader.ts';
import { type Fetched, type Fetching, isOutOfRange, openFetching } from './fetching.ts';
import { type BusPlace, busError, clientOf, deadOf, kafka, leave, within } from './place.ts';

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

const AGAIN_MS = 500;
const BOUNDS_MS = 15_000;

type At = Pick<FollowOptions, 'topic' | 'partition'>;

/**
 * Frames of one partition from one on, as they come, until the signal. The next ones are fetched while those before are worked on. What is
 * no frame goes to the topic of the dead, with the reason. `shared`: by which other partitions of the topic are fetched as well.
 */
export async function* followBus(place: BusPlace, options: FollowOptions, shared?: Fetching): AsyncGenerator<Frame[]> {
  const { base, topic, partition, signal, state, end } = options;
  const at: At = { topic, partition };
  const fetching = shared ?? (await openFetching(place, topic));
  // Within the topic frames are counted from 1.
  let next = Math.max(1, options.from - base);
  let trouble = '';
  const told = (now: string): void => {
    if (now !== trouble) state(now);
    trouble = now;
  };
  const ask = async (from: number): Promise<Fetched | undefined> => {
    try {
      return await fetching.ask(partition, from, options.maxBytes);
    } catch (error) {
      if (signal.aborted) return undefined;
      const lost = await within(BOUNDS_MS, passed(fetching, at, from, error)).catch(
        (failure: unknown) => failure as StoreError,
      );
      if (lost instanceof StoreError && lost.code === 'damaged') throw lost;
      if (typeof lost !== 'number') {
        told(busError(error).message);
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
    fetching.forget(partition);
    if (shared === undefined) await fetching.close();
  }
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** Where the topic begins, if it begins behind what is wanted; undefined where that is not what is wrong. */
async function passed(fetching: Fetching, at: At, from: number, error: unknown): Promise<number | undefined> {
  if (!isOutOfRange(error)) return undefined;
  const { first, end } = await fetching.bounds(at.partition);
  if (from <= end + 1) return first > from ? first : undefined;
  throw new StoreError(
    'damaged',
    `the topic ${at.topic} ends at frame ${end}, and frame ${from - 1} was read of it before: it is another topic, or the broker lost what it had acknowledged`,
  );
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
