/**
 * What the store holds and finds: real events (OTRF Security Datasets below HAETAE_DATA), dealt out over 50 hosts and 30 days in
 * order of time, stored through the store's own thread in batches of 10,000; then searches over them.
 *
 * Claims: append ≥ 25,000 events/s; ≤ 30 µs of CPU an event in the store's thread and database; ≤ 0.6 GB a million events; the
 * newest 100 hits of a filter within a day: 95 % within 1 s; free text ≤ 3 s within a day, ≤ 15 s over all.
 *
 *     HAETAE_DATA=… node bench/search.mjs [--events 5000000] [--folder DIR] [--keep] [--reuse DIR]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hunt, huntersOf } from '../packages/haetae/dist/hunt/index.js';
import { STORE_MEMORY } from '../packages/haetae/dist/pipeline/live/kept.js';
import { openStore } from '../packages/haetae/dist/store/index.js';
import { BATCH, DAY, DAYS, dealer, HOSTS, realEvents, START, seqOf } from './store-fill.mjs';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '5000000' },
    folder: { type: 'string', default: tmpdir() },
    keep: { type: 'boolean', default: false },
    reuse: { type: 'string' },
  },
});
const wanted = Number(values.events);
const whole = (n) => Math.round(n).toLocaleString('en');
const claims = [];
function claim(what, value, limit, unit, atLeast = false) {
  const ok = atLeast ? value >= limit : value <= limit;
  claims.push(ok);
  const shown = value < 10 ? value.toFixed(3) : whole(value);
  console.log(
    `${ok ? 'ok  ' : 'MISS'} ${what}: ${shown} ${unit} (${atLeast ? '≥' : '≤'} ${limit.toLocaleString('en')} ${unit})`,
  );
}

async function fill(store, directory) {
  const events = await realEvents();
  console.log(
    `${whole(events.length)} real events, dealt out as ${whole(wanted)} over ${HOSTS} hosts and ${DAYS} days`,
  );
  const { builder, add } = dealer(events, wanted);
  // What making batches costs by itself, to be taken off: that is the reader's thread.
  let spent = process.cpuUsage();
  for (let n = 0; n < 20; n++) {
    for (let id = 1; !builder.full; id++) add(n * BATCH + id);
    builder.take();
  }
  spent = process.cpuUsage(spent);
  const making = (spent.user + spent.system) / (20 * BATCH);
  const started = performance.now();
  const before = process.cpuUsage();
  let committing;
  let slowest = 0;
  for (let id = 1; id <= wanted; ) {
    for (; !builder.full && id <= wanted; id++) add(id);
    const batch = builder.take();
    await committing;
    const asked = performance.now();
    committing = store.intake
      .commit({ upTo: seqOf(id - 1), events: batch, findings: [], incidents: [], entities: [] })
      .then(() => {
        slowest = Math.max(slowest, performance.now() - asked);
      });
  }
  await committing;
  const took = (performance.now() - started) / 1000;
  await store.upkeep.retain({ maxBytes: Number.MAX_SAFE_INTEGER });
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / wanted;
  const file = statSync(join(directory, 'haetae.duckdb')).size;
  const { bytes } = await store.upkeep.status();
  console.log(
    `stored in ${took.toFixed(0)} s, the slowest commit ${slowest.toFixed(0)} ms, ${whole(process.memoryUsage().rss / 1e6)} MB of memory; CPU of the whole process ${cpu.toFixed(1)} µs an event, of them ${making.toFixed(1)} to make the batches`,
  );
  claim('appended and committed', wanted / took, 25_000, 'events/s', true);
  claim('CPU of the store', cpu - making, 30, 'µs an event');
  claim('on disk', ((Math.max(file, bytes) / wanted) * 1e6) / 1e9, 0.6, 'GB a million events');
}

const field = (name, op, value) => ({ kind: 'field', field: name, is: { op, value } });
async function hits(store, query) {
  const started = performance.now();
  let first;
  let found = 0;
  let steps = 0;
  for await (const step of store.events.search({ order: 'newest', limit: 100, ...query })) {
    if (step.hits.length > 0) first ??= performance.now() - started;
    found += step.hits.length;
    steps++;
  }
  return { ms: performance.now() - started, first, found, steps };
}
const percentile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];

async function searches(store) {
  const { oldestMs } = await store.upkeep.status();
  const day = (n) => ({ fromMs: START + n * DAY, toMs: START + (n + 1) * DAY });
  const filters = [
    ['a host', field('host', 'equals', 'pc-07')],
    ['an image', field('image', 'endsWith', '\\powershell.exe')],
    [
      'a host and an event id',
      { kind: 'and', of: [field('host', 'equals', 'PC-11'), field('event_id', 'equals', '1')] },
    ],
    ['CommandLine', field('CommandLine', 'contains', 'whoami')],
    ['a user', field('user', 'contains', 'pgustavo')],
    ['a field without a column', field('GrantedAccess', 'equals', '0x1010')],
  ];
  const all = [];
  for (const [what, filter] of filters) {
    const times = [];
    let found = 0;
    for (let n = 0; n < DAYS; n += 3) {
      const hit = await hits(store, { ...day(n), filter });
      times.push(hit.ms);
      found += hit.found;
    }
    all.push(...times);
    console.log(
      `     newest 100 of a day by ${what}: median ${whole(percentile(times, 0.5))} ms, worst ${whole(Math.max(...times))} ms; ${found} hits in ${times.length} days`,
    );
  }
  claim('newest 100 of a filter within a day, 95 %', percentile(all, 0.95) / 1000, 1, 's');
  const rare = { kind: 'text', text: 'no such text anywhere' };
  const text = { kind: 'text', text: 'mimikatz' };
  const within = [];
  for (const filter of [rare, text])
    for (let n = 0; n < DAYS; n += 6) within.push((await hits(store, { ...day(n), filter })).ms);
  claim('free text within a day, the worst', Math.max(...within) / 1000, 3, 's');
  const over = await hits(store, { filter: rare });
  console.log(`     free text over all, nothing found: ${over.steps} steps of progress`);
  claim('free text over all', over.ms / 1000, 15, 's');
  const many = await hits(store, { filter: text, limit: 10_000 });
  console.log(
    `     free text with ${whole(many.found)} hits: ${whole(many.ms)} ms, the first after ${whole(many.first ?? 0)} ms`,
  );
  const json = await hits(store, { filter: field('GrantedAccess', 'equals', 'no such access') });
  console.log(`     a field without a column over all, nothing found: ${whole(json.ms)} ms`);
  const abort = new AbortController();
  const started = performance.now();
  setTimeout(() => abort.abort(), 200);
  try {
    for await (const _ of store.events.search({ order: 'newest', limit: 100, filter: rare }, { signal: abort.signal }));
  } catch {}
  console.log(`     cancelled after 200 ms: it ended ${whole(performance.now() - started - 200)} ms later`);
  const counted = performance.now();
  const buckets = await store.events.histogram({ widthMs: 3_600_000 });
  console.log(
    `     histogram by hour over all: ${buckets.length} buckets in ${whole(performance.now() - counted)} ms; oldest ${new Date(oldestMs).toISOString()}`,
  );
}

/** Rules of the kinds that there are: many words of a command line, a field without a column, a keyword of any field. */
const RULES = {
  'words of a command line': `logsource: {product: windows, category: process_creation}
detection: {s: {CommandLine|contains: [sekurlsa, '-enc ', procdump, whoami, 'net user', vssadmin, certutil]}, condition: s}`,
  'a field without a column': `logsource: {product: windows, category: process_access}
detection: {s: {TargetImage|endswith: \\lsass.exe, GrantedAccess: ['0x1010', '0x1410', '0x1438']}, condition: s}`,
  'a keyword': `logsource: {product: windows}
detection: {s: [mimikatz], condition: s}`,
};

