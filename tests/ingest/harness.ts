import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnixMs } from '@haetae/event';
import { newSecret, secretHash } from '../../packages/haetae/src/server/auth/secrets.ts';
import { logIntake, type RunningServer, startServer } from '../../packages/haetae/src/server/index.ts';
import { type SyslogListener, startSyslog } from '../../packages/haetae/src/server/ingest/syslog/syslog.ts';
import type { Accepted } from '../../packages/haetae/src/server/intake.ts';
import { memory } from '../../packages/haetae/src/server/testing/memory.ts';
import { Ledger, LIVE_FORMATS, readFrameHead } from '../../packages/haetae/src/source/index.ts';
import { LogReader, openLog, openStore } from '../../packages/haetae/src/store/index.ts';
import { CERTIFICATE } from '../live/certificate.ts';

/** Where clients are built and kept between runs; outside of the repository. */
export const CLIENTS = process.env.HAETAE_CLIENTS ?? join(homedir(), '.cache', 'haetae-clients');

/** In CI these machines have all that the first tests need; elsewhere a missing client is said in one line. */
export function missing(client: string, why: string, always: boolean): void {
  if (always && process.env.CI === 'true') throw new Error(`${client}: ${why}`);
  console.log(`skipped: ${client}: ${why}`);
}

export const hasProgram = (name: string): boolean => {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

export interface Real {
  readonly server: RunningServer;
  readonly url: string;
  readonly directory: string;
  readonly secret: string;
  /** What the intake says before it asks the log. */
  readonly outcomes: Accepted[];
  syslog(transport: SyslogListener['transport'], tls?: boolean): Promise<number>;
  /** `HOST RECORD-ID` of every event in the log, in order. */
  events(): string[];
  /** Waits until so many are there, and a little more for those too many. */
  until(count: number): Promise<string[]>;
  /** A program of the machine; ended with the test. Its words are in `directory/NAME.log`. */
  run(name: string, command: string, args: readonly string[], env?: Record<string, string>): void;
  close(): Promise<void>;
}

/** A server over the real log and store, on free ports. */
export async function realServer(): Promise<Real> {
  const directory = mkdtempSync(join(tmpdir(), 'haetae-ingest-'));
  const bundle = new URL('../../packages/haetae/dist/bundle/', import.meta.url);
  const store = await openStore({ directory: join(directory, 'store'), worker: new URL('store-worker.js', bundle) });
  const logFolder = join(directory, 'log');
  mkdirSync(logFolder, { recursive: true });
  const log = await openLog({ directory: logFolder, worker: new URL('log-worker.js', bundle) });
  const outcomes: Accepted[] = [];
  const intake = logIntake(log);
  const server = await startServer({
    ports: {
      ...memory(Date.now).ports,
      accounts: store,
      intake: { accept: async (frame) => outcomes.shift() ?? intake.accept(frame) },
    },
    version: '0.0.0',
    log: () => {},
    now: Date.now,
    limits: { hold: 0 },
  });
  const secret = newSecret('ingest');
  await store.tokens.create({
    id: 'shipper',
    name: 'shipper',
    hash: secretHash(secret),
    hint: '',
    kind: 'ingest',
    role: null,
    scopes: [],
    hosts: [],
    networks: ['127.0.0.0/8'],
    createdBy: 'test',
    createdMs: Date.now() as UnixMs,
    expiresMs: null,
    revokedMs: null,
    usedMs: null,
    usesLeft: null,
  });
  const closers: (() => Promise<void> | void)[] = [];
  const reader = new LogReader(logFolder, 1, (damage) => {
    throw new Error(damage.reason);
  });
  const found: string[] = [];
  async function read(): Promise<string[]> {
    const { durable } = await log.status();
    for (let frames = reader.read(durable); frames.length > 0; frames = reader.read(durable))
      for (const { head, body, receivedMs } of frames) {
        const format = LIVE_FORMATS.get(readFrameHead(head)!.format)!;
        const ledger = new Ledger();
        for (const { event } of format.read(Buffer.from(body), { ledger, timeZone: 'UTC', receivedMs }))
          found.push(`${event.computer} ${event.eventRecordId} ${event.eventId}`);
        const lost = ledger.notices().filter(({ kind }) => kind === 'lost');
        if (lost.length > 0) throw new Error(JSON.stringify(lost));
      }
    return found;
  }
  return {
    server,
    url: server.url,
    directory,
    secret,
    outcomes,
    async syslog(transport, tls = false) {
      const listener = await startSyslog(
        { transport, host: '127.0.0.1', port: 0, token: 'shipper', ...(tls && { tls: CERTIFICATE }) },
        server.parts,
      );
      closers.push(listener.close);
      return listener.port;
    },
    events: () => found,
    async until(count) {
      const end = Date.now() + 90_000;
      while ((await read()).length < count) {
        if (Date.now() > end) throw new Error(`${found.length} of ${count} events after 90 s`);
        await sleep(100);
      }
      await sleep(1500);
      return read();
    },
    run(name, command, args, env = {}) {
      const out = openSync(join(directory, `${name}.log`), 'w');
      const child = spawn(command, args, {
        stdio: ['ignore', out, out],
        env: { ...process.env, ...env },
        cwd: directory,
      });
      closers.push(async () => {
        if (child.exitCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        const force = setTimeout(() => child.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(force);
      });
    },
    async close() {
      for (const close of closers.reverse()) await close();
      await server.close(0);
      await log.close();
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A package of npm at one version, installed once outside of the repository; its entry for `require`. */
export function npmClient(name: string, version: string): string | undefined {
  const folder = join(CLIENTS, 'npm', createHash('sha256').update(`${name}@${version}`).digest('hex').slice(0, 12));
  if (!existsSync(join(folder, 'node_modules', name, 'package.json'))) {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync(
        'npm',
        [
          'install',
          '--prefix',
          folder,
          '--no-audit',
          '--no-fund',
          '--ignore-scripts',
          '--no-save',
          `${name}@${version}`,
        ],
        { stdio: 'pipe', cwd: folder },
      );
    } catch {
      return undefined;
    }
  }
  const { version: installed } = JSON.parse(
    readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'),
  ) as {
    version: string;
  };
  return installed === version ? join(folder, 'package.json') : undefined;
}

export const uniqueName = (): string => randomUUID().slice(0, 8);
