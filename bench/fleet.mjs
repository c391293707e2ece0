/**
 * Claims, of several servers that share a bus of eight partitions:
 *
 * 1. With one that detects, all our processes together cost at most 1.8 × the CPU an event of a single server that keeps its store in the
 *    same database, and with two and four that detect at most 1.2 × that of one. Broker and database are other people's, and told apart.
 * 2. Of 10,000 hosts in memory, what a server that detects was doing another does at most 5 s after it was killed, or told to end: an
 *    event that is sent in that moment is stored by then.
 *
 * The peer is the single server: a turn of it stands beside each turn of the others, and what is compared was measured within a minute
 * of each other, so that what else the machine does takes from both. Every server has had its share of events for --warm seconds before it is
 * counted: what V8 compiles at first is no cost of many servers. A turn ends when all that was sent is stored, so that waiting is counted.
 *
 * Input: the events of otrf/ below HAETAE_DATA, told as of now and of 50 hosts, and rules of sigma/rules/windows, as bench/live.mjs; for
 * the second claim twenty of these events of each of 10,000 hosts. A broker and a database run already: HAETAE_BUS=kafka://host:port,
 * HAETAE_STORE=postgres://… (topics and schemas of their own are made). HAETAE_PIDS=BROKER,DATABASE, their first processes, has their CPU
 * told too, and the table of bench/sizing.mjs made of it.
 * Usage: HAETAE_DATA=… HAETAE_BUS=… HAETAE_STORE=… node bench/fleet.mjs [--rate 4000] [--seconds 12] [--rounds 5] [--warm 30]
 * [--only cost,handover] [--constants FILE]
 */
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bytesOf } from './fleet/bytes.mjs';
import { handOvers } from './fleet/handover.mjs';
import { busiest, cpuOf, end, familyOf, figure, pause, start, threadsOf, token } from './fleet/servers.mjs';
import { print } from './sizing.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const LIMITS = { one: 1.8, more: 1.2, seconds: 5 };
const PARTITIONS = 8;
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '4000' },
    seconds: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '5' },
    warm: { type: 'string', default: '30' },
    only: { type: 'string', default: 'cost,handover' },
    workers: { type: 'string', default: '1,2,4' },
    constants: { type: 'string' },
    node: { type: 'string', default: '' },
  },
});
const { HAETAE_DATA: root, HAETAE_BUS: bus, HAETAE_STORE: store } = process.env;
for (const name of ['HAETAE_DATA', 'HAETAE_BUS', 'HAETAE_STORE'])
  if (process.env[name] === undefined) throw new Error(`${name} is not set: bench/fleet.mjs says what it names`);
const parts = new Set(values.only.split(','));
const folder = mkdtempSync(join(tmpdir(), 'haetae-bench-fleet-'));
const how = {
  folder,
  rules: join(root, 'sigma', 'rules', 'windows'),
  node: values.node.split(' ').filter(Boolean),
};
const run = Date.now();
const pids = (process.env.HAETAE_PIDS ?? '').split(',').filter(Boolean).map(Number);
const schemaOf = (name) => `bench${run}${name}`;
const storeOf = (name) => `${store}${store.includes('?') ? '&' : '?'}schema=${schemaOf(name)}`;
const prefixOf = (name) => `bench${run}${name}`;
const shared = (name, partitions) => [
  '--store',
  storeOf(name),
  '--bus',
  `${bus.replace(/\/*$/, '')}/${prefixOf(name)}?partitions=${partitions}`,
];
let failed = false;
function judge(what, value, limit, unit) {
  const good = value <= limit;
  failed ||= !good;
  console.log(`  ${good ? 'ok' : 'NOT MET'}: ${what} ${value.toFixed(2)}${unit} (at most ${limit}${unit})`);
}

/** Servers that work together: events go to `ingest`, and `web` tells how many are stored. */
async function groupOf(name, servers, ingest, web) {
  const headers = { authorization: `Bearer ${token(web, 'ingest')}`, 'content-type': 'application/x-ndjson' };
  const reader = { authorization: `Bearer ${token(web, 'api', '--role', 'viewer')}` };
  const stored = async () => (await (await fetch(`${web.url}/api/stats`, { headers: reader })).json()).events;
  return { name, servers, ingest, web, headers, reader, stored, turns: [] };
}

