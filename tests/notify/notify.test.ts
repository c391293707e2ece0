import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createToken, pause, type Serve, serve } from '../chaos/serve.ts';
import { type Hook, hookServer } from './hook.ts';
import { type MailServer, mailServer } from './mail.ts';
import { buttonsOf, SLACK_TOKENS, type Slack, type SlackMessage, slackStandIn } from './slack.ts';

/** `haetae serve` as a process that tells people, against stand-ins of Slack, a mail server and a webhook; killed at any moment. */
const HAETAE = fileURLToPath(new URL('../../packages/haetae/bin/haetae.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'haetae-notify-'));
const MINUTE = 60_000;
const SECRETS = {
  HAETAE_T_BOT: SLACK_TOKENS.bot,
  HAETAE_T_APP: SLACK_TOKENS.app,
  HAETAE_T_MAIL: 'planted-mail-password',
  HAETAE_T_HMAC: 'planted-hmac-secret',
};
const PLANTED = [...Object.values(SECRETS), 'planted-hook-path'];

const rules = join(root, 'rules');
mkdirSync(rules);
writeFileSync(
  join(rules, 'shadows.yml'),
  `title: Shadow copies deleted
id: 6f1b2b0a-0000-4000-8000-000000000001
status: test
level: high
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image|endswith: '\\vssadmin.exe'
    CommandLine|contains|all: [delete, shadows]
  condition: selection
tags: [attack.t1490]
`,
);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

async function until(what: () => boolean | Promise<boolean>, ms: number, about: () => string): Promise<void> {
  const end = performance.now() + ms;
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`not so after ${ms} ms: ${about()}`);
    await pause(100);
  }
}

interface Place {
  readonly slack: Slack;
  readonly mail: MailServer;
  readonly hook: Hook;
  readonly api: string;
  server: Serve;
  /** What every server said that ran here. */
  said(): string;
  start(): Promise<void>;
  crash(): Promise<void>;
  send(hosts: number, each: number): Promise<void>;
  get<T>(path: string): Promise<T>;
}
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function place(name: string, more = ''): Promise<Place> {
  const data = join(root, name);
  const [slack, mail, hook] = [await slackStandIn(), await mailServer(), await hookServer(SECRETS.HAETAE_T_HMAC)];
  const token = createToken(data, 'ingest');
  const api = createToken(data, 'api', '--role', 'admin');
  const port = await freePort();
  writeFileSync(join(data, 'hook-url'), `${hook.url}\n`);
  writeFileSync(
    join(data, 'notify.yml'),
    `language: en
channels:
  slack: { type: slack, token: { env: HAETAE_T_BOT }, app_token: { env: HAETAE_T_APP }, channel: C0000001, api_url: "${slack.url}" }
  mail: { type: email, host: 127.0.0.1, port: ${mail.port}, security: none, user: haetae, password: { env: HAETAE_T_MAIL }, from: haetae@a.example, to: soc@b.example }
  hook: { type: webhook, url: { file: "${join(data, 'hook-url')}" }, secret: { env: HAETAE_T_HMAC } }
people: { U_KIM: kim, U_LEE: lee }
${more}`,
  );
  let said = '';
  let server: Serve;
  let record = 0;
  const here: Place = {
    ...{ slack, mail, hook, api },
    get server() {
      return server;
    },
    said: () => said + server.said(),
    async start() {
      server = await serve({ data, port, env: SECRETS, args: ['--no-builtin', '--rules', rules, '--verbose'] });
    },
    async crash() {
      await server.kill();
      said += server.said();
      await here.start();
    },
    async send(hosts, each) {
      const lines: string[] = [];
      for (let i = 0; i < each; i++)
        for (let host = 0; host < hosts; host++) lines.push(attack(`ws-${host}`, ++record));
      for (let i = 0; i < lines.length; i += 500) {
        const answer = await fetch(`${server.url}/ingest/ndjson`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: lines.slice(i, i + 500).join(''),
        });
        expect(answer.status).toBe(200);
        await answer.body?.cancel();
      }
    },
    async get<T>(path: string) {
      const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${api}` } });
      expect(answer.status).toBe(200);
      return (await answer.json()) as T;
    },
  };
  closers.push(
    () => slack.close(),
    () => mail.close(),
    () => hook.close(),
    () => server.stop(),
  );
  await here.start();
  return here;
}

function attack(host: string, record: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({
    ...{ Hostname: host, RecordNumber: record, '@timestamp': time, UtcTime: time.slice(0, -1).replace('T', ' ') },
    ...{ Channel: 'Microsoft-Windows-Sysmon/Operational', SourceName: 'Microsoft-Windows-Sysmon', EventID: 1 },
    ...{ ProcessGuid: `{00000000-0000-0000-0000-${String(record).padStart(12, '0')}}`, ProcessId: String(record) },
    ...{ Image: 'C:\\Windows\\System32\\vssadmin.exe', OriginalFileName: 'VSSADMIN.EXE', User: 'CORP\\kim' },
    CommandLine: 'vssadmin delete shadows /all /quiet <!channel> https://evil.example/a',
    ...{ ParentImage: 'C:\\Windows\\System32\\cmd.exe', ParentProcessId: '77' },
    ParentProcessGuid: `{00000000-0000-0000-0001-${host.slice(3).padStart(12, '0')}}`,
  })}\n`;
}

interface Listed {
  readonly items: readonly {
    readonly id: string;
    readonly findings: number;
    readonly status: string;
    readonly version: number;
  }[];
}
const incidents = async (here: Place): Promise<Listed['items']> =>
  (await here.get<Listed>('/api/incidents?limit=200')).items;
const settled = async (here: Place): Promise<boolean> => {
  const { backlog } = await here.get<{ backlog: number }>('/api/stats');
  const { channels } = await here.get<{ channels: { waiting: number }[] }>('/api/notify');
  return backlog === 0 && channels.every(({ waiting }) => waiting === 0);
};
const roots = ({ slack }: Place): SlackMessage[] => slack.messages.filter(({ thread }) => thread === null);
const mostInAMinute = (times: readonly number[]): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE).length));

