/** Servers of a bench of several, and what they cost: CPU of their processes and threads, from /proc. */
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HAETAE = fileURLToPath(new URL('../../packages/haetae/bin/haetae.js', import.meta.url));

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Seconds of CPU that a line of /proc tells. */
function cpuIn(path) {
  const stat = readFileSync(path, 'utf8');
  const [, , , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
  return (Number(user) + Number(system)) / 100;
}
/** Of a process, all its threads. */
export const cpuOf = ({ child }) => cpuIn(`/proc/${child.pid}/stat`);
/** Of each of its threads, by id. */
export function threadsOf({ child }) {
  const folder = `/proc/${child.pid}/task`;
  return new Map(readdirSync(folder).map((id) => [id, cpuIn(`${folder}/${id}/stat`)]));
}
/** Of the thread that was busiest between two of these. */
export const busiest = (before, now) => Math.max(...[...now].map(([id, cpu]) => cpu - (before.get(id) ?? 0)));

/** A process and its children: a database has one for each connection. */
export function familyOf(pid) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)]);
  const own = [pid, ...parents.filter(([, parent]) => parent === pid).map(([id]) => id)];
  return own.reduce((sum, id) => sum + quietly(() => cpuIn(`/proc/${id}/stat`)), 0);
}
const parentOf = (pid) =>
  quietly(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2]);
  });
/** One that ended meanwhile counts as nothing. */
function quietly(what) {
  try {
    return what();
  } catch {
    return 0;
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A server that is ready; `folder`: where the data of all of them are, `node`: arguments of Node.js. */
export async function start({ folder, rules, node = [] }, name, ...args) {
  const [data, port] = [join(folder, name), await freePort()];
  const all = [
    ...node,
    HAETAE,
    'serve',
    '--data',
    data,
    '--port',
    String(port),
    '--no-builtin',
    '--rules',
    rules,
    ...args,
  ];
  const env = { ...process.env };
  delete env.HAETAE_BUS;
  delete env.HAETAE_STORE;
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const server = { name, data, url: `http://127.0.0.1:${port}`, child };
  while (!(await fetch(`${server.url}/readyz`).catch(() => ({ ok: false }))).ok) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    await pause(100);
  }
  return server;
}

export async function end(servers, signal = 'SIGTERM') {
  for (const { child } of servers) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

export function token({ data }, kind, ...more) {
  const args = ['token', 'create', kind, '--data', data, '--kind', kind, '--format', 'json', ...more];
  return JSON.parse(execFileSync(process.execPath, [HAETAE, ...args], { encoding: 'utf8' })).secret;
}

/** Numbers that a server tells of itself: those of a name, added up. `headers`: of who may read. */
export async function figure({ url }, name, headers) {
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const found = text.split('\n').filter((line) => line.startsWith(name) && /[ {]/.test(line[name.length]));
  return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
