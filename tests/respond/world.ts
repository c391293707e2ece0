import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Network namespaces, and what runs in them: all of it made by a test, and taken away by it. */
export const MISSING =
  process.platform !== 'linux'
    ? 'this is no Linux'
    : process.getuid?.() !== 0
      ? 'this needs root, to make network namespaces'
      : ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].every((path) => !existsSync(path))
        ? 'ip is missing (Debian: iproute2)'
        : !existsSync('/usr/sbin/nft')
          ? 'nft is missing (Debian: nftables)'
          : undefined;

export const SERVER = '10.77.0.1';
/** A second address behind the same wire: what an isolated host must not reach. */
export const PROBE = '10.77.0.9';
export const PROBE6 = 'fd77::9';
export const AGENT = '10.77.0.2';

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

export class World {
  readonly server: string;
  readonly agent: string;
  readonly #children = new Set<ChildProcess>();

  /** Two namespaces and a wire between them; nothing of the machine's own network is touched. */
  constructor() {
    this.server = `haetae-s${process.pid}`;
    this.agent = `haetae-a${process.pid}`;
    const [here, there] = [`hs${process.pid}`, `ha${process.pid}`];
    ip('netns', 'add', this.server);
    ip('netns', 'add', this.agent);
    ip('-n', this.server, 'link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', this.agent);
    for (const [space, link, ...addresses] of [
      [this.server, here, `${SERVER}/24`, `${PROBE}/24`, `${PROBE6}/64`],
      [this.agent, there, `${AGENT}/24`, 'fd77::2/64'],
    ] as const) {
      // In use at once: nobody else is there to have the same.
      for (const address of addresses)
        ip('-n', space, 'addr', 'add', address, 'dev', link, ...(address.includes(':') ? ['nodad'] : []));
      ip('-n', space, 'link', 'set', link, 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
    }
  }

  start(space: string, argv: readonly string[], told: (text: string) => void = () => {}): ChildProcess {
    // `ip netns exec` becomes the program: its process is the one that is signalled.
    const child = spawn('ip', ['netns', 'exec', space, ...argv], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'en_US.UTF-8', TZ: 'UTC' },
    });
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', told);
    child.stdin!.on('error', () => {});
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  run(space: string, argv: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', space, ...argv], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** To which of these a TCP connection from a namespace comes about, or is refused: either way the other side is reached. */
  reaches<K extends string>(targets: Readonly<Record<K, readonly [address: string, port: number]>>, from = this.agent) {
    const script = `
      const told = {};
      const targets = ${JSON.stringify(targets)};
      for (const [name, [host, port]] of Object.entries(targets)) {
        const socket = require('node:net').connect({ host, port });
        const done = (is) => {
          told[name] ??= is;
          socket.destroy();
          if (Object.keys(told).length === Object.keys(targets).length) process.stdout.write(JSON.stringify(told), () => process.exit());
        };
        socket.setTimeout(1000, () => done(false));
        socket.on('connect', () => done(true)).on('error', (error) => done(error.code === 'ECONNREFUSED'));
      }`;
    return JSON.parse(this.run(from, [process.execPath, '-e', script])) as Readonly<Record<K, boolean>>;
  }

  async end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const over = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await over;
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    for (const child of [...this.#children]) await this.end(child, 'SIGKILL');
    for (const space of [this.server, this.agent]) ip('netns', 'del', space);
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly cookie: string;
}

/** A browser, as far as the API sees one: requests from inside the server's namespace, with a cookie and its CSRF token. */
export class Client {
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  cookie = '';
  csrf = '';
  readonly url: string;

  constructor(world: World, url: string) {
    this.url = url;
    const script = `
      const { request } = require('node:https');
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { method, url, headers, body } = JSON.parse(line);
        const asked = request(url, { method, headers, rejectUnauthorized: false }, (response) => {
          let text = '';
          response.on('data', (piece) => (text += piece)).on('end', () => say(response.statusCode, text, (response.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')));
        });
        asked.on('error', (error) => say(0, JSON.stringify({ error: error.message }), ''));
        asked.end(body);
      });
      function say(status, text, cookie) { process.stdout.write(JSON.stringify({ status, text, cookie }) + '\\n'); }`;
    this.#child = world.start(world.server, [process.execPath, '-e', script]);
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const { status, text, cookie } = JSON.parse(line) as { status: number; text: string; cookie: string };
      let body: unknown = text;
      try {
        body = JSON.parse(text);
      } catch {
        // No JSON: as it is.
      }
      this.#waiting.shift()!({ status, body, cookie });
    });
  }

  ask<T = never>(
    method: string,
    path: string,
    body?: object,
    bearer?: string,
  ): Promise<{ status: number; body: T; cookie: string }> {
    const headers: Record<string, string> = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(bearer !== undefined
        ? { authorization: `Bearer ${bearer}` }
        : this.cookie !== '' && { cookie: this.cookie, 'x-csrf-token': this.csrf }),
    };
    return this.#send(method, path, headers, body === undefined ? '' : JSON.stringify(body)) as never;
  }

  /** Lines as they are, to a door for shippers. */
  raw(path: string, text: string, bearer: string): Promise<{ status: number; body: unknown }> {
    return this.#send(
      'POST',
      path,
      { authorization: `Bearer ${bearer}`, 'content-type': 'application/x-ndjson' },
      text,
    );
  }

  #send(method: string, path: string, headers: Record<string, string>, body: string): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => this.#waiting.push(resolve));
    this.#child.stdin!.write(`${JSON.stringify({ method, url: this.url + path, headers, body })}\n`);
    return answer;
  }

  /** Answers of success alone. */
  async must<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await this.ask<T>(method, path, body);
    if (answer.status >= 300 || answer.status === 0)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async login(path: '/api/setup' | '/api/login', body: object): Promise<this> {
    const { status, body: me, cookie } = await this.ask<{ csrf: string }>('POST', path, body);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(me)}`);
    this.cookie = cookie;
    this.csrf = me.csrf;
    return this;
  }
}
