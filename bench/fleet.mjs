/**
 * Claim: several servers cost at most 1.8 × the CPU an event of a single one that keeps its store in the same database. Ours alone is
 * counted, all processes of a run together; broker and database are other people's.
 *
 * Input: the events of otrf/ below HAETAE_DATA, told as of now and of 50 hosts, and rules of sigma/rules/windows, as bench/live.mjs. A
 * broker and a database run already: HAETAE_BUS=kafka://host:port, HAETAE_STORE=postgres://… (topics and schemas of their own are made).
 * HAETAE_PIDS=BROKER,DATABASE, their first processes, has their CPU and bytes told too, and the table of bench/sizing.mjs made of it.
 * Usage: HAETAE_DATA=… HAETAE_BUS=… HAETAE_STORE=… node bench/fleet.mjs [--rate 4000] [--seconds 60] [--constants FILE]
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { print } from './sizing.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const HAETAE = here('../packages/haetae/bin/haetae.js');
const MOST_TIMES = 1.8;
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '4000' },
    seconds: { type: 'string', default: '60' },
    constants: { type: 'string' },
  },
});
const { HAETAE_DATA: root, HAETAE_BUS: bus, HAETAE_STORE: store } = process.env;
for (const name of ['HAETAE_DATA', 'HAETAE_BUS', 'HAETAE_STORE'])
  if (process.env[name] === undefined) throw new Error(`${name} is not set: bench/fleet.mjs says what it names`);
const folder = mkdtempSync(join(tmpdir(), 'haetae-bench-fleet-'));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const run = Date.now();

/** CPU of a process, all its threads, in seconds. */
const cpuOf = ({ pid }) => cpuIn(`/proc/${pid}/stat`);
function cpuIn(path) {
  const stat = readFileSync(path, 'utf8');
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
  return (Number(user) + Number(system)) / 100;
}

/** The same of a thread of it that was busiest since, in seconds; call with what an earlier call gave. */
function threadsOf({ pid }) {
  const folder = `/proc/${pid}/task`;
  return new Map(readdirSync(folder).map((id) => [id, cpuIn(`${folder}/${id}/stat`)]));
}
const busiest = (before, now) => Math.max(...[...now].map(([id, cpu]) => cpu - (before.get(id) ?? 0)));

/** A process and its children: a database has one for each connection. */
function familyOf(pid) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)]);
  const own = [pid, ...parents.filter(([, parent]) => parent === pid).map(([id]) => id)];
  return own.reduce((sum, id) => sum + cpuIn(`/proc/${id}/stat`), 0);
}
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2]);
  } catch {
    return 0;
  }
}
const others = (process.env.HAETAE_PIDS ?? '').split(',').filter(Boolean).map(Number);

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function start(name, ...args) {
  const [data, port] = [join(folder, name), await freePort()];
  const rules = ['--no-builtin', '--rules', join(root, 'sigma', 'rules', 'windows')];
  const all = [HAETAE, 'serve', '--data', data, '--port', String(port), ...rules, ...args];
  const env = { ...process.env };
  delete env.HAETAE_BUS;
  delete env.HAETAE_STORE;
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/readyz`).catch(() => ({ ok: false }))).ok) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    await pause(100);
  }
  return { name, data, url, child };
}

function token({ data }, kind, ...more) {
  const args = ['token', 'create', kind, '--data', data, '--kind', kind, '--format', 'json', ...more];
  return JSON.parse(execFileSync(process.execPath, [HAETAE, ...args], { encoding: 'utf8' })).secret;
}

/** Sends to `ingest` what the load says, until `web` counts it all; CPU an event of every server, in µs. */
async function measure(load, servers, ingest, web) {
  const [shipper, reader] = [token(web, 'ingest'), token(web, 'api', '--role', 'viewer')];
  const stored = async () => {
    const answer = await fetch(`${web.url}/api/stats`, { headers: { authorization: `Bearer ${reader}` } });
    return (await answer.json()).events;
  };
  const send = async (seconds) => {
    const before = await stored();
    const headers = { authorization: `Bearer ${shipper}`, 'content-type': 'application/x-ndjson' };
    const job = { url: ingest.url, path: '/ingest/ndjson', headers, rate: Number(values.rate), seconds, senders: 8 };
    const sent = await load({ ...job, mark: false });
    for (let last = -1, now = before; now !== last; ) {
      await pause(2500);
      [last, now] = [now, await stored()];
    }
    // Records of the same id and time are one event; the pool holds a few.
    if ((await stored()) - before < sent.events * 0.98)
      throw new Error(`${(await stored()) - before} of ${sent.events} events are stored`);
    return sent.events;
  };
  await send(10);
  const before = servers.map(({ child }) => cpuOf(child));
  const threads = servers.map(({ child }) => threadsOf(child));
  const beside = others.map(familyOf);
  const events = await send(Number(values.seconds));
  const micros = (seconds) => (seconds / events) * 1e6;
  return {
    rows: servers.map(({ name, child }, i) => ({
      name,
      micros: micros(cpuOf(child) - before[i]),
      thread: micros(busiest(threads[i], threadsOf(child))),
    })),
    others: others.map((pid, i) => micros(familyOf(pid) - beside[i])),
  };
}

const file = join(folder, 'otrf.jsonl');
execFileSync(process.execPath, [here('./read-json.mjs'), 'unpack', join(root, 'otrf'), file]);
const child = fork(here('./live/load.mjs'), [file, '250', '100000'], {
  execArgv: ['--max-old-space-size=4096'],
});
const heard = () => new Promise((resolve) => child.once('message', resolve));
await heard();
const load = (job) => {
  child.send(job);
  return heard();
};
async function end(servers) {
  for (const { child: one } of servers) {
    one.kill('SIGTERM');
    await new Promise((resolve) => one.once('exit', resolve));
  }
}
const sum = (rows) => rows.reduce((all, { micros }) => all + micros, 0);
const shown = (rows) => rows.map(({ name, micros }) => `${name} ${micros.toFixed(1)}`).join(', ');
const schema = (name) => `${store}${store.includes('?') ? '&' : '?'}schema=bench${run}${name}`;
try {
  const alone = await start('single', '--store', schema('a'));
  const { rows: single } = await measure(load, [alone], alone, alone);
  await end([alone]);
  console.log(`one server: ${shown(single)} µs of CPU an event`);
  const shared = ['--store', schema('b'), '--bus', `${bus.replace(/\/*$/, '')}/bench${run}`];
  const servers = [];
  for (const role of ['web', 'ingest', 'detect']) servers.push(await start(role, '--role', role, ...shared));
  const { rows: several, others: beside } = await measure(load, servers, servers[1], servers[0]);
  await end(servers);
  const times = sum(several) / sum(single);
  console.log(`one of each role: ${shown(several)}; in all ${sum(several).toFixed(1)} µs of CPU an event`);
  console.log(
    `${times <= MOST_TIMES ? 'ok' : 'NOT MET'}: ${times.toFixed(2)} × that of one server (at most ${MOST_TIMES} ×)`,
  );
  if (beside.length === 2) {
    const [broker, database] = beside;
    const [, { micros: ingest }, { micros: detect, thread }] = several;
    const kept = JSON.parse(readFileSync(here('./sizing.json'), 'utf8'));
    const constants = { ...kept, ingest, detect, thread, broker, database };
    print(constants);
    if (values.constants !== undefined) writeFileSync(values.constants, `${JSON.stringify(constants, null, 2)}\n`);
  }
  process.exitCode = times <= MOST_TIMES ? 0 : 1;
} finally {
  child.disconnect();
  rmSync(folder, { recursive: true, force: true });
}
