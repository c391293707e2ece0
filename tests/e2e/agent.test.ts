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
import { newSecret } from '../../packages/haetae/src/server/auth/secrets.ts';
import { Ledger, LIVE_FORMATS, readFrameHead } from '../../packages/haetae/src/source/index.ts';
import { LogReader } from '../../packages/haetae/src/store/index.ts';
import { ROOT, run } from './haetae.ts';

/** Real processes: the built agent, and a server over the real log; either is killed as the machine kills. */
const AGENT = join(ROOT, 'packages/agent/bin/haetae-agent.js');
const SERVER = join(ROOT, 'tests/e2e/agent-server.mjs');
const secret = newSecret('enrol');
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
  writeFileSync(join(folder, 'token'), `${secret}\n`);
});
afterEach(async () => {
  for (const child of alive) await kill(child);
  rmSync(folder, { recursive: true, force: true });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function start(args: readonly string[], name: string): ChildProcess {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HAETAE_TEST_SECRET: secret, LANG: 'en_US.UTF-8' },
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
async function serve(): Promise<ChildProcess> {
  const child = start([SERVER, join(folder, 'server'), String(port)], 'server');
  url = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()));
    child.once('exit', () => reject(new Error(readFileSync(join(folder, 'server.log'), 'utf8'))));
  });
  port = Number(new URL(url).port);
  return child;
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

/** What the log holds, each batch once by its name: `n` of the file's lines, and the agent's own words. */
function logged(): { lines: number[]; words: string[]; sentTwice: number } {
  const lines: number[] = [];
  const words: string[] = [];
  const seen = new Map<string, string>();
  let sentTwice = 0;
  const reader = new LogReader(join(folder, 'server', 'log'), 1, () => {});
  for (
    let frames = reader.read(Number.MAX_SAFE_INTEGER);
    frames.length > 0;
    frames = reader.read(Number.MAX_SAFE_INTEGER)
  )
    for (const { head: raw, body, receivedMs } of frames) {
      const head = readFrameHead(raw)!;
      const text = Buffer.from(body).toString('utf8');
      if (seen.has(head.position)) {
        // A name is of one batch for good.
        expect(seen.get(head.position)).toBe(text);
        sentTwice++;
        continue;
      }
      seen.set(head.position, text);
      const options = { ledger: new Ledger(), timeZone: 'UTC', receivedMs };
      for (const { event } of LIVE_FORMATS.get(head.format)!.read(Buffer.from(body), options)) {
        if (head.format === 'agent') words.push(`${event.computer} ${event.eventId}`);
        else lines.push(Number(event.get('n')));
      }
      expect(options.ledger.notices()).toEqual([]);
    }
  return { lines, words, sentTwice };
}

async function until(count: number): Promise<ReturnType<typeof logged>> {
  for (let waited = 0; ; waited++) {
    const found = logged();
    if (found.lines.length >= count) return found;
    if (waited > 300)
      throw new Error(
        `${found.lines.length} of ${count}: ${readFileSync(join(folder, 'agent.log'), 'utf8').slice(-2000)}`,
      );
    await sleep(200);
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
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('an agent and its server', () => {
  beforeEach(() => {
    written = 0;
    port = 0;
  });

  test('enrol, collect, tell how they are; a second run with the same token is the same host', async () => {
    await serve();
    const first = await enrol();
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^Enrolled with http:\/\/127\.0\.0\.1:\d+ as [0-9a-f-]{36}\./);
    expect((await enrol()).stdout.split('\n')[0]).toBe(first.stdout.split('\n')[0]);
    write(1000);
    const agent = collect();
    expect((await until(1000)).lines).toEqual(upTo(1000));
    await sleep(500);
    const status = await run(process.execPath, [AGENT, 'status', '--dir', own]);
    expect(status.stdout).toContain('connected since');
    expect(status.stdout).toMatch(/file:.*app\.log {2}reads/);
    await kill(agent, 'SIGTERM');
    expect(logged().words).toEqual(expect.arrayContaining(['web01 1', 'web01 3']));
  });

  test('killed, the one or the other, again and again, with the file renamed in between: nothing is lost, nothing is there twice', async () => {
    let server = await serve();
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
    const { lines, sentTwice } = logged();
    expect(lines.length).toBe(ROUNDS * 3250);
    expect(lines).toEqual(upTo(written));
    console.log(`${lines.length} lines, ${sentTwice} batches sent twice and known again`);
  }, 600_000);

  test('a server that is away: the spool keeps what comes, over a restart of the agent too', async () => {
    const server = await serve();
    expect((await enrol()).code).toBe(0);
    await kill(server);
    let agent = collect();
    write(2000);
    while (spooled() < 2000) await sleep(50);
    await kill(agent);
    rmSync(log);
    agent = collect();
    await serve();
    expect((await until(2000)).lines).toEqual(upTo(2000));
    await kill(agent);
  });

  test('what cannot be: a wrong server, a wrong token, no TLS beyond this machine', async () => {
    await serve();
    const other = await enrol('--server-key', 'ab'.repeat(32));
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("the server's key is another one")]);
    writeFileSync(join(folder, 'token'), newSecret('enrol'));
    expect((await enrol()).stderr).toContain('the server refuses: 401');
    writeFileSync(join(folder, 'token'), 'nonsense');
    expect((await enrol()).code).toBe(2);
    const far = await run(
      process.execPath,
      [AGENT, 'enrol', '--dir', own, '--server', 'http://192.0.2.1', '--lang', 'ko'],
      {
        env: { ...process.env, HAETAE_ENROL_TOKEN: secret },
      } as never,
    );
    expect([far.code, far.stderr]).toEqual([expect.any(Number), expect.stringContaining('haetae-agent: ')]);
  });
});
