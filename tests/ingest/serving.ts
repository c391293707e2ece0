import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { BIN, haetae } from '../e2e/haetae.ts';
import { CERTIFICATE } from '../live/certificate.ts';
import { sleep } from './harness.ts';

export interface Served {
  readonly data: string;
  readonly syslog: number;
  readonly child: ChildProcess;
  readonly url: string;
  readonly secret: string;
}

/** A port that nobody has just now. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

/** `haetae serve` as a user runs it, and a token of `haetae token create`. */
export async function serve(root: string, name: string, tls: boolean, token: readonly string[] = []): Promise<Served> {
  const data = join(root, name);
  mkdirSync(data);
  writeFileSync(join(root, 'cert.pem'), CERTIFICATE.cert);
  writeFileSync(join(root, 'key.pem'), CERTIFICATE.key);
  const syslog = await freePort();
  const args = tls
    ? ['--tls-cert', join(root, 'cert.pem'), '--tls-key', join(root, 'key.pem'), '--syslog-tls', `127.0.0.1:${syslog}`]
    : ['--syslog-tcp', `127.0.0.1:${syslog}`];
  const out = openSync(join(root, `${name}.log`), 'w');
  const command = [BIN, 'serve', '--data', data, '--port', String(await freePort()), ...args, '--lang', 'en'];
  const child = spawn(process.execPath, command, { stdio: ['ignore', out, out] });
  const control = join(data, 'control.json');
  for (let tries = 0; ; tries++) {
    try {
      const { url } = JSON.parse(readFileSync(control, 'utf8')) as { url: string };
      const made = await haetae(['token', 'create', 'test', '--data', data, ...token]);
      if (made.code !== 0) throw new Error(made.stderr);
      return { data, syslog, child, url, secret: made.stdout.trim() };
    } catch (error) {
      if (tries > 1200 || child.exitCode !== null)
        throw new Error(`${error}\n${readFileSync(join(root, `${name}.log`))}`);
      await sleep(100);
    }
  }
}

export async function stop({ child }: Served): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
