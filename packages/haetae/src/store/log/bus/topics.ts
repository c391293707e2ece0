import type { Admin } from '@haetae/kafka';
import { StoreError } from '../../error.ts';
import { type BusPlace, busError, clientOf, deadOf, kafka, leave, receivedOf, textOf } from './place.ts';

/** The largest frame that a broker takes: a body of HTTP inflated, with its head. Brokers refuse requests above 100 MB. */
export const MAX_RECORD = 80 * 1024 * 1024;
const WEEK_MS = 7 * 86_400_000;

/** Makes the topics that are not there, and looks at those that are: the id of that of frames. Throws `invalid` where it cannot be used. */
export async function prepareTopics(place: BusPlace): Promise<string> {
  const { Admin } = await kafka();
  const admin = new Admin({ ...clientOf(place), retries: 5 });
  try {
    const names = new Set(await admin.listTopics());
    for (const name of [receivedOf(place), deadOf(place)]) if (!names.has(name)) await make(admin, place, name);
    return await check(admin, receivedOf(place));
  } catch (error) {
    throw busError(error);
  } finally {
    await leave(admin);
  }
}

async function make(admin: Admin, place: BusPlace, name: string): Promise<void> {
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
    await admin.createTopics({ topics: [name], partitions: 1, replicas, configs });
  } catch (error) {
    // Another server was first, which the broker's list may not show yet.
    if (/TOPIC_ALREADY_EXISTS/.test(textOf(error))) return;
    throw error;
  }
}

/** One order of all frames is one partition: more of them would be read in any order. */
async function check(admin: Admin, name: string): Promise<string> {
  const topic = await shown(admin, name);
  const partitions = topic.partitionsCount;
  if (partitions !== 1)
    throw new StoreError(
      'invalid',
      `the topic ${name} has ${partitions} partitions; it must have 1: frames are read in one order`,
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
