import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { HAETAE, pause } from '../chaos/serve.ts';
import type { Shown } from '../respond/stage.ts';
import { processStarted } from '../respond/sysmon.ts';
import { playbook, rule } from '../respond/texts.ts';
import { brokerAndDatabase } from './ground.ts';
import { freePort } from './kafka.ts';
import { type FleetPlace, type Server, server } from './servers.ts';

/** Agents are connected to servers that take in; others plan, decide and send. Ends nothing but the programs that it started. */
const ground = await brokerAndDatabase('responses of several servers', {
  ...(process.platform !== 'linux' && { missing: 'this is no Linux' }),
});
const AGENT = fileURLToPath(new URL('../../packages/agent/bin/haetae-agent.js', import.meta.url));
const HOST = 'web01';
const PASSWORD = 'a long enough password';

/** Before the servers that take in, as a load balancer: to the first of them that answers. */
async function balancer(servers: readonly { readonly url: string }[]): Promise<string> {
  const ports = servers.map(({ url }) => Number(new URL(url).port));
  const between = net.createServer((near) => {
    near.on('error', () => near.destroy());
    const to = ([port, ...others]: readonly number[]): void => {
      if (port === undefined) return void near.destroy();
      const far = net.connect(port, '127.0.0.1', () => {
        far.off('error', next);
        far.on('error', () => near.destroy()).on('close', () => near.destroy());
        near.on('close', () => far.destroy());
        near.pipe(far).pipe(near);
      });
      const next = (): void => to(others);
      far.once('error', next);
    };
    to(ports);
  });
  between.listen(await freePort(), '127.0.0.1');
  await once(between, 'listening');
  onTestFinished(() => void between.close());
  return `http://127.0.0.1:${(between.address() as net.AddressInfo).port}`;
}

/** A person at a page of one of the servers. */
class Person {
  readonly #url: string;
  #headers: Record<string, string> = {};
  constructor(url: string) {
    this.#url = url;
  }

  async login(path: '/api/setup' | '/api/login', who: object): Promise<this> {
    const answer = await this.#fetch('POST', path, { ...who, password: PASSWORD });
    const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
    const { csrf } = (await answer.json()) as { csrf: string };
    this.#headers = { cookie: cookie.join('; '), 'x-csrf-token': csrf };
    return this;
  }

