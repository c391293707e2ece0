import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CERTIFICATE } from '../live/certificate.ts';
import { processStarted, startedMs } from './sysmon.ts';
import { playbook, rule } from './texts.ts';
import { Client, PROBE, SERVER, World } from './world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HAETAE = join(ROOT, 'packages/haetae/bin/haetae.js');
const AGENT_BIN = join(ROOT, 'packages/agent/bin/haetae-agent.js');
export const HOST = 'web01';
export const PORT = 8443;
const PASSWORD = 'a long enough password';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A response as the API tells it. */
export interface Shown {
  readonly id: string;
  readonly version: number;
  readonly action: string;
  readonly about: string;
  readonly state: string;
  readonly because: string[];
  readonly undoable: boolean;
  readonly outcomes: {
    readonly state: string;
    readonly reason: string;
    readonly detail: string;
    readonly verified: boolean | null;
    readonly atMs: number;
  }[];
}

export interface AuditLine {
  readonly action: string;
  readonly object: string;
  readonly actorName: string;
  readonly detail: Record<string, unknown>;
}

/**
 * An agent and a server, each in a network namespace of its own; programs under names that rules know, and a watcher that reports their starts as
 * Sysmon for Linux does. Nothing but what it started is signalled, and no network but its own is touched.
 */
export class Stage {
  readonly world = new World();
  readonly folder = mkdtempSync(join(tmpdir(), 'haetae-e2e-respond-'));
  readonly url = `https://${SERVER}:${PORT}`;
  readonly told = { server: '', agent: '' };
  /** An admin, a responder, a viewer. */
  kim!: Client;
  lee!: Client;
  viewer!: Client;
  server!: ChildProcess;
  agent!: ChildProcess;
  readonly #own = new Map<number, ChildProcess>();
  #isWatching = true;

  #more: readonly string[] = [];

