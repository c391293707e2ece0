/**
 * Aim (printed beside what was measured): live incidents cost at most 8 µs of CPU an event to watch it, and an update every 200 ms costs at most 40 ms, at 5,000
 * events a second over 50 hosts of which about one in a hundred is found by a rule; a snapshot takes at most 100 ms and 30 MB.
 *
 * Input: the logs of the OTRF Security Datasets below HAETAE_DATA/otrf, found by the built-in rules and those in
 * HAETAE_DATA/sigma. Each host plays all of them, one behind the other from a place of its own on, under a name of its own and
 * as of now; findings are thinned evenly to one in a hundred events. CPU is user + system of this process.
 * Usage: HAETAE_DATA=… node [--expose-gc] bench/live-incidents.mjs [seconds] [events a second] [hosts]
 */
import { join } from 'node:path';
import { materialise, PlainEvent } from '@haetae/event';
import { DETECTORS } from '../packages/haetae/dist/detect/index.js';
import { createLiveIncidents } from '../packages/haetae/dist/incident/index.js';
import { readFiles } from '../packages/haetae/dist/pipeline/reading.js';
import { builtinRules, rulesAt } from '../packages/haetae/dist/rules/index.js';
import { discover } from '../packages/haetae/dist/source/index.js';

const LIMITS = { see: 8, update: 40, save: 100, megabytes: 30 };
const UPDATE_MS = 200;
const SNAPSHOT_MS = 30_000;
const MINUTE_MS = 60_000;
const MOST_EVENTS_OF_A_LOG = 6000;

const data = process.env.HAETAE_DATA;
if (data === undefined) throw new Error('HAETAE_DATA names the folder with otrf/ and sigma/');
const seconds = Number(process.argv[2] ?? 120);
const rate = Number(process.argv[3] ?? 5000);
const hosts = Number(process.argv[4] ?? 50);

const { original, found } = await logs();
const share = keep(found, original.length);
console.log(
  `${original.length} events of OTRF, ${(100 * share).toFixed(2)} % found · ${rate} events/s over ${hosts} hosts, ${seconds} s`,
);

const ids = Array.from({ length: hosts }, () => new Map());
const live = createLiveIncidents({});
const start = Date.parse('2026-03-17T08:00:00Z');
const costs = { see: 0, add: 0, update: [], wall: [], save: [], load: [] };
const heap = [];
const told = { changes: 0, bytes: 0, largest: 0 };
const incidents = new Map();
let [events, findings, snapshot] = [0, 0, undefined];
for (let now = 0; now < seconds * 1000; now += UPDATE_MS) {
  const batch = [];
  for (const end = Math.round(((now + UPDATE_MS) * rate) / 1000); events < end; events++) batch.push(next(events));
  const before = cpu();
  for (const { event } of batch) live.see(event, 'live');
  const seen = cpu();
  for (const { finding } of batch) if (finding !== undefined) live.add(finding, ++findings);
  const added = cpu();
  const clock = performance.now();
  const changes = live.update(start + now + UPDATE_MS);
  costs.wall.push(performance.now() - clock);
  costs.update.push((cpu() - added) / 1000);
  costs.see += seen - before;
  costs.add += added - seen;
  for (const { id, incident, mergedInto } of changes) {
    if (mergedInto !== null) incidents.delete(id);
    else incidents.set(id, incident);
    told.changes++;
    const bytes = Buffer.byteLength(JSON.stringify(incident));
    told.bytes += bytes;
    told.largest = Math.max(told.largest, bytes);
  }
  if ((now + UPDATE_MS) % MINUTE_MS === 0 && globalThis.gc !== undefined) {
    globalThis.gc();
    heap.push((process.memoryUsage().heapUsed / 1e6).toFixed(0));
  }
  if ((now + UPDATE_MS) % SNAPSHOT_MS === 0) {
    const from = cpu();
    snapshot = live.save();
    costs.save.push((cpu() - from) / 1000);
  }
}
snapshot ??= live.save();
const from = cpu();
createLiveIncidents({}, snapshot);
costs.load.push((cpu() - from) / 1000);

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const at = (numbers, share) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0;
const quarter = Math.floor(costs.update.length / 4);
const line = (name, value, limit) =>
  console.log(`${name.padEnd(34)} ${value.padStart(12)}${limit === undefined ? '' : `   limit ${limit}`}`);
