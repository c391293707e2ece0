import { type ChildProcess, spawn } from 'node:child_process';
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
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CERTIFICATE } from '../live/certificate.ts';
import { processStarted, startedMs } from './sysmon.ts';
import { AGENT, Client, MISSING, PROBE, SERVER, World } from './world.ts';

/**
 * Responses for real: an agent and a server, each in a network namespace that this file makes, and processes that this file starts. Nothing
 * else is signalled, and no network but that between the two is touched.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HAETAE = join(ROOT, 'packages/haetae/bin/haetae.js');
const AGENT_BIN = join(ROOT, 'packages/agent/bin/haetae-agent.js');
const HOST = 'web01';
const PORT = 8443;
const PASSWORD = 'a long enough password';

test('there is a Linux to respond on', () => {
  if (MISSING === undefined) return;
  // Elsewhere the tests below are left out; here they must not be.
  if (process.env.CI !== undefined) throw new Error(MISSING);
  console.log(`left out: ${MISSING}`);
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const rule = (n: number, image: string, ...techniques: string[]): string => `title: Program ${image}
id: 00000000-0000-4000-8000-00000000000${n}
status: test
logsource: { product: windows }
detection:
  program: { Channel: Linux-Sysmon/Operational, EventID: 1, Image|endswith: /${image} }
  condition: program
tags: [${techniques.map((one) => `attack.${one}`).join(', ')}]
level: critical
`;
const playbook = (
  n: number,
  technique: string,
  action: string,
  approval: string,
): string => `id: 00000000-0000-4000-8000-0000000001${n}0
title: ${action}
title_ko: ${action}
when: { techniques: [${technique}] }
do: [{ action: ${action} }]
approval: ${approval}
limits: { per_host_per_hour: 100, per_hour: 1000 }
tests:
  - { name: yes, given: { techniques: [${technique}] }, expect: [${action}] }
  - { name: no, given: { techniques: [T1082] }, expect: [] }
`;

interface Shown {
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

describe.skipIf(MISSING !== undefined)('a response', () => {
  let world: World;
  let folder: string;
  let server: ChildProcess;
  let agent: ChildProcess;
  let kim: Client;
  let lee: Client;
  let viewer: Client;
  let watching = true;
  const told = { server: '', agent: '' };
  const own = new Map<number, ChildProcess>();
  const data = () => join(folder, 'data');
  const url = `https://${SERVER}:${PORT}`;

  const serve = async (): Promise<string> => {
    told.server = '';
    server = world.start(
      world.server,
      [
        ...[process.execPath, HAETAE, 'serve', '--data', data(), '--host', SERVER, '--port', String(PORT)],
        ...[
          '--tls-cert',
          join(folder, 'cert.pem'),
          '--tls-key',
          join(folder, 'key.pem'),
          '--no-builtin',
          '--rules',
          join(folder, 'rules'),
        ],
        ...[
          '--respond-key',
          join(folder, 'respond.pem'),
          '--respond-automatic',
          '--no-builtin-playbooks',
          '--playbooks',
          join(folder, 'playbooks'),
        ],
      ],
      (text) => (told.server += text),
    );
    for (let i = 0; !/rules? .*in force|rules in force|detecting/i.test(told.server) && i < 600; i++) {
      if (server.exitCode !== null) throw new Error(told.server);
      await sleep(100);
      if (told.server.includes(url) && i > 30) break;
    }
    return told.server;
  };
  const collect = async (): Promise<void> => {
    told.agent = '';
    agent = world.start(
      world.agent,
      [process.execPath, AGENT_BIN, 'run', '--dir', join(folder, 'agent')],
      (text) => (told.agent += text),
    );
    for (let i = 0; !told.agent.includes('"connected"') && i < 300; i++) await sleep(100);
    expect(told.agent).toContain('"connected"');
  };
  const policy = (more: object = {}): void => {
    const allow = ['kill-process', 'kill-tree', 'suspend-process', 'quarantine-file', 'isolate-host', 'block-address'];
    writeFileSync(join(folder, 'agent', 'respond.json'), JSON.stringify({ allow, probe: `${PROBE}:53`, ...more }), {
      mode: 0o600,
    });
  };

  /** A program that does nothing, under a name that a rule knows. */
  const run = (name: string): number => {
    const path = join(folder, 'bin', name);
    if (!existsSync(path)) {
      copyFileSync('/bin/sleep', path);
      chmodSync(path, 0o751);
    }
    const child = spawn(path, ['900'], { stdio: 'ignore' });
    own.set(child.pid!, child);
    return child.pid!;
  };
  const isAlive = (pid: number): boolean => {
    const child = own.get(pid)!;
    return child.exitCode === null && child.signalCode === null;
  };
  const until = async <T>(what: string, ask: () => T | undefined | Promise<T | undefined>, ms = 30_000): Promise<T> => {
    for (const end = Date.now() + ms; ; ) {
      const found = await ask();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`${what}\n${told.server.slice(-3000)}\n${told.agent.slice(-3000)}`);
      await sleep(100);
    }
  };

  /** The test's own Sysmon: looks at /proc, and writes down each process that began in its folder. */
  const watch = async (): Promise<void> => {
    const seen = new Set<number>();
    for (let record = 1; watching; await sleep(25))
      for (const name of readdirSync('/proc')) {
        const pid = Number(name);
        if (!Number.isInteger(pid) || seen.has(pid) || !own.has(pid)) continue;
        try {
          if (!readlinkSync(`/proc/${pid}/exe`).startsWith(join(folder, 'bin'))) continue;
          appendFileSync(join(folder, 'sysmon.log'), processStarted(pid, { host: HOST, record: record++ }));
          seen.add(pid);
        } catch {
          // Gone meanwhile.
        }
      }
  };

  const incidents = async (): Promise<string[]> =>
    (await kim.must<{ items: { id: string }[] }>('GET', '/api/incidents?order=newest&limit=50')).items.map(
      ({ id }) => id,
    );
  const responses = async (): Promise<Shown[]> =>
    (
      await Promise.all(
        (await incidents()).map((id) => kim.must<{ items: Shown[] }>('GET', `/api/incidents/${id}/responses`)),
      )
    ).flatMap(({ items }) => items);
  const about = (text: string, action: string) => async (): Promise<Shown | undefined> =>
    (await responses()).find((one) => one.action === action && one.about.includes(text));
  const inState =
    (id: string, ...states: string[]) =>
    async (): Promise<Shown | undefined> =>
      (await responses()).find((one) => one.id === id && states.includes(one.state));
  /** Plans an action on an incident, and gives the newest proposal of it. */
  const propose = async (incident: string, action: string): Promise<Shown> => {
    const { items } = await kim.must<{ items: Shown[] }>('POST', `/api/incidents/${incident}/responses`, {
      actions: [action],
    });
    return items.filter((one) => one.action === action && one.state === 'proposed').at(-1)!;
  };
  const approve = (who: Client, { id, version }: Shown) =>
    who.ask<Shown>('POST', `/api/responses/${id}/vote`, { version, decision: 'approve' });
  const audit = async (): Promise<
    { action: string; object: string; actorName: string; detail: Record<string, unknown> }[]
  > => await kim.must<never[]>('GET', '/api/audit?limit=200');

  beforeAll(async () => {
    world = new World();
    folder = mkdtempSync(join(tmpdir(), 'haetae-e2e-respond-'));
    for (const name of ['rules', 'playbooks', 'agent', 'bin']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'rules', 'fast.yml'), rule(1, 'encrypts', 'impact', 't1486'));
    writeFileSync(join(folder, 'rules', 'slow.yml'), rule(2, 'steals', 'credential-access', 't1003'));
    writeFileSync(join(folder, 'rules', 'file.yml'), rule(3, 'drops', 'execution', 't1204.002'));
    writeFileSync(join(folder, 'playbooks', 'fast.yml'), playbook(1, 'T1486', 'kill-process', 'none'));
    writeFileSync(join(folder, 'playbooks', 'slow.yml'), playbook(2, 'T1003', 'kill-tree', 'two'));
    writeFileSync(join(folder, 'playbooks', 'file.yml'), playbook(3, 'T1204.002', 'quarantine-file', 'one'));
    writeFileSync(join(folder, 'cert.pem'), CERTIFICATE.cert);
    writeFileSync(join(folder, 'key.pem'), CERTIFICATE.key, { mode: 0o600 });
    writeFileSync(join(folder, 'sysmon.log'), '');
    world.run(world.server, [process.execPath, HAETAE, 'respond', 'key', join(folder, 'respond.pem')]);
    const said = await serve();
    const secret = /\/setup#(\S+)/.exec(said)?.[1];
    expect(secret, said).toBeDefined();
    kim = await new Client(world, url).login('/api/setup', { token: secret, name: 'kim', password: PASSWORD });
    for (const [name, role] of [
      ['lee', 'responder'],
      ['park', 'viewer'],
    ] as const)
      await kim.must('POST', '/api/users', { name, role, password: PASSWORD });
    lee = await new Client(world, url).login('/api/login', { name: 'lee', password: PASSWORD });
    viewer = await new Client(world, url).login('/api/login', { name: 'park', password: PASSWORD });
    const { secret: token } = await kim.must<{ secret: string }>('POST', '/api/agents/enrolments', {
      name: 'hosts',
      uses: 1,
      hosts: [],
      networks: [],
      hours: 1,
    });
    writeFileSync(join(folder, 'token'), `${token}\n`, { mode: 0o600 });
    writeFileSync(
      join(folder, 'agent', 'agent.json'),
      JSON.stringify({
        journald: false,
        files: [{ path: join(folder, 'sysmon.log'), from: 'beginning' }],
        heartbeatSeconds: 5,
      }),
    );
    policy();
    const fingerprint = (await import('node:crypto'))
      .createHash('sha256')
      .update(Buffer.from(CERTIFICATE.cert.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
      .digest('hex');
    world.run(world.agent, [
      process.execPath,
      AGENT_BIN,
      'enrol',
      '--dir',
      join(folder, 'agent'),
      '--server',
      url,
      '--token-file',
      join(folder, 'token'),
      '--host',
      HOST,
      '--fingerprint',
      fingerprint,
    ]);
    await collect();
    void watch();
  }, 120_000);
  afterAll(async () => {
    watching = false;
    for (const child of own.values()) child.kill('SIGKILL');
    await world?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  test('that a playbook lets run by itself: from detection to kill p95 ≤ 2 s; verified, and audited', async () => {
    const took: number[] = [];
    for (let i = 0; i < 20; i++) {
      const pid = run('encrypts');
      const begun = await until('a start', () => {
        try {
          return startedMs(pid);
        } catch {
          return undefined;
        }
      });
      await until(`process ${pid} was not killed`, () => (isAlive(pid) ? undefined : true));
      took.push(Date.now() - begun);
    }
    const settledAll = await until('all outcomes', async () => {
      const all = (await responses()).filter((one) => one.action === 'kill-process');
      return all.length === took.length && all.every(({ state }) => state === 'done') ? all : undefined;
    });
    // Detected: the incident with the finding is stored. Killed: the agent saw it gone. One machine, one clock.
    const sent = new Map(
      (await audit())
        .filter(({ action }) => action === 'response.send')
        .map(({ object, detail }) => [object, Number(detail.detectedMs)]),
    );
    const detected = settledAll.map(({ id, outcomes }) => outcomes[0]!.atMs - sent.get(id)!);
    const of = (values: number[]): { median: number; p95: number; worst: number } => {
      const sorted = [...values].sort((a, b) => a - b);
      const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!;
      return { median: at(0.5), p95: at(0.95), worst: at(1) };
    };
    console.log(
      `ms from detection to kill ${JSON.stringify(of(detected))}, from the start of a process to its end ${JSON.stringify(of(took))}, of ${took.length}`,
    );
    expect(of(detected).p95).toBeLessThanOrEqual(2000);
    const done = await until('an outcome', about('encrypts', 'kill-process'));
    const settled = await until('done', inState(done.id, 'done'));
    expect(settled.outcomes.map(({ state, verified }) => [state, verified])).toEqual([['done', true]]);
    const lines = (await audit()).filter(({ object }) => object === done.id).map(({ action }) => action);
    expect(lines.reverse()).toEqual(['response.send', 'response.outcome']);
    expect(await kim.must<{ whole: boolean }>('GET', '/api/audit/verify')).toMatchObject({ whole: true });
  }, 120_000);

  test('that two persons approve: no viewer, no token, no second click of the same; then it is done', async () => {
    const pid = run('steals');
    const proposal = await until('a proposal', about('steals', 'kill-tree'));
    expect(proposal).toMatchObject({ state: 'proposed', because: ['policy'] });
    expect((await approve(viewer, proposal)).status).toBe(403);
    const { secret } = await kim.must<{ secret: string }>('POST', '/api/tokens', {
      name: 'robot',
      kind: 'api',
      role: 'admin',
      scopes: [],
      hosts: [],
      networks: [],
      expiresMs: null,
    });
    expect(
      (
        await kim.ask(
          'POST',
          `/api/responses/${proposal.id}/vote`,
          { version: proposal.version, decision: 'approve' },
          secret,
        )
      ).status,
    ).toBe(403);
    const once = await approve(kim, proposal);
    expect([once.status, once.body.state]).toEqual([200, 'proposed']);
    const twice = await approve(kim, once.body);
    expect([twice.status, twice.body.state]).toEqual([200, 'proposed']);
    expect((await approve(lee, proposal)).status).toBe(409);
    expect(isAlive(pid)).toBe(true);
    const agreed = await approve(lee, twice.body);
    expect([agreed.status, agreed.body.state]).toEqual([200, 'running']);
    await until('a kill', () => (isAlive(pid) ? undefined : true));
    const { outcomes } = await until('done', inState(proposal.id, 'done'));
    expect(outcomes).toMatchObject([{ state: 'done', verified: true }]);
  }, 60_000);

  test('that takes a file away gives it back byte for byte', async () => {
    const path = join(folder, 'bin', 'drops');
    const pid = run('drops');
    const proposal = await until('a proposal', about('drops', 'quarantine-file'));
    const before = { bytes: readFileSync(path), stat: statSync(path) };
    own.get(pid)!.kill('SIGKILL');
    await approve(lee, proposal);
    const done = await until('done', inState(proposal.id, 'done'));
    expect([existsSync(path), done.undoable]).toEqual([false, true]);
    await kim.must('POST', `/api/responses/${done.id}/undo`, { version: done.version });
    await until('undone', inState(proposal.id, 'undone'));
    const { mode, uid, gid, mtimeMs } = statSync(path);
    expect(readFileSync(path)).toEqual(before.bytes);
    expect([mode, uid, gid]).toEqual([before.stat.mode, before.stat.uid, before.stat.gid]);
    // To the microsecond, which is as fine as Node sets it.
    expect(Math.abs(mtimeMs - before.stat.mtimeMs)).toBeLessThan(0.01);
  }, 60_000);

  test('that the host itself does not allow is refused by it, and told', async () => {
    policy({ allow: [] });
    const [incident] = await incidents();
    const proposal = await propose(incident!, 'suspend-process').catch(() => undefined);
    const pid = run('steals');
    const next = proposal ?? (await until('a proposal', about(`(${pid})`, 'kill-tree')));
    await approve(kim, next);
    const again = (await responses()).find(({ id }) => id === next.id)!;
    if (again.state === 'proposed') await approve(lee, again);
    const { outcomes } = await until('refused', inState(next.id, 'failed'));
    expect(outcomes).toMatchObject([{ state: 'refused', reason: expect.stringMatching(/not-allowed|process-gone/) }]);
    expect(isAlive(pid)).toBe(true);
    own.get(pid)!.kill('SIGKILL');
    policy();
  }, 60_000);

  describe('that isolates the host', () => {
    const isolate = async (): Promise<Shown> => {
      const [incident] = await incidents();
      const proposal = await propose(incident!, 'isolate-host');
      const { status, body } = await approve(lee, proposal);
      expect([status, body.state]).toEqual([200, 'running']);
      return body;
    };
    const ruleset = (): string => world.run(world.agent, ['nft', 'list', 'ruleset']);

    test('cuts all but the server, flows that were there too; undo brings all back', async () => {
      expect(world.reaches(PROBE, 53)).toBe(true);
      const listener = world.start(world.server, [
        process.execPath,
        '-e',
        `require('net').createServer((s)=>s.on('data',(d)=>s.write(d))).listen(7777,'${PROBE}')`,
      ]);
      await sleep(500);
      let echoed = '';
      const flow = world.start(
        world.agent,
        [
          process.execPath,
          '-e',
          `const s=require('net').connect(7777,'${PROBE}');s.on('data',(d)=>process.stdout.write(d));setInterval(()=>s.write('.'),100)`,
        ],
        (text) => (echoed += text),
      );
      await until('a flow', () => (echoed.length > 3 ? true : undefined));
      const { id } = await isolate();
      const done = await until('done', inState(id, 'done'));
      expect(done.outcomes).toMatchObject([{ state: 'done', verified: true }]);
      const heard = echoed.length;
      expect([world.reaches(PROBE, 53), world.reaches(SERVER, PORT)]).toEqual([false, true]);
      await sleep(700);
      expect(echoed.length).toBe(heard);
      await kim.must('POST', `/api/responses/${id}/undo`, { version: done.version });
      await until('undone', inState(id, 'undone'));
      expect(world.reaches(PROBE, 53)).toBe(true);
      expect(ruleset()).not.toContain('haetae_isolation');
      await world.end(flow, 'SIGKILL');
      await world.end(listener, 'SIGKILL');
    }, 60_000);

    test('and then cannot reach the server is taken back within a minute', async () => {
      // The connection that is there goes on; a new one, as the self-test makes, does not come about.
      world.run(
        world.server,
        ['nft', '-f', '-'],
        `table inet t {\n chain i {\n type filter hook input priority 0;\n ip saddr ${AGENT} tcp dport ${PORT} ct state new drop\n }\n}\n`,
      );
      try {
        const begun = Date.now();
        const { id } = await isolate();
        const { outcomes } = await until('rolled back', inState(id, 'failed'), 70_000);
        expect(outcomes).toMatchObject([{ state: 'rolled-back', reason: 'no-route' }]);
        expect(Date.now() - begun).toBeLessThan(60_000);
        expect([ruleset().includes('haetae_isolation'), world.reaches(PROBE, 53)]).toEqual([false, true]);
      } finally {
        world.run(world.server, ['nft', '-f', '-'], 'table inet t\ndelete table inet t\n');
      }
    }, 90_000);

    test('and still reaches a second address is taken back', async () => {
      policy({ probe: '127.0.0.1:9' });
      const { id } = await isolate();
      const { outcomes } = await until('rolled back', inState(id, 'failed'));
      expect(outcomes).toMatchObject([{ state: 'rolled-back', detail: '127.0.0.1:9 can still be reached' }]);
      expect(ruleset()).not.toContain('haetae_isolation');
      policy();
    }, 60_000);

    test('ends by its own time, across a killed agent, and not because the server is cut off', async () => {
      policy({ isolationMinutes: 1 });
      const { id } = await isolate();
      const [{ atMs }] = (await until('done', inState(id, 'done'))).outcomes as [Shown['outcomes'][number]];
      await world.end(agent, 'SIGKILL');
      // Nothing of the agent reaches the server any more.
      world.run(
        world.server,
        ['nft', '-f', '-'],
        `table inet t {\n chain i {\n type filter hook input priority 0;\n ip saddr ${AGENT} drop\n }\n}\n`,
      );
      expect(ruleset()).toContain('haetae_isolation');
      agent = world.start(
        world.agent,
        [process.execPath, AGENT_BIN, 'run', '--dir', join(folder, 'agent')],
        (text) => (told.agent += text),
      );
      while (Date.now() < atMs + 45_000) {
        expect(ruleset()).toContain('haetae_isolation');
        await sleep(3000);
      }
      await until('an end by itself', () => (ruleset().includes('haetae_isolation') ? undefined : true), 40_000);
      expect(Date.now() - atMs).toBeLessThan(75_000);
      world.run(world.server, ['nft', '-f', '-'], 'table inet t\ndelete table inet t\n');
      const { outcomes } = await until('ended', inState(id, 'undone'), 90_000);
      expect(outcomes.map(({ state }) => state)).toEqual(['done', 'ended']);
      policy();
    }, 240_000);
  });

  test('that another key signed is refused, and told', async () => {
    await world.end(server);
    rmSync(join(folder, 'respond.pem'));
    world.run(world.server, [process.execPath, HAETAE, 'respond', 'key', join(folder, 'respond.pem')]);
    await serve();
    await until('the agent', () => (told.agent.split('"connected"').length > 2 ? true : undefined), 70_000).catch(
      () => {},
    );
    const pid = run('encrypts');
    const proposal = await until('a response', about(`(${pid})`, 'kill-process'), 60_000);
    await until(
      'a refusal',
      async () =>
        (await audit()).some(({ action, detail }) => action === 'response.stray' && detail.reason === 'signature')
          ? true
          : undefined,
      60_000,
    );
    expect([proposal.action, isAlive(pid)]).toEqual(['kill-process', true]);
  }, 200_000);
});