/** How many incidents a digest tells of, by its title. */
const inDigests = (titles: readonly string[]): number =>
  titles.reduce((sum, title) => sum + Number(/^(\d+) new incidents?$/.exec(title)?.[1] ?? 0), 0);

/** Every incident was told, by a message of its own or in one digest: in Slack once, in the other channels not more often than was promised. */
async function expectTold(here: Place, repeats: number): Promise<void> {
  const { openIncidents: all } = await here.get<{ openIncidents: number }>('/api/stats');
  expect(all).toBeGreaterThan(0);
  const own = roots(here).flatMap(({ metadata }) => metadata.event_payload.incident || []);
  expect(new Set(own).size).toBe(own.length);
  expect(own.length + inDigests(roots(here).map(({ text }) => text))).toBe(all);
  expect(here.hook.got.every(({ signed }) => signed)).toBe(true);
  const hooked = [...new Map(here.hook.got.map(({ key, body }) => [key, body])).values()];
  expect(here.hook.got.length - hooked.length).toBeLessThanOrEqual(repeats);
  const ids = new Set(hooked.flatMap(({ incident }) => incident?.id ?? []));
  expect(ids.size + inDigests(hooked.map(({ title }) => title))).toBe(all);
  const mails = [...new Map(here.mail.mails.map((mail) => [mail.id, mail])).values()];
  expect(here.mail.mails.length - mails.length).toBeLessThanOrEqual(repeats);
  const mailed = new Set(mails.flatMap(({ text }) => /^Incident: ([0-9a-f]+)/m.exec(text)?.[1] ?? []));
  expect(mailed.size + inDigests(mails.map(({ subject }) => subject))).toBe(all);
  for (const times of [here.slack.calls, here.mail.mails, here.hook.got].map((one) => one.map(({ atMs }) => atMs)))
    expect(mostInAMinute(times)).toBeLessThanOrEqual(60);
}

/** Nothing that is secret was said, by the servers or their answers. */
async function expectNoSecrets(here: Place): Promise<void> {
  const answers = await Promise.all(
    ['/api/notify', '/api/deliveries', '/api/incidents', '/api/audit', '/api/openapi.json'].map(async (path) =>
      JSON.stringify(await here.get(path)),
    ),
  );
  const metrics = await fetch(`${here.server.url}/metrics`, { headers: { authorization: `Bearer ${here.api}` } });
  const all = [here.said(), ...answers, await metrics.text()].join('\n');
  for (const secret of PLANTED) expect(all).not.toContain(secret);
}

