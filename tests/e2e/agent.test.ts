import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSegment } from '../../packages/agent/src/spool/entry.ts';
import { BIN, haetae, ROOT, run } from './haetae.ts';

/** Real processes: the built agent, and `haetae serve`; either is killed as the machine kills. */
const AGENT = join(ROOT, 'packages/agent/bin/haetae-agent.js');
/** Kills. */
const ROUNDS = Number(process.env.HAETAE_KILLS ?? 4);

let folder: string;
let own: string;
let log: string;
let url: string;
const alive = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-agent-'));
  own = join(folder, 'agent');
  log = join(folder, 'app.log');
  mkdirSync(own);
  writeFileSync(
    join(own, 'agent.json'),
    JSON.stringify({ journald: false, files: [{ path: log, from: 'beginning' }], heartbeatSeconds: 5 }),
  );
});
afterEach(async () => {
  for (const child of alive) await kill(child);
  rmSync(folder, { recursive: true, force: true });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function start(args: readonly string[], name: string): ChildProcess {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'en_US.UTF-8' },
  });
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (bytes: Buffer) => appendFileSync(join(folder, `${name}.log`), bytes));
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

let port = 0;
const data = (): string => join(folder, 'server');
/** `haetae serve`, once it listens. */
async function serve(): Promise<ChildProcess> {
  const child = start([BIN, 'serve', '--data', data(), '--port', String(port), '--no-builtin'], 'server');
  url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout!.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const match = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (match !== null) resolve(match[1]!);
    });
    child.once('exit', () => reject(new Error(`${said}${readFileSync(join(folder, 'server.log'), 'utf8')}`)));
  });
  port = Number(new URL(url).port);
  return child;
}

/** One question to the server, as the command line on the same machine asks. */
async function ask(path: string, body?: object): Promise<string> {
  const control = JSON.parse(readFileSync(join(data(), 'control.json'), 'utf8')) as { secret: string };
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${control.secret}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text;
}

/** A token for one host, made beside the running server. */
async function token(): Promise<string> {
  const { stdout, stderr, code } = await haetae(['token', 'create', 'hosts', '--kind', 'enrol', '--data', data()]);
  expect(code, stderr).toBe(0);
  writeFileSync(join(folder, 'token'), stdout);
  return stdout.trim();
}

const enrol = (...more: string[]) =>
  run(process.execPath, [
    AGENT,
    'enrol',
    '--dir',
    own,
    '--server',
    url,
    '--token-file',
    join(folder, 'token'),
    '--host',
    'web01',
    ...more,
  ]);
const collect = (): ChildProcess => start([AGENT, 'run', '--dir', own], 'agent');

interface Stored {
  readonly id: string;
  readonly channel: string;
  readonly eventId: number;
  readonly host: string;
  readonly marks: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
}

/** Everything that a search finds, the oldest first. */
async function search(query: object): Promise<Stored[]> {
  const found: Stored[] = [];
  for (let cursor: string | undefined; ; ) {
    const text = await ask('/api/events/search', {
      ...query,
      order: 'oldest',
      limit: 10_000,
      ...(cursor !== undefined && { cursor }),
    });
    let next: string | null = null;
    for (const line of text.trimEnd().split('\n')) {
      const part = JSON.parse(line) as { kind: string; events?: Stored[]; next?: string | null; message?: string };
      if (part.kind === 'events') found.push(...part.events!);
      else if (part.kind === 'end') next = part.next!;
      else if (part.kind === 'error') throw new Error(part.message);
    }
    if (next === null) return found;
    cursor = next;
  }
}

/** `n` of the file's lines, as they are stored. */
async function stored(): Promise<number[]> {
  const events = await search({ host: 'web01', fields: [{ field: 'n', value: '*' }] });
  for (const { marks } of events) expect(marks).toEqual([]);
  return events.map(({ fields }) => Number(fields.n));
}

async function until(count: number): Promise<number[]> {
  let failure: unknown;
  for (let waited = 0; ; waited++) {
    // A server that has just begun may not answer yet.
    const found = await stored().catch((error: unknown) => {
      failure = error;
      return [];
    });
    if (found.length >= count) return found;
    if (waited > 400)
      throw new Error(`${found.length} of ${count}: ${readFileSync(join(folder, 'agent.log'), 'utf8').slice(-2000)}`, {
        cause: failure,
      });
    await sleep(500);
  }
}

