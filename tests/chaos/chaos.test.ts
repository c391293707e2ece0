import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { shadowsIn } from '../live/shadows.ts';
import { createToken, pause, type Serve, type ServeOptions, serve } from './serve.ts';
import { ATTACK_EVERY, Shipper } from './shipper.ts';
import { stored } from './stored.ts';

/**
 * `haetae serve` as a process under load, and what happens to servers: killed at any moment, a full disk, listeners that do not
 * listen, a clock that is set, garbage, slow senders. What was acknowledged is there afterwards, once; HAETAE_CHAOS=n rounds of kills.
 */
const ROUNDS = Number(process.env.HAETAE_CHAOS ?? 30);
const START_MS = 5000;

const root = mkdtempSync(join(tmpdir(), 'haetae-chaos-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const rules = shadowsIn(root);

/** The same every time: a failure can be looked at again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

interface Place {
  readonly data: string;
  readonly token: string;
  /** Of a viewer of the API. */
  readonly viewer: string;
  start(extra?: Partial<ServeOptions>): Promise<Serve>;
}

async function place(name: string, folder = join(root, name)): Promise<Place> {
  const data = join(folder, 'data');
  const token = createToken(data, 'ingest');
  const viewer = createToken(data, 'api', '--role', 'viewer');
  const port = await freePort();
  return {
    data,
    token,
    viewer,
    start: (extra = {}) =>
      serve({ data, port, ...extra, args: ['--no-builtin', '--rules', rules, ...(extra.args ?? [])] }),
  };
}

/** Ends the server once all that is durable is detected and stored. */
async function finish({ viewer }: Place, server: Serve): Promise<void> {
  for (;;) {
    const answer = await fetch(`${server.url}/api/stats`, { headers: { authorization: `Bearer ${viewer}` } });
    expect(answer.status).toBe(200);
    if (((await answer.json()) as { backlog: number }).backlog === 0) break;
    await pause(50);
  }
  expect(await server.stop()).toBe(0);
}

/** Every event of these shippers stands there once, and what it is found for as well. */
async function expectAll(data: string, shippers: readonly Shipper[]): Promise<void> {
  const { events, findings } = await stored(data);
  for (const { host, acknowledged } of shippers) {
    const sent = { rows: acknowledged, records: acknowledged, last: acknowledged };
    expect({ host, ...events.get(host) }).toEqual({ host, ...sent });
    const attacks = Math.floor(acknowledged / ATTACK_EVERY);
    expect({ host, ...findings.get(host) }).toEqual({ host, rows: attacks, events: attacks });
  }
}

const until = async (what: () => boolean, ms = 30_000): Promise<void> => {
  const end = performance.now() + ms;
  while (!what()) {
    if (performance.now() > end) throw new Error(`not so after ${ms} ms: ${what}`);
    await pause(20);
  }
};

describe('killed', () => {
  test(`${ROUNDS} times under load at any moment, it loses nothing acknowledged, doubles nothing, and is back within 5 s`, async () => {
    const here = await place('killed');
    const next = random(20261128);
    let server = await here.start();
    const shippers = [50, 50, 200, 7].map((size, i) => new Shipper(server.url, here.token, `ws-${i}`, size));
    for (const shipper of shippers) shipper.start();
    const starts: number[] = [];
    const cpu: number[] = [];
    const acknowledged = () => shippers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    for (let round = 0; round < ROUNDS; round++) {
      const had = acknowledged();
      await until(() => acknowledged() > had);
      await pause(Math.floor(next() * 1500));
      await server.kill();
      server = await here.start();
      starts.push(server.startMs);
      cpu.push(server.startCpuMs);
    }
    await Promise.all(shippers.map((shipper) => shipper.stop()));
    await finish(here, server);
    console.log(
      `${acknowledged()} events acknowledged over ${ROUNDS} kills, ${shippers.reduce((n, s) => n + s.repeated, 0)} batches sent again; slowest start ${Math.max(...starts).toFixed(0)} ms, most CPU of one ${Math.max(...cpu)} ms`,
    );
    await expectAll(here.data, shippers);
    expect(Math.max(...starts)).toBeLessThan(START_MS);
  }, 900_000);
});

describe('a full disk', () => {
  test('senders are told to come again, and once there is room everything goes on', async (context) => {
    const disk = join(root, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'none', disk], { stdio: 'pipe' });
    } catch (error) {
      if (process.env.CI === 'true') throw error;
      return context.skip('a small disk needs the right to mount one');
    }
    try {
      const here = await place('full', disk);
      const server = await here.start();
      const shipper = new Shipper(server.url, here.token, 'ws-full', 100);
      const ballast = join(disk, 'ballast');
      shipper.start();
      await until(() => shipper.acknowledged >= 1000);
      try {
        writeFileSync(ballast, Buffer.alloc(96 * 1024 * 1024));
      } catch {
        // As full as it gets.
      }
      await until(() => shipper.refused > 0, 60_000);
      const at = shipper.acknowledged;
      expect([...shipper.statuses.keys()].filter((status) => status >= 400)).toEqual([503]);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      rmSync(ballast);
      await until(() => shipper.acknowledged > at + 500, 60_000);
      await shipper.stop();
      await finish(here, server);
      await expectAll(here.data, [shipper]);
      expect(server.said()).toMatch(/nothing can be kept.*(ENOSPC|no space|full)/i);
      expect(server.said()).toContain('what is sent can be kept again');
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  }, 300_000);
});