  async ask<T = never>(method: string, path: string, body?: object): Promise<T> {
    const answer = await this.#fetch(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  #fetch(method: string, path: string, body: object | undefined): Promise<Response> {
    return fetch(this.#url + path, {
      method,
      headers: { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
}

if (ground !== undefined) {
  const { root, kafka, database } = ground;

  test('a command reaches its host by whichever server it is connected to, once, and its outcome every page', {
    timeout: 600_000,
  }, async () => {
    const folder = join(root, 'respond');
    const at = (...names: string[]): string => join(folder, ...names);
    for (const name of ['rules', 'playbooks', 'agent', 'bin', 'ingest1']) mkdirSync(at(name), { recursive: true });
    writeFileSync(at('rules', 'fast.yml'), rule(1, 'encrypts', 't1486'));
    writeFileSync(at('rules', 'slow.yml'), rule(2, 'steals', 't1003'));
    writeFileSync(at('playbooks', 'fast.yml'), playbook(1, 'T1486', 'kill-process', 'none'));
    writeFileSync(at('playbooks', 'slow.yml'), playbook(2, 'T1003', 'kill-tree', 'two'));
    execFileSync(process.execPath, [HAETAE, 'respond', 'key', at('respond.pem')]);
    const ours: FleetPlace = {
      folder,
      bus: `kafka://${kafka.address}/respond?partitions=2`,
      store: `${database.url}?schema=respond`,
      args: [
        ...['--no-builtin', '--rules', at('rules'), '--lateness', '1', '--respond-key', at('respond.pem')],
        ...['--respond-automatic', '--no-builtin-playbooks', '--playbooks', at('playbooks')],
      ],
    };
    const first = await server('ingest', 'ingest0', ours);
    copyFileSync(at('ingest0', 'identity.pem'), at('ingest1', 'identity.pem'));
    const [second, leader, , other] = (await Promise.all([
      server('ingest', 'ingest1', ours),
      ...['detect0', 'detect1'].map((name) => server('detect', name, ours)),
      server('web', 'web1', ours),
    ])) as [Server, Server, Server, Server];
    // The link for the first administrator is the one that was shown last.
    const web = await server('web', 'web0', ours);

    const token = /\/setup#(\S+)/.exec(web.running.said())![1]!;
    const kim = await new Person(web.url).login('/api/setup', { token, name: 'kim' });
    await kim.ask('POST', '/api/users', { name: 'lee', role: 'responder', password: PASSWORD });
    const lee = await new Person(other.url).login('/api/login', { name: 'lee' });

    // The host becomes one of ours: by a token that a page made, at a server that shows none.
    const { secret } = await kim.ask<{ secret: string }>('POST', '/api/agents/enrolments', {
      ...{ name: 'hosts', uses: 1, hosts: [], networks: [], hours: 1 },
    });
    writeFileSync(at('token'), `${secret}\n`, { mode: 0o600 });
    writeFileSync(at('sysmon.log'), '');
    const files = [{ path: at('sysmon.log'), from: 'beginning' }];
    writeFileSync(at('agent', 'agent.json'), JSON.stringify({ journald: false, files, heartbeatSeconds: 5 }));
    const policy = { allow: ['kill-process', 'kill-tree'], probe: '127.0.0.1:9' };
    writeFileSync(at('agent', 'respond.json'), JSON.stringify(policy), { mode: 0o600 });
    const door = await balancer([first, second]);
    // Not in one go: the balancer is of this process.
    await promisify(execFile)(process.execPath, [
      ...[AGENT, 'enrol', '--dir', at('agent'), '--server', door, '--token-file', at('token'), '--host', HOST],
    ]);
    const agent = spawn(process.execPath, [AGENT, 'run', '--dir', at('agent')], { stdio: 'ignore' });
    onTestFinished(() => void agent.kill('SIGKILL'));

    interface Agent {
      readonly id: string;
      readonly connected: boolean;
      readonly health: string;
      readonly sources: readonly unknown[];
    }
    const agents = async (who: Person): Promise<readonly Agent[]> =>
      (await who.ask<{ items: readonly Agent[] }>('GET', '/api/agents')).items;
    const isConnected = (): Promise<boolean | undefined> => agents(lee).then(([one]) => one?.connected);
    await expect.poll(() => agents(lee), { timeout: 60_000 }).toMatchObject([{ connected: true, health: 'good' }]);

    const programs: ChildProcess[] = [];
    onTestFinished(() => programs.forEach((one) => one.kill('SIGKILL')));
    let record = 0;
    /** A program that does nothing, under a name that a rule knows; and what Sysmon would tell of it. */
    const run = async (name: string): Promise<ChildProcess> => {
      if (!existsSync(at('bin', name))) {
        copyFileSync('/bin/sleep', at('bin', name));
        chmodSync(at('bin', name), 0o751);
      }
      const child = spawn(at('bin', name), ['900'], { stdio: 'ignore' });
      programs.push(child);
      await once(child, 'spawn');
      appendFileSync(at('sysmon.log'), processStarted(child.pid!, { host: HOST, record: ++record }));
      return child;
    };
    const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
    const shown = async (who: Person, child: ChildProcess): Promise<Shown | undefined> => {
      const { items } = await who.ask<{ items: { id: string }[] }>('GET', '/api/incidents?order=newest&limit=50');
      for (const { id } of items) {
        const { items: all } = await who.ask<{ items: Shown[] }>('GET', `/api/incidents/${id}/responses`);
        const found = all.find(({ about }) => about.includes(`(${child.pid})`));
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const inState = (who: Person, child: ChildProcess, state: string): Promise<void> =>
      expect.poll(async () => (await shown(who, child))?.state, { timeout: 60_000 }).toBe(state);
    const decide = async (who: Person, child: ChildProcess): Promise<Shown> => {
      const { id, version } = (await shown(who, child))!;
      return who.ask<Shown>('POST', `/api/responses/${id}/vote`, { version, decision: 'approve' });
    };
    const audit = async (child: ChildProcess): Promise<string[]> => {
      const { id } = (await shown(kim, child))!;
      const all = await kim.ask<{ action: string; object: string }[]>('GET', '/api/audit?limit=200');
      return all.flatMap(({ action, object }) => (object === id ? [action] : [])).reverse();
    };

    // By itself: the one that detects decides, another has the host.
    const encrypts = await run('encrypts');
    await inState(lee, encrypts, 'done');
    expect(isOver(encrypts)).toBe(true);
    expect(await shown(kim, encrypts)).toMatchObject({ outcomes: [{ state: 'done', verified: true }] });
    expect(await audit(encrypts)).toEqual(['response.send', 'response.outcome']);

    // By two people at two servers.
    const steals = await run('steals');
    await inState(kim, steals, 'proposed');
    expect((await decide(kim, steals)).state).toBe('proposed');
    expect((await decide(lee, steals)).state).toBe('running');
    await inState(kim, steals, 'done');
    expect(isOver(steals)).toBe(true);

    // The server that the host is connected to hangs, and is killed: the command comes by the other.
    const again = await run('steals');
    await inState(kim, again, 'proposed');
    await decide(kim, again);
    first.running.process.kill('SIGSTOP');
    expect((await decide(lee, again)).state).toBe('running');
    await pause(300);
    expect(isOver(again)).toBe(false);
    await first.kill();
    await inState(lee, again, 'done');
    expect(isOver(again)).toBe(true);
    expect((await audit(again)).filter((action) => action === 'response.send')).toHaveLength(1);

    // The one that detects is killed: what is found afterwards is still answered, once.
    await leader.again();
    const last = await run('encrypts');
    await inState(lee, last, 'done');
    expect(isOver(last)).toBe(true);
    expect(await audit(last)).toEqual(['response.send', 'response.outcome']);

    // While nobody is there to take the command nothing is said to run.
    const waits = await run('steals');
    await inState(kim, waits, 'proposed');
    await decide(kim, waits);
    agent.kill('SIGSTOP');
    await second.kill();
    await expect.poll(isConnected, { timeout: 30_000 }).toBe(false);
    await expect(decide(lee, waits)).rejects.toThrow(/409.*no agent of web01 is connected/);
    await second.start();
    agent.kill('SIGCONT');
    await expect.poll(isConnected, { timeout: 60_000 }).toBe(true);
    expect((await decide(lee, waits)).state).toBe('running');
    await inState(kim, waits, 'done');

    // No agent any more, at once, by a page of a server that has no connection to it.
    const [one] = await agents(kim);
    await kim.ask('DELETE', `/api/agents/${one!.id}`);
    await expect.poll(() => agents(lee), { timeout: 20_000 }).toMatchObject([{ health: 'revoked', connected: false }]);
    const said = readFileSync(at('agent', 'respond', 'journal.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"taken"'));
    expect(said).toHaveLength(5);
  });
}