describe('10,000 findings in a minute', () => {
  test('one root message an incident, at most 60 messages a minute and channel, the last state told', async () => {
    const here = await place('load');
    for (let i = 0; i < 20; i++) await here.send(20, 25);
    await until(
      () => settled(here),
      240_000,
      () => JSON.stringify(here.slack.calls.length),
    );
    expect((await here.get<{ findings: number }>('/api/stats')).findings).toBe(10_000);
    await expectTold(here, 0);
    // Edited in place: the message of each says what its incident is in the end.
    for (const message of roots(here).filter(({ metadata }) => metadata.event_payload.incident !== '')) {
      const id = message.metadata.event_payload.incident!;
      const { findings } = await here.get<{ findings: number }>(`/api/incidents/${id}`);
      expect(JSON.stringify(message.blocks)).toContain(`Findings\\n${findings}`);
    }
    const texts = JSON.stringify([here.slack.messages, here.mail.mails, here.hook.got.map(({ body }) => body.title)]);
    expect(texts).not.toMatch(/https?:\/\/evil|evil\.example/);
    await expectNoSecrets(here);
  }, 600_000);
});

describe('trouble', () => {
  test('429, 5xx, answers that never come, kills: nothing lost, Slack each once, the others as promised', async () => {
    const here = await place('trouble', 'digest: { over: 100 }');
    here.slack.trouble.push({ kind: 'ratelimited', seconds: 2 }, { kind: 'lost' }, { kind: 'status', status: 503 });
    here.hook.next.push(429, 500, 'lost', 503);
    here.mail.defer = 1;
    here.mail.lose = 1;
    await here.send(12, 3);
    let kills = 0;
    for (const ms of [1300, 900, 2100, 1700, 600]) {
      await pause(ms);
      here.slack.trouble.push({ kind: 'lost' });
      await here.crash();
      kills++;
      await here.send(12, 1);
    }
    await until(
      () => settled(here),
      300_000,
      () => JSON.stringify([here.slack.messages.length, here.mail.mails.length, here.hook.got.length]),
    );
    await expectTold(here, kills + 1);
    await expectNoSecrets(here);
  }, 600_000);

  test('a dead channel: its fallback says so and tells what it was to tell', async () => {
    const here = await place('dead', 'routes: [{ to: slack, level: low }]\n');
    await here.server.stop();
    const file = join(root, 'dead', 'notify.yml');
    const { readFileSync } = await import('node:fs');
    writeFileSync(file, readFileSync(file, 'utf8').replace('channel: C0000001', 'channel: C0000001, fallback: hook'));
    await here.start();
    here.slack.trouble.push({ kind: 'error', error: 'channel_not_found' });
    await here.send(3, 1);
    await until(
      () => here.hook.got.length >= 4,
      60_000,
      () => JSON.stringify(here.hook.got),
    );
    expect(here.hook.got[0]!.body.title).toBe('Haetae: channel slack cannot be reached');
    const ids = (await incidents(here)).map(({ id }) => id).sort();
    expect(
      here.hook.got
        .slice(1)
        .map(({ body }) => body.incident!.id)
        .sort(),
    ).toEqual(ids);
    const { channels } = await here.get<{ channels: { name: string; state: string; why: string }[] }>('/api/notify');
    expect(channels.find(({ name }) => name === 'slack')).toMatchObject({ state: 'dead', why: 'channel_not_found' });
  }, 120_000);
});

