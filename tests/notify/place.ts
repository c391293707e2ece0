import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect } from 'vitest';
import { createToken, pause, type Serve, serve } from '../chaos/serve.ts';
import { shadowsIn } from '../live/shadows.ts';
import { type Hook, hookServer } from './hook.ts';
import { type MailServer, mailServer } from './mail.ts';
import { SLACK_TOKENS, type Slack, type SlackMessage, slackStandIn } from './slack.ts';

/** `haetae serve` as a process that tells people, against stand-ins of Slack, a mail server and a webhook; killed at any moment. */
export const HAETAE = fileURLToPath(new URL('../../packages/haetae/bin/haetae.js', import.meta.url));
export const root = mkdtempSync(join(tmpdir(), 'haetae-notify-'));
const MINUTE = 60_000;
export const SECRETS = {
  HAETAE_T_BOT: SLACK_TOKENS.bot,
  HAETAE_T_APP: SLACK_TOKENS.app,
  HAETAE_T_MAIL: 'planted-mail-password',
  HAETAE_T_HMAC: 'planted-hmac-secret',
};
export const PLANTED = [...Object.values(SECRETS), 'planted-hook-path'];

const rules = shadowsIn(root);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

export async function until(what: () => boolean | Promise<boolean>, ms: number, about: () => string): Promise<void> {
  const end = performance.now() + ms;
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`not so after ${ms} ms: ${about()}`);
    await pause(100);
  }
}

export interface Place {
  readonly slack: Slack;
  readonly mail: MailServer;
  readonly hook: Hook;
  readonly api: string;
  readonly ingest: string;
  server: Serve;
  /** What every server said that ran here. */
  said(): string;
  start(): Promise<void>;
  crash(): Promise<void>;
  /** Findings of so many hosts. Of each, `joined` processes come from one parent: they are one incident. */
  send(hosts: number, each: number, joined?: number): Promise<void>;
  get<T>(path: string): Promise<T>;
}
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** `files`: the level from which Slack is given a picture and the report. */
export async function place(name: string, more = '', args: readonly string[] = [], files = 'high'): Promise<Place> {
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
  slack: { type: slack, token: { env: HAETAE_T_BOT }, app_token: { env: HAETAE_T_APP }, channel: C0000001, files: ${files}, api_url: "${slack.url}" }
  mail: { type: email, host: 127.0.0.1, port: ${mail.port}, security: none, user: haetae, password: { env: HAETAE_T_MAIL }, from: haetae@a.example, to: soc@b.example }
  hook: { type: webhook, url: { file: "${join(data, 'hook-url')}" }, secret: { env: HAETAE_T_HMAC } }
people: { U_KIM: kim, U_LEE: lee }
${more}`,
  );
  let said = '';
  let server: Serve;
  // No process id is one of Windows' own.
  let record = 1000;
  const started: number[] = Array(100).fill(0);
  const here: Place = {
    ...{ slack, mail, hook, api, ingest: token },
    get server() {
      return server;
    },
    said: () => said + server.said(),
    async start() {
      server = await serve({
        data,
        port,
        env: SECRETS,
        readyMs: 240_000,
        args: ['--no-builtin', '--rules', rules, ...args],
      });
    },
    async crash() {
      await server.kill();
      said += server.said();
      await here.start();
    },
    async send(hosts, each, joined = 100) {
      const lines: string[] = [];
      for (let i = 0; i < each; i++)
        for (let host = 0; host < hosts; host++)
          lines.push(attack(host, ++record, Math.floor(started[host]!++ / joined)));
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
      const ask = (): Promise<Response> =>
        fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${api}` } });
      // A connection that was kept from before the server was killed is broken: the next one is not.
      const answer = await ask().catch(ask);
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

function attack(host: number, record: number, parent: number): string {
  const time = new Date().toISOString();
  const guid = (kind: number, n: number): string =>
    `{a1b2c3d4-${String(host).padStart(4, '0')}-0000-000${kind}-${String(n).padStart(12, '0')}}`;
  return `${JSON.stringify({
    ...{
      Hostname: `ws-${host}`,
      RecordNumber: record,
      '@timestamp': time,
      UtcTime: time.slice(0, -1).replace('T', ' '),
    },
    ...{ Channel: 'Microsoft-Windows-Sysmon/Operational', SourceName: 'Microsoft-Windows-Sysmon', EventID: 1 },
    ...{ ProcessGuid: guid(0, record), ProcessId: String(record), ParentProcessGuid: guid(1, parent) },
    ...{ Image: 'C:\\Windows\\System32\\vssadmin.exe', OriginalFileName: 'VSSADMIN.EXE', User: 'CORP\\kim' },
    CommandLine: 'vssadmin delete shadows /all /quiet <!channel> https://evil.example/a',
    ...{ ParentImage: 'C:\\Windows\\System32\\cmd.exe', ParentProcessId: String(100 + parent) },
  })}\n`;
}

export interface Listed {
  readonly items: readonly {
    readonly id: string;
    readonly findings: number;
    readonly status: string;
    readonly version: number;
  }[];
}
export const incidents = async (here: Place): Promise<Listed['items']> =>
  (await here.get<Listed>('/api/incidents?limit=200')).items;
/** What was not settled when it was asked last. */
export let unsettled = '';
export const settled = async (here: Place): Promise<boolean> => {
  const { backlog } = await here.get<{ backlog: number }>('/api/stats');
  const { channels } = await here.get<{ channels: { waiting: number }[] }>('/api/notify');
  unsettled = JSON.stringify([backlog, channels]);
  return backlog === 0 && channels.every(({ waiting }) => waiting === 0);
};
export const roots = ({ slack }: Place): SlackMessage[] => slack.messages.filter(({ thread }) => thread === null);
const mostInAMinute = (times: readonly number[]): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE).length));

/** How many incidents a digest tells of, by its title. */
const inDigests = (titles: readonly string[]): number =>
  titles.reduce((sum, title) => sum + Number(/^(\d+) new incidents?$/.exec(title)?.[1] ?? 0), 0);

/** Every incident was told, by a message of its own or in one digest: in Slack once, in the other channels not more often than was promised. */
export async function expectTold(here: Place, repeats: number): Promise<void> {
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
export async function expectNoSecrets(here: Place): Promise<void> {
  const answers = await Promise.all(
    ['/api/notify', '/api/deliveries', '/api/incidents', '/api/audit', '/api/openapi.json'].map(async (path) =>
      JSON.stringify(await here.get(path)),
    ),
  );
  const metrics = await fetch(`${here.server.url}/metrics`, { headers: { authorization: `Bearer ${here.api}` } });
  const all = [here.said(), ...answers, await metrics.text()].join('\n');
  for (const secret of PLANTED) expect(all).not.toContain(secret);
}