  /** `more` gives what the server is started with besides. */
  static async open(more: (stage: Stage) => readonly string[] = () => []): Promise<Stage> {
    const stage = new Stage();
    try {
      stage.#more = more(stage);
      await stage.#open();
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  at(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async #open(): Promise<void> {
    for (const name of ['rules', 'playbooks', 'agent', 'bin']) mkdirSync(this.at(name));
    writeFileSync(this.at('rules', 'fast.yml'), rule(1, 'encrypts', 'impact', 't1486'));
    writeFileSync(this.at('rules', 'slow.yml'), rule(2, 'steals', 'credential-access', 't1003'));
    writeFileSync(this.at('rules', 'file.yml'), rule(3, 'drops', 'execution', 't1204.002'));
    writeFileSync(this.at('playbooks', 'fast.yml'), playbook(1, 'T1486', 'kill-process', 'none'));
    writeFileSync(this.at('playbooks', 'slow.yml'), playbook(2, 'T1003', 'kill-tree', 'two'));
    writeFileSync(this.at('playbooks', 'file.yml'), playbook(3, 'T1204.002', 'quarantine-file', 'one'));
    writeFileSync(this.at('cert.pem'), CERTIFICATE.cert);
    writeFileSync(this.at('key.pem'), CERTIFICATE.key, { mode: 0o600 });
    writeFileSync(this.at('sysmon.log'), '');
    this.makeKey();
    const said = await this.serve();
    const secret = /\/setup#(\S+)/.exec(said)?.[1];
    if (secret === undefined) throw new Error(said);
    this.kim = await this.#login('/api/setup', { token: secret, name: 'kim' });
    for (const [name, role] of [
      ['lee', 'responder'],
      ['park', 'viewer'],
    ] as const)
      await this.kim.must('POST', '/api/users', { name, role, password: PASSWORD });
    this.lee = await this.#login('/api/login', { name: 'lee' });
    this.viewer = await this.#login('/api/login', { name: 'park' });
    await this.#enrol();
    await this.collect();
    void this.#watch();
  }

  #login(path: '/api/setup' | '/api/login', who: object): Promise<Client> {
    return new Client(this.world, this.url).login(path, { ...who, password: PASSWORD });
  }

  /** A new key that commands are signed with. */
  makeKey(): void {
    rmSync(this.at('respond.pem'), { force: true });
    this.world.run(this.world.server, [process.execPath, HAETAE, 'respond', 'key', this.at('respond.pem')]);
  }

  async #enrol(): Promise<void> {
    const { secret } = await this.kim.must<{ secret: string }>('POST', '/api/agents/enrolments', {
      ...{ name: 'hosts', uses: 1, hosts: [], networks: [], hours: 1 },
    });
    writeFileSync(this.at('token'), `${secret}\n`, { mode: 0o600 });
    const files = [{ path: this.at('sysmon.log'), from: 'beginning' }];
    writeFileSync(this.at('agent', 'agent.json'), JSON.stringify({ journald: false, files, heartbeatSeconds: 5 }));
    this.policy();
    const fingerprint = createHash('sha256')
      .update(Buffer.from(CERTIFICATE.cert.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
      .digest('hex');
    this.world.run(this.world.agent, [
      ...[process.execPath, AGENT_BIN, 'enrol', '--dir', this.at('agent'), '--server', this.url],
      ...['--token-file', this.at('token'), '--host', HOST, '--fingerprint', fingerprint],
    ]);
  }

  async serve(): Promise<string> {
    const { told } = this;
    told.server = '';
    this.server = this.world.start(
      this.world.server,
      [
        ...[process.execPath, HAETAE, 'serve', '--data', this.at('data'), '--host', SERVER, '--port', String(PORT)],
        ...['--tls-cert', this.at('cert.pem'), '--tls-key', this.at('key.pem')],
        ...['--no-builtin', '--rules', this.at('rules'), '--respond-key', this.at('respond.pem')],
        ...['--respond-automatic', '--no-builtin-playbooks', '--playbooks', this.at('playbooks')],
        ...this.#more,
      ],
      (text) => (told.server += text),
    );
    for (let i = 0; !/rules? .*in force|rules in force|detecting/i.test(told.server) && i < 2400; i++) {
      if (this.server.exitCode !== null) throw new Error(told.server);
      await sleep(100);
      if (told.server.includes(this.url) && i > 30) break;
    }
    return told.server;
  }

  startAgent(): void {
    this.told.agent = '';
    this.agent = this.world.start(
      this.world.agent,
      [process.execPath, AGENT_BIN, 'run', '--dir', this.at('agent')],
      (text) => (this.told.agent += text),
    );
  }

  async collect(): Promise<void> {
    this.startAgent();
    await this.until('a connection', () => (this.told.agent.includes('"connected"') ? true : undefined));
  }

  /** `haetae-agent release`, as an administrator of the host runs it. */
  release(): string {
    return this.world.run(this.world.agent, [process.execPath, AGENT_BIN, 'release', '--dir', this.at('agent')]);
  }

  policy(more: object = {}): void {
    const allow = ['kill-process', 'kill-tree', 'suspend-process', 'quarantine-file', 'isolate-host', 'block-address'];
    const text = JSON.stringify({ allow, probe: `${PROBE}:53`, ...more });
    writeFileSync(this.at('agent', 'respond.json'), text, { mode: 0o600 });
  }

  /** A program that does nothing, under a name that a rule knows. */
  run(name: string): number {
    const path = this.at('bin', name);
    if (!existsSync(path)) {
      copyFileSync('/bin/sleep', path);
      chmodSync(path, 0o751);
    }
    const child = spawn(path, ['900'], { stdio: 'ignore' });
    this.#own.set(child.pid!, child);
    return child.pid!;
  }

  isAlive(pid: number): boolean {
    const child = this.#own.get(pid)!;
    return child.exitCode === null && child.signalCode === null;
  }

  kill(pid: number): void {
    this.#own.get(pid)!.kill('SIGKILL');
  }

  startedMs(pid: number): Promise<number> {
    return this.until('a start', () => {
      try {
        return startedMs(pid);
      } catch {
        return undefined;
      }
    });
  }

  async until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>, ms = 60_000): Promise<T> {
    for (const end = Date.now() + ms; ; ) {
      const found = await ask();
      if (found !== undefined) return found;
      if (Date.now() > end)
        throw new Error(`${what}\n${this.told.server.slice(-3000)}\n${this.told.agent.slice(-3000)}`);
      await sleep(100);
    }
  }

  /** The test's own Sysmon: looks at /proc, and writes down each process that began in its folder. */
  async #watch(): Promise<void> {
    const seen = new Set<number>();
    for (let record = 1; this.#isWatching; await sleep(25))
      for (const name of readdirSync('/proc')) {
        const pid = Number(name);
        if (!Number.isInteger(pid) || seen.has(pid) || !this.#own.has(pid)) continue;
        try {
          if (!readlinkSync(`/proc/${pid}/exe`).startsWith(this.at('bin'))) continue;
          appendFileSync(this.at('sysmon.log'), processStarted(pid, { host: HOST, record: record++ }));
          seen.add(pid);
        } catch {
          // Gone meanwhile.
        }
      }
  }

  async incidents(): Promise<string[]> {
    const path = '/api/incidents?order=newest&limit=50';
    return (await this.kim.must<{ items: { id: string }[] }>('GET', path)).items.map(({ id }) => id);
  }

  async responses(): Promise<Shown[]> {
    const lists = (await this.incidents()).map((id) =>
      this.kim.must<{ items: Shown[] }>('GET', `/api/incidents/${id}/responses`),
    );
    return (await Promise.all(lists)).flatMap(({ items }) => items);
  }

  about(text: string, action: string, ms?: number): Promise<Shown> {
    const find = async () => (await this.responses()).find((one) => one.action === action && one.about.includes(text));
    return this.until(`${action} of ${text}`, find, ms);
  }

  inState(id: string, state: string, ms?: number): Promise<Shown> {
    const find = async () => (await this.responses()).find((one) => one.id === id && one.state === state);
    return this.until(`${id} ${state}`, find, ms);
  }

  /** Plans an action on the newest incident, and gives the newest proposal of it. */
  async propose(action: string): Promise<Shown> {
    const [incident] = await this.incidents();
    const { items } = await this.kim.must<{ items: Shown[] }>('POST', `/api/incidents/${incident}/responses`, {
      actions: [action],
    });
    return items.filter((one) => one.action === action && one.state === 'proposed').at(-1)!;
  }

  vote(who: Client, { id, version }: Shown, decision = 'approve', bearer?: string) {
    return who.ask<Shown>('POST', `/api/responses/${id}/vote`, { version, decision }, bearer);
  }

  undo(who: Client, { id, version }: Shown) {
    return who.ask<Shown>('POST', `/api/responses/${id}/undo`, { version });
  }

  /** The newest first. */
  audit(): Promise<AuditLine[]> {
    return this.kim.must<AuditLine[]>('GET', '/api/audit?limit=200');
  }

  /** What the audit log says of a response, in the order in which it was written. */
  async auditOf(id: string): Promise<string[]> {
    return (await this.audit())
      .filter(({ object }) => object === id)
      .map(({ action }) => action)
      .reverse();
  }

  readPem(...names: string[]): string {
    return readFileSync(this.at(...names), 'utf8');
  }

  async close(): Promise<void> {
    this.#isWatching = false;
    for (const child of this.#own.values()) child.kill('SIGKILL');
    await this.world.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