describe('buttons', () => {
  test('acknowledge and mark benign, in the name of an account that may; forged, foreign and wrong-role ones are refused', async () => {
    const here = await place('buttons');
    await here.server.stop();
    await here.start();
    const make = async (name: string, role: string): Promise<void> => {
      const answer = await fetch(`${here.server.url}/api/users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${here.api}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name, displayName: name, role, password: 'correct horse battery staple' }),
      });
      expect(answer.status).toBe(201);
    };
    await make('kim', 'analyst');
    await make('lee', 'viewer');
    await here.send(2, 1);
    await until(
      () => roots(here).length === 2 && here.slack.connections === 1,
      60_000,
      () => here.said(),
    );
    const [first, second] = roots(here) as [SlackMessage, SlackMessage];
    const statusOf = async (message: SlackMessage): Promise<string> =>
      (await incidents(here)).find(({ id }) => id === message.metadata.event_payload.incident)!.status;
    const { acknowledge, benign } = buttonsOf(first) as { acknowledge: string; benign: string };
    const refused = async (value: string, user: string, says: RegExp): Promise<void> => {
      const before = here.slack.whispers.length;
      here.slack.press(value, user, 'C0000001');
      await until(
        () => here.slack.whispers.length > before,
        10_000,
        () => here.said(),
      );
      expect(here.slack.whispers.at(-1)).toMatchObject({ user, text: expect.stringMatching(says) });
    };
    await refused(acknowledge, 'U_LEE', /role analyst/);
    await refused(acknowledge, 'U_STRANGER', /no account/);
    await refused(
      acknowledge.replace(first.metadata.event_payload.incident!, second.metadata.event_payload.incident!),
      'U_KIM',
      /not of this server/,
    );
    await refused(acknowledge.replace('acknowledge', 'benign'), 'U_KIM', /not of this server/);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['new', 'new']);
    here.slack.press(acknowledge, 'U_KIM', 'C0000001');
    await until(
      async () => (await statusOf(first)) === 'open',
      10_000,
      () => here.said(),
    );
    await until(
      () => JSON.stringify(first.blocks).includes('acknowledged · kim'),
      30_000,
      () => JSON.stringify(first.blocks),
    );
    await refused(acknowledge, 'U_KIM', /before/);
    here.slack.press(benign, 'U_KIM', 'C0000001');
    await until(
      async () => (await statusOf(first)) === 'closed',
      10_000,
      () => here.said(),
    );
    // Closed: no buttons any more.
    await until(
      () => buttonsOf(first).benign === undefined,
      30_000,
      () => JSON.stringify(first.blocks),
    );
    const audit = await here.get<{ action: string; actorName: string }[]>('/api/audit?limit=100');
    const pressed = audit.filter(({ action }) => action.startsWith('slack.'));
    expect(pressed.filter(({ action }) => action === 'slack.done').map(({ actorName }) => actorName)).toEqual([
      'kim',
      'kim',
    ]);
    expect(pressed.filter(({ action }) => action !== 'slack.done')).toHaveLength(4);
    await expectNoSecrets(here);
  }, 180_000);
});

test('a test message goes through each channel, and no secret is said', async () => {
  const here = await place('tested');
  const path = join(root, 'tested', 'notify.yml');
  const run = (env: Record<string, string>) =>
    new Promise<{ status: number | null; text: string }>((resolve) => {
      void import('node:child_process').then(({ execFile }) =>
        execFile(
          process.execPath,
          [HAETAE, 'notify', 'test', '--file', path, '--lang', 'en'],
          { env: { ...process.env, ...env } },
          (error, stdout, stderr) =>
            resolve({ status: error === null ? 0 : Number(error.code), text: stdout + stderr }),
        ),
      );
    });
  expect(await run(SECRETS)).toEqual({ status: 0, text: 'slack: sent\nmail: sent\nhook: sent\n' });
  expect([roots(here).length, here.mail.mails.length, here.hook.got.length]).toEqual([1, 1, 1]);
  expect(here.mail.logins).toEqual([`haetae:${SECRETS.HAETAE_T_MAIL}`]);
  const wrong = await run({ ...SECRETS, HAETAE_T_BOT: 'xoxb-planted-wrong' });
  expect(wrong).toEqual({ status: 1, text: 'slack: failed – invalid_auth\nmail: sent\nhook: sent\n' });
  const linted = spawnSync(process.execPath, [HAETAE, 'notify', 'lint', path, '--lang', 'en'], { encoding: 'utf8' });
  expect(linted.stdout).toContain('a secret is not there: slack: token: env HAETAE_T_BOT');
  for (const secret of PLANTED) expect(wrong.text + linted.stdout + linted.stderr).not.toContain(secret);
}, 120_000);
