import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why there can be no machine of its own for a server; undefined where there can be one. */
export const noFar = (): string | undefined =>
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'network namespaces need Linux and root'
    : ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].every((path) => !existsSync(path))
      ? 'ip is missing (Debian: iproute2)'
      : undefined;

/** The near side of the wire, and the far one. */
export const NEAR = '10.78.0.1';
export const FAR = '10.78.0.2';

/** Joins who connects to a place with another one; a place is a socket's path or an address with a port. */
const RELAY = `
  const net = require('node:net');
  const [from, to] = process.argv.slice(1).map((place) => place.startsWith('/') ? { path: place }
    : { host: place.slice(0, place.lastIndexOf(':')), port: Number(place.slice(place.lastIndexOf(':') + 1)) });
  net.createServer((one) => {
    const other = net.connect(to);
    for (const [a, b] of [[one, other], [other, one]]) {
      a.on('error', () => b.destroy());
      a.on('close', () => b.destroy());
      a.pipe(b);
    }
  }).listen(from, () => console.log('ready'));
`;

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/**
 * A machine behind a wire that can be cut: two network namespaces of the test's own, the near one joined with this machine's loopback by
 * sockets in a folder, so that nothing of the machine's own network is touched.
 */
export class Far {
  readonly #near = `haetae-n${process.pid}`;
  readonly #far = `haetae-f${process.pid}`;
  readonly #wire = `hn${process.pid}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'haetae-far-'));
  readonly #children: ChildProcess[] = [];
  readonly #servers: net.Server[] = [];

  constructor() {
    const there = `hf${process.pid}`;
    for (const space of [this.#near, this.#far]) ip('netns', 'add', space);
    ip('-n', this.#near, 'link', 'add', this.#wire, 'type', 'veth', 'peer', 'name', there, 'netns', this.#far);
    for (const [space, link, address] of [
      [this.#near, this.#wire, NEAR],
      [this.#far, there, FAR],
    ] as const) {
      ip('-n', space, 'addr', 'add', `${address}/24`, 'dev', link);
      ip('-n', space, 'link', 'set', link, 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
    }
  }

  /** Before the words of a command that is to run there. */
  get command(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#far];
  }

  /** A port of this machine's loopback, seen from there at {@link NEAR}. */
  async shows(port: number): Promise<void> {
    const path = join(this.#folder, `to-${port}`);
    await this.#joins(path, { host: '127.0.0.1', port });
    await this.#relay(`${NEAR}:${port}`, path);
  }

  /** A port of that machine, seen from here on loopback. */
  async isSeen(port: number): Promise<void> {
    const path = join(this.#folder, `from-${port}`);
    await this.#relay(path, `${FAR}:${port}`);
    await this.#joins({ host: '127.0.0.1', port }, path);
  }

  cut(): void {
    ip('-n', this.#near, 'link', 'set', this.#wire, 'down');
  }
  heal(): void {
    ip('-n', this.#near, 'link', 'set', this.#wire, 'up');
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const server of this.#servers) server.close();
    for (const space of [this.#near, this.#far]) ip('netns', 'delete', space);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #relay(from: string, to: string): Promise<void> {
    const args = ['netns', 'exec', this.#near, process.execPath, '-e', RELAY, from, to];
    const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    await once(child.stdout!, 'data');
  }

  async #joins(from: string | net.ListenOptions, to: string | net.NetConnectOpts): Promise<void> {
    const server = net.createServer((one) => {
      const other = typeof to === 'string' ? net.connect(to) : net.connect(to);
      for (const [a, b] of [
        [one, other],
        [other, one],
      ] as const) {
        a.on('error', () => b.destroy());
        a.on('close', () => b.destroy());
        a.pipe(b);
      }
    });
    this.#servers.push(server);
    server.listen(from);
    await once(server, 'listening');
  }
}