/** Sends for so long, waits until all is stored, and tells what that cost. */
async function turn(load, group, seconds) {
  const { servers, ingest, headers, reader, stored } = group;
  const sifted = () => Promise.all(servers.map((server) => figure(server, 'haetae_partition_events_total', reader)));
  const [already, siftedBefore] = [await stored(), await sifted()];
  const before = servers.map((server) => ({ cpu: cpuOf(server), threads: threadsOf(server) }));
  const beside = pids.map(familyOf);
  const job = { url: ingest.url, path: '/ingest/ndjson', headers, rate: Number(values.rate), seconds, senders: 8 };
  const begun = performance.now();
  const sent = await load({ ...job, mark: false });
  // Records of the same id and time are one event; the pool holds a few.
  for (let [last, now, same] = [0, await stored(), 0]; now - already < sent.events * 0.98 || same < 3; ) {
    await pause(250);
    [last, now] = [now, await stored()];
    same = now === last ? same + 1 : 0;
    if (same > 240) throw new Error(`${now - already} of ${sent.events} events are stored`);
  }
  const took = (performance.now() - begun) / 1000;
  const after = await sifted();
  const micros = (cpu) => (cpu / sent.events) * 1e6;
  return {
    events: sent.events,
    took,
    all: servers.reduce((sum, server, i) => sum + micros(cpuOf(server) - before[i].cpu), 0),
    rows: servers.map((server, i) => ({
      name: server.name,
      micros: micros(cpuOf(server) - before[i].cpu),
      thread: micros(busiest(before[i].threads, threadsOf(server))),
      share: (after[i] - siftedBefore[i]) / sent.events,
    })),
    beside: pids.map((pid, i) => micros(familyOf(pid) - beside[i])),
  };
}

/** The middle of a number of turns. */
const middle = (turns, of) => turns.map(of).sort((a, b) => a - b)[turns.length >> 1];
/** Of each server the middle of what it cost. */
const rowsOf = (turns) =>
  turns[0].rows.map(({ name }, i) => ({
    name,
    micros: middle(turns, ({ rows }) => rows[i].micros),
    thread: middle(turns, ({ rows }) => rows[i].thread),
    share: middle(turns, ({ rows }) => rows[i].share),
  }));
const besideOf = (turns) => pids.map((_, i) => middle(turns, ({ beside }) => beside[i]));
function tell(name, turns) {
  const rows = rowsOf(turns).map(({ name: who, micros, share }) => {
    const sifts = share > 0 ? ` (sifts ${Math.round(share * 100)} %)` : '';
    return `${who} ${micros.toFixed(1)}${sifts}`;
  });
  const beside = besideOf(turns).map((micros, i) => `${['broker', 'database'][i]} ${micros.toFixed(1)}`);
  const each = turns.map(({ all }) => all.toFixed(1)).join(' ');
  console.log(
    `${name}: ${middle(turns, ({ all }) => all).toFixed(1)} µs of CPU an event (${each}): ${rows.join(', ')}`,
  );
  if (beside.length > 0) console.log(`  beside: ${beside.join(', ')}`);
}

/** A turn of each in each round. What each cost times what the first did in the same round is the middle of these. */
async function rounds(load, groups) {
  const all = groups.map(() => []);
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [i, group] of groups.entries()) all[i].push(await turn(load, group, Number(values.seconds)));
  const [peer] = all;
  return all.map((turns) => ({
    turns,
    times: middle(
      turns.map(({ all: cost }, i) => cost / peer[i].all),
      (x) => x,
    ),
  }));
}

