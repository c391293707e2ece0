import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built command line of this working copy. */
export const HAETAE = fileURLToPath(new URL('../../packages/haetae/bin/haetae.js', import.meta.url));

export interface Serve {
  readonly url: string;
  /** From the start of the process to the first answer that it is ready, in ms. */
  readonly startMs: number;
  /** CPU that this took, in ms: what a busy machine does not change. */
  readonly startCpuMs: number;
  readonly process: ChildProcess;
  /** All that it said on stderr and stdout. */
  said(): string;
  kill(): Promise<void>;
  /** As an administrator ends it; resolves with its exit status. */
  stop(): Promise<number | null>;
}

export interface ServeOptions {
  readonly data: string;
  readonly port: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  /** Before the command's own words: where it is to run. */
  readonly within?: readonly string[];
  /** How long it may take to be ready. */
  readonly readyMs?: number;
  /** Another version's command line. */
  readonly program?: string;
}

/** Starts `haetae serve` as its users do, and waits until it says that it is ready. Throws what it said when it ends instead. */
export async function serve({
  data,
  port,
  args = [],
  env = {},
  execArgv = [],
  within = [],
  readyMs = 60_000,
  program = HAETAE,
}: ServeOptions): Promise<Serve> {
  const began = performance.now();
  const [command, ...words] = [...within, process.execPath, ...execArgv, program, 'serve', '--data', data];
  const child = spawn(command!, [...words, '--port', String(port), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stdout.on('data', (bytes) => {
    said += bytes;
  });
  child.stderr.on('data', (bytes) => {
    said += bytes;
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`haetae serve ended: ${said}`);
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.body?.cancel().then(() => answer.ok),
      () => false,
    );
    if (ready) break;
    if (performance.now() - began > readyMs)
      throw new Error(`haetae serve is not ready after ${readyMs / 1000} s: ${said}`);
    await pause(20);
  }
  return {
    url,
    startMs: performance.now() - began,
    startCpuMs: cpuMs(child.pid!),
    process: child,
    said: () => said,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}

/** Of a process, all its threads. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, , , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
  return (Number(user) + Number(system)) * 10;
}

/** A shipper's token, made on the data directory while nobody serves it. */
export function createToken(data: string, kind: string, ...args: string[]): string {
  const out = execFileSync(
    process.execPath,
    [HAETAE, 'token', 'create', kind, '--data', data, '--kind', kind, '--format', 'json', ...args],
    { encoding: 'utf8' },
  );
  return (JSON.parse(out) as { secret: string }).secret;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