line('see, µs of CPU an event', (costs.see / events).toFixed(2), LIMITS.see);
line('add, µs of CPU a finding', (costs.add / findings).toFixed(2));
line('update, ms of CPU, median', at(costs.update, 0.5).toFixed(1), LIMITS.update);
line('   p95, p99, most', [0.95, 0.99, 1].map((p) => at(costs.update, p).toFixed(0)).join(' '));
line(
  '   median of the first, last quarter',
  [costs.update.slice(0, quarter), costs.update.slice(-quarter)].map((some) => at(some, 0.5).toFixed(1)).join(' '),
);
line('save, ms of CPU, most', Math.max(...costs.save, 0).toFixed(0), LIMITS.save);
line('   MB', (snapshot.reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(1), LIMITS.megabytes);
line('   restore, ms of CPU', costs.load[0].toFixed(0));
line(
  'all, µs of CPU an event',
  ((costs.see + costs.add + costs.update.reduce((a, b) => a + b, 0) * 1000) / events).toFixed(2),
);
line('events, findings', `${events} ${findings}`);
line('incidents, told', `${incidents.size} ${told.changes}`);
line('KB a telling, largest', `${(told.bytes / told.changes / 1e3).toFixed(1)} ${(told.largest / 1e3).toFixed(0)}`);
if (heap.length > 0) line('MB of heap after gc, each minute', heap.join(' '));
line('kept', JSON.stringify(live.counts));
line('MB resident', (process.memoryUsage().rss / 1e6).toFixed(0));

/** Each channel of each host counts its own. */
function recordId(host, channel) {
  const id = (ids[host].get(channel) ?? 0) + 1;
  ids[host].set(channel, id);
  return id;
}

function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The event number `n` of all hosts, and what was found about it. */
function next(n) {
  const host = n % hosts;
  const i = (Math.floor((host * original.length) / hosts) + Math.floor(n / hosts)) % original.length;
  const { event, names, values } = original[i];
  const computer = `PC${host}.corp.example`;
  const timeMs = Math.floor(start + (n * 1000) / rate);
  const position = { kind: 'record', record: n };
  const own = new PlainEvent({
    ...{
      timeMs,
      computer,
      channel: event.channel,
      provider: event.provider,
      eventId: event.eventId,
      position,
      names,
      values,
    },
    eventRecordId: recordId(host, event.channel),
    systemNames: event.systemNames,
    systemValues: event.systemValues,
  });
  const finding = found.get(i);
  if (finding === undefined) return { event: own };
  const facts = { ...finding.event, timeMs, computer, eventRecordId: own.eventRecordId, position };
  return { event: own, finding: { ...finding, event: facts, file: 'live' } };
}

/** Some events of each log, and the first finding about each. */
async function logs() {
  const packs = [builtinRules(), rulesAt(join(data, 'sigma', 'rules'))];
  const detector = DETECTORS.get('sigma').create({ rules: packs.flatMap(({ files }) => files) });
  const original = [];
  const found = new Map();
  let ofLog = 0;
  const { files } = await discover([join(data, 'otrf')]);
  await readFiles(files, { hash: false, timeZone: 'UTC' }, new AbortController().signal, {
    batch(batch, _path, ledger) {
      for (const event of batch.events) {
        ledger.saw(event.timeMs);
        if (ofLog++ >= MOST_EVENTS_OF_A_LOG) continue;
        const [finding] = detector.detect(event);
        if (finding !== undefined) found.set(original.length, structuredClone(finding));
        const whole = materialise(event);
        original.push({ event: whole, names: whole.names, values: whole.values });
      }
    },
    receipt() {
      ofLog = 0;
    },
  });
  return { original, found };
}

/** Leaves one in a hundred, evenly. */
function keep(found, events) {
  const every = Math.max(1, found.size / (events / 100));
  let [n, next] = [0, 0];
  for (const i of [...found.keys()]) {
    if (n++ >= next) next += every;
    else found.delete(i);
  }
  return found.size / events;
}