describe('bad company', () => {
  test('listeners that stop to read hold up nobody, and cost no memory', async () => {
    const here = await place('stopped');
    const server = await here.start();
    const sockets = Array.from({ length: 20 }, () => {
      const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.write(`GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${here.viewer}\r\n\r\n`);
      socket.pause();
      socket.on('error', () => {});
      return socket;
    });
    const shipper = new Shipper(server.url, here.token, 'ws-stopped', 200);
    shipper.start();
    await until(() => shipper.acknowledged >= 4000, 60_000);
    const early = residentMb(server);
    await until(() => shipper.acknowledged >= 20_000, 120_000);
    expect(residentMb(server) - early).toBeLessThan(200);
    await shipper.stop();
    for (const socket of sockets) socket.destroy();
    await finish(here, server);
    await expectAll(here.data, [shipper]);
  }, 300_000);

  test('garbage at every door is refused or kept as damaged, and events beside it come through', async () => {
    const here = await place('garbage');
    const server = await here.start();
    const shipper = new Shipper(server.url, here.token, 'ws-garbage', 50);
    shipper.start();
    const next = random(7);
    const noise = (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(next() * 256)));
    const doors: readonly (readonly [path: string, type: string])[] = [
      ['/ingest/ndjson', 'application/x-ndjson'],
      ['/_bulk', 'application/x-ndjson'],
      ['/services/collector/event', 'application/json'],
      ['/services/collector/raw', 'text/plain'],
      ['/v1/logs', 'application/json'],
      ['/v1/logs', 'application/x-protobuf'],
    ];
    const statuses = new Set<number>();
    for (let i = 0; i < 300; i++) {
      const [path, type] = doors[i % doors.length]!;
      const kinds = [
        noise(Math.floor(next() * 4000)),
        Buffer.from('{"a":'.repeat(3000)),
        Buffer.from(`{"index":{}}\n${'x'.repeat(100_000)}\n`),
        Buffer.from('{"Hostname":"ws-garbage","EventID":'),
      ];
      const answer = await fetch(server.url + path, {
        method: 'POST',
        headers: {
          'content-type': type,
          authorization: path.startsWith('/services') ? `Splunk ${here.token}` : `Bearer ${here.token}`,
          ...(i % 7 === 0 && { 'content-encoding': 'gzip' }),
        },
        body: kinds[Math.floor(next() * kinds.length)]!,
      });
      await answer.arrayBuffer();
      statuses.add(answer.status);
    }
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
    const at = shipper.acknowledged;
    await until(() => shipper.acknowledged > at);
    await shipper.stop();
    await finish(here, server);
    const { events } = await stored(here.data);
    expect(events.get('ws-garbage')).toMatchObject({ records: shipper.acknowledged });
  }, 300_000);

  test('slow senders are sent away, and others wait for nobody', async () => {
    const here = await place('slow');
    const server = await here.start();
    const sockets = Array.from({ length: 300 }, () => {
      const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST /ingest/ndjson HTTP/1.1\r\nHost: 127.0.0.1\r\n');
      return socket;
    });
    const closed = new Set<net.Socket>();
    for (const socket of sockets) socket.on('close', () => closed.add(socket));
    const drip = setInterval(() => {
      for (const socket of sockets) if (!socket.destroyed) socket.write('X-A: b\r\n');
    }, 1000);
    const shipper = new Shipper(server.url, here.token, 'ws-slow', 50);
    shipper.start();
    await until(() => shipper.acknowledged >= 2000, 60_000);
    const asked = performance.now();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(performance.now() - asked).toBeLessThan(1000);
    await until(() => closed.size === sockets.length, 45_000);
    clearInterval(drip);
    await shipper.stop();
    await finish(here, server);
    await expectAll(here.data, [shipper]);
  }, 300_000);
});

describe('a clock that is set', () => {
  test('back by an hour and forward by a day: nothing is lost or doubled', async () => {
    const here = await place('clock');
    const file = join(root, 'clock-step');
    writeFileSync(file, '0');
    const server = await here.start({
      execArgv: ['--import', new URL('./clock-step.mjs', import.meta.url).href],
      env: { HAETAE_CLOCK_FILE: file },
    });
    const shipper = new Shipper(server.url, here.token, 'ws-clock', 50);
    shipper.start();
    for (const step of [-3_600_000, 86_400_000, 0]) {
      writeFileSync(file, String(step));
      const at = shipper.acknowledged;
      await until(() => shipper.acknowledged > at + 1000, 60_000);
    }
    await shipper.stop();
    await finish(here, server);
    await expectAll(here.data, [shipper]);
  }, 300_000);
});

function residentMb({ process: { pid } }: Serve): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024;
}
