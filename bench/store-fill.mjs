/** Real events (OTRF Security Datasets below HAETAE_DATA), dealt out over hosts and days in order of time: what stores are filled with. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { materialise } from '../packages/event/dist/index.js';
import { eachEvent } from '../packages/haetae/dist/pipeline/index.js';
import { EventBatchBuilder } from '../packages/haetae/dist/store/index.js';

export const [HOSTS, DAYS, BATCH] = [50, 30, 10_000];
export const START = Date.UTC(2026, 9, 1);
export const DAY = 86_400_000;
/** Events of one frame of the log, as ids are told from. */
const FRAME = 500;

/** Every other event of the data sets, kept in memory: reading them is not what is measured. */
export async function realEvents() {
  const root = process.env.HAETAE_DATA && join(process.env.HAETAE_DATA, 'otrf');
  if (!root || !existsSync(root)) throw new Error('HAETAE_DATA names no folder with otrf in it');
  const files = readdirSync(root, { recursive: true })
    .filter((name) => name.endsWith('.zip'))
    .sort()
    .map((name) => ({ path: join(root, name), file: join(root, name) }));
  const events = [];
  let n = 0;
  const keep = (event) => {
    if (n++ % 2 === 0) events.push(materialise(event));
  };
  const nothing = () => {};
  await eachEvent(files, { hash: false, timeZone: 'UTC' }, new AbortController().signal, keep, nothing, nothing);
  return events;
}

export const hostOf = (id) => `PC-${String((id * 7919) % HOSTS).padStart(2, '0')}`;
export const seqOf = (id) => Math.ceil(id / FRAME);
export const timeOf = (id, wanted) => Math.floor(START + (id * DAYS * DAY) / wanted);

/** Deals `wanted` events out: `add(id)` puts one into the builder, which makes batches of {@link BATCH}. */
export function dealer(events, wanted) {
  const builder = new EventBatchBuilder(BATCH);
  const add = (id) => {
    const event = events[id % events.length];
    const timeMs = timeOf(id, wanted);
    event.timeMs = timeMs;
    builder.add(event, {
      ...{ id, seq: seqOf(id), receivedMs: timeMs + 300, host: hostOf(id) },
      ...{ origin: 'bench', flags: 0, decoded: '' },
    });
  };
  return { builder, add };
}