async function hunts(store) {
  for (const [what, rule] of Object.entries(RULES)) {
    const started = performance.now();
    const before = process.cpuUsage();
    let found = 0;
    let last;
    const detector = huntersOf({ rules: [{ path: 'rule.yml', text: `title: bench\n${rule}\n` }] });
    for await (const step of hunt(store, detector, {})) {
      last = step;
      found += step.hits.length;
    }
    const { user, system } = process.cpuUsage(before);
    console.log(
      `     hunt over all by ${what}: ${whole(performance.now() - started)} ms, ${((user + system) / 1e6).toFixed(1)} s of CPU; the rule was asked of ${whole(last.asked)} of ${whole(last.total)} events, ${whole(found)} hits`,
    );
  }
}

const directory = values.reuse ?? mkdtempSync(join(values.folder, 'haetae-bench-search-'));
const opened = performance.now();
let store = await openStore({ directory, memory: STORE_MEMORY });
console.log(`opened in ${whole(performance.now() - opened)} ms`);
try {
  if (values.reuse === undefined) {
    await fill(store, directory);
    await store.close();
    const again = performance.now();
    store = await openStore({ directory, memory: STORE_MEMORY });
    console.log(`opened again in ${whole(performance.now() - again)} ms`);
  }
  await searches(store);
  await hunts(store);
} finally {
  await store.close();
  if (!values.keep && values.reuse === undefined) rmSync(directory, { recursive: true });
}
process.exitCode = claims.every(Boolean) ? 0 : 1;