/** Lines that the agent has on its own disk. */
function spooled(): number {
  const spool = join(own, 'spool');
  const segments = existsSync(spool) ? readdirSync(spool).filter((name) => name.endsWith('.spool')) : [];
  return segments
    .flatMap((name) => readSegment(0, readFileSync(join(spool, name))).found)
    .reduce((sum, { head }) => sum + head.items, 0);
}

let written = 0;
function write(count: number): void {
  let text = '';
  for (let i = 0; i < count; i++) text += `{"n":${++written},"Message":"${'x'.repeat(100)}"}\n`;
  appendFileSync(log, text);
}
const byNumber = (a: number, b: number): number => a - b;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('an agent and its server', { timeout: 600_000 }, () => {
  beforeEach(() => {
    written = 0;
    port = 0;
  });

  test('enrol, collect, tell how they are; a second run with the same token is the same host', async () => {
    await serve();
    await token();
    const first = await enrol();
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^Enrolled with http:\/\/127\.0\.0\.1:\d+ as [0-9a-f-]{36}\./);
    expect((await enrol()).stdout.split('\n')[0]).toBe(first.stdout.split('\n')[0]);
    write(1000);
    const agent = collect();
    expect((await until(1000)).sort(byNumber)).toEqual(upTo(1000));
    await sleep(500);
    const status = await run(process.execPath, [AGENT, 'status', '--dir', own]);
    expect(status.stdout).toContain('connected since');
    expect(status.stdout).toMatch(/file:.*app\.log {2}reads/);
    await kill(agent, 'SIGTERM');
    const words = async () =>
      (await search({ channel: 'Haetae-Agent/Operational' })).map(({ host, eventId }) => `${host} ${eventId}`);
    while (!(await words()).includes('web01 3')) await sleep(200);
    expect(await words()).toContain('web01 1');
    const { items } = JSON.parse(await ask('/api/agents')) as { items: object[] };
    expect(items).toMatchObject([{ host: 'web01', health: 'away', connected: false }]);
  });

  test('killed, the one or the other, again and again, with the file renamed in between: nothing is lost, nothing is there twice', async () => {
    let server = await serve();
    await token();
    expect((await enrol()).code).toBe(0);
    let agent = collect();
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < 6; i++) {
        write(500);
        await sleep(40 + ((round * 37 + i * 53) % 120));
      }
      if (round % 2 === 0) {
        await kill(agent);
        if (round === 2) renameSync(log, `${log}.1`);
        write(250);
        agent = collect();
      } else {
        await kill(server);
        write(250);
        server = await serve();
      }
      if (round === 3) renameSync(log, `${log}.2`);
    }
    await until(written);
    await sleep(1500);
    const lines = await stored();
    expect(lines.length).toBe(ROUNDS * 3250);
    expect(lines.sort(byNumber)).toEqual(upTo(written));
    const { events, possiblyRepeated } = JSON.parse(await ask('/api/stats')) as {
      events: number;
      possiblyRepeated: number;
    };
    expect([events >= lines.length, possiblyRepeated]).toEqual([true, 0]);
  });

  test('a server that is away: the spool keeps what comes, over a restart of the agent too', async () => {
    const server = await serve();
    await token();
    expect((await enrol()).code).toBe(0);
    await kill(server);
    let agent = collect();
    write(2000);
    while (spooled() < 2000) await sleep(50);
    await kill(agent);
    rmSync(log);
    agent = collect();
    await serve();
    expect((await until(2000)).sort(byNumber)).toEqual(upTo(2000));
    await kill(agent);
  });

  test('what cannot be: a wrong server, a wrong token, no TLS beyond this machine', async () => {
    await serve();
    const secret = await token();
    const other = await enrol('--server-key', 'ab'.repeat(32));
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("the server's key is another one")]);
    writeFileSync(
      join(folder, 'token'),
      secret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    );
    expect((await enrol()).stderr).toContain('the server refuses: 401');
    writeFileSync(join(folder, 'token'), 'nonsense');
    expect((await enrol()).code).toBe(2);
    const far = await run(
      process.execPath,
      [AGENT, 'enrol', '--dir', own, '--server', 'http://192.0.2.1', '--lang', 'ko'],
      { env: { HAETAE_ENROL_TOKEN: secret } },
    );
    expect([far.code, far.stderr]).toEqual([
      1,
      expect.stringMatching(/^haetae-agent: 서버에 연결할 수 없습니다: .*without TLS/),
    ]);
  });
});