async function cost(load) {
  const alone = await start(how, 'single', '--store', storeOf('a'));
  const started = [alone];
  try {
    const of = async (name, partitions) => {
      const servers = [];
      for (const role of ['web', 'ingest', 'detect']) {
        const server = await start(how, `${role}${name}`, '--role', role, ...shared(name, partitions));
        servers.push(server);
        started.push(server);
      }
      return groupOf(name, servers, servers[1], servers[0]);
    };
    const single = await groupOf('single', [alone], alone, alone);
    const [plain, many] = [await of('p', 1), await of('s', PARTITIONS)];
    const warm = Number(values.warm);
    for (const group of [single, plain, many]) await turn(load, group, warm);
    const [peer, one, first] = await rounds(load, [single, plain, many]);
    tell('one server', peer.turns);
    tell('one of each role, one partition', one.turns);
    console.log(`  ${one.times.toFixed(2)} × that of one server`);
    tell(`one that detects, ${PARTITIONS} partitions`, first.turns);
    judge('one that detects: of one server', first.times, LIMITS.one, ' ×');
    await end(plain.servers);
    let last = first;
    let known = 1;
    for (const workers of values.workers
      .split(',')
      .map(Number)
      .filter((n) => n > 1)) {
      for (; known < workers; known++) {
        const server = await start(how, `detect${known + 1}`, '--role', 'detect', ...shared('s', PARTITIONS));
        many.servers.push(server);
        started.push(server);
      }
      // Each of them gets its share of the events only.
      await turn(load, many, (warm * workers) / 2);
      const [again, several] = await rounds(load, [single, many]);
      tell(`${workers} that detect`, several.turns);
      tell('  one server, beside', again.turns);
      judge(`${workers} that detect: of one that does`, several.times / first.times, LIMITS.more, ' ×');
      last = several;
    }
    if (pids.length < 2) return undefined;
    const [[, ingest, detect], [, , ...shares]] = [rowsOf(one.turns), rowsOf(last.turns)];
    const [[broker, database], [brokerShared]] = [besideOf(one.turns), besideOf(last.turns)];
    // The one with the smallest share joins; what the others cost is sifting.
    const [joins, ...sifts] = [...shares].sort((a, b) => b.micros - a.micros);
    const sum = (rows, of) => rows.reduce((all, row) => all + of(row), 0);
    const sift = sifts.length === 0 ? undefined : sum(sifts, ({ micros }) => micros) / sum(sifts, ({ share }) => share);
    const measured = {
      ...{ rate: Number(values.rate), ingest: ingest.micros, detect: detect.micros, thread: detect.thread },
      ...{ broker, database },
      ...(sift !== undefined && {
        ...{ sift, join: Math.max(joins.thread, joins.micros - joins.share * sift), joinThread: joins.thread },
        brokerShared,
      }),
      ...(await bytesOf({
        ...{ bus, store, prefix: prefixOf('s'), schema: schemaOf('a') },
        ...{ stored: await single.stored(), sent: await many.stored() },
      }).catch((error) => {
        console.error(`bytes an event are those of before: ${error.message}`);
        return {};
      })),
    };
    return Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, Math.round(value * 10) / 10]));
  } finally {
    await end(started);
  }
}

try {
  if (parts.has('cost')) {
    const file = join(folder, 'otrf.jsonl');
    execFileSync(process.execPath, [here('./read-json.mjs'), 'unpack', join(root, 'otrf'), file]);
    const sender = fork(here('./live/load.mjs'), [file, '250', '100000'], { execArgv: ['--max-old-space-size=4096'] });
    const heard = () => new Promise((resolve) => sender.once('message', resolve));
    await heard();
    const constants = await cost((job) => {
      sender.send(job);
      return heard();
    }).finally(() => sender.disconnect());
    if (constants !== undefined) {
      const whole = { ...JSON.parse(readFileSync(here('./sizing.json'), 'utf8')), ...constants };
      print(whole);
      if (values.constants !== undefined) writeFileSync(values.constants, `${JSON.stringify(whole, null, 2)}\n`);
    }
  }
  if (parts.has('handover')) {
    const file = join(folder, 'otrf-some.jsonl');
    execFileSync(process.execPath, [here('./read-json.mjs'), 'unpack', join(root, 'otrf'), file]);
    const told = await handOvers({ how, shared: shared('h', PARTITIONS), file });
    for (const { what, seconds } of told)
      judge(`${what}: the next events are stored after`, seconds, LIMITS.seconds, ' s');
  }
  process.exitCode = failed ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
