import type { Admin } from '@haetae/kafka';
import { StoreError } from '../../error.ts';
import {
  type BusPlace,
  busError,
  clientOf,
  deadOf,
  isShared,
  joinedOf,
  kafka,
  leave,
  receivedOf,
  siftedOf,
  textOf,
} from './place.ts';

/** The largest frame that a broker takes: a body of HTTP inflated, with its head. Brokers refuse requests above 100 MB. */
export const MAX_RECORD = 80 * 1024 * 1024;
const WEEK_MS = 7 * 86_400_000;

/** Ids of the topics, by which it is known whether one was made anew. */
export interface Topics {
  readonly received: string;
  /** Of the one that is read by who finds: the same where nobody shares. */
  readonly joined: string;
}

/** Makes the topics that are not there, and looks at those that are. Throws `invalid` where one cannot be used. */
export async function prepareTopics(place: BusPlace): Promise<Topics> {
  const { Admin } = await kafka();
  const admin = new Admin({ ...clientOf(place), retries: 5 });
  const wanted = new Map([
    [receivedOf(place), place.partitions],
    [deadOf(place), 1],
    [joinedOf(place), isShared(place) ? 1 : place.partitions],
  ]);
  try {
    const names = new Set(await admin.listTopics());
    for (const [name, partitions] of wanted) if (!names.has(name)) await make(admin, place, name, partitions);
    const received = await check(admin, receivedOf(place), place.partitions);
    return { received, joined: isShared(place) ? await check(admin, siftedOf(place), 1) : received };
  } catch (error) {
    throw busError(error);
  } finally {
    await leave(admin);
  }
}

async function make(admin: Admin, place: BusPlace, name: string, partitions: number): Promise<void> {
  const { brokers } = await admin.metadata({ topics: [] });
  const replicas = place.replicas ?? Math.min(3, brokers.size);
  const settings = {
    'max.message.bytes': MAX_RECORD,
    'retention.ms': WEEK_MS,
    'min.insync.replicas': replicas > 2 ? 2 : 1,
    'unclean.leader.election.enable': false,
  };
  const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value: String(value) }));
  try {
    await admin.createTopics({ topics: [name], partitions, replicas, configs });
  } catch (error) {
    // Another server was first, which the broker's list may not show yet.
    if (/TOPIC_ALREADY_EXISTS/.test(textOf(error))) return;
    throw error;
  }
}

async function check(admin: Admin, name: string, wanted: number): Promise<string> {
  const topic = await shown(admin, name);
  const partitions = topic.partitionsCount;
  if (partitions !== wanted)
    throw new StoreError(
      'invalid',
      `the topic ${name} has ${partitions} partitions, and the URL of the bus asks for ${wanted} (?partitions=${wanted}): say as many on every server, or give the bus another prefix`,
    );
  return topic.id;
}

const LOOKS = 40;
const AGAIN_MS = 250;

/** One that was just made takes a moment until brokers know its leader. */
async function shown(admin: Admin, name: string): Promise<{ readonly id: string; readonly partitionsCount: number }> {
  for (let look = 1; ; look++) {
    try {
      const topic = (await admin.metadata({ topics: [name], forceUpdate: true })).topics.get(name);
      if (topic?.partitions.every(({ leader }) => leader >= 0)) return topic;
      if (look === LOOKS) throw new StoreError('unreachable', `the topic ${name} is there, and nobody leads it`);
    } catch (error) {
      if (look === LOOKS || !/UNKNOWN_TOPIC|LEADER_NOT_AVAILABLE/.test(textOf(error))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
