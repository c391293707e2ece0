import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Finding, Incident, Ready, StoredEvent } from '../../packages/haetae/src/server/api.ts';
import { type Serve, serve } from '../chaos/serve.ts';
import { haetae } from './haetae.ts';

/** `haetae serve` and `haetae token` as their users start them: from an event on the wire to the incident that a browser is told of. */
const root = mkdtempSync(join(tmpdir(), 'haetae-serve-'));
const data = join(root, 'data');
const rules = join(root, 'rules');
const exceptions = join(root, 'exceptions');
const RULE_ID = '6f1b2b0a-0000-4000-8000-000000000001';
const ruleOf = (command: string, id = RULE_ID): string => `title: Runs ${command}
id: ${id}
level: high
logsource: {product: windows, category: process_creation}
detection: {sel: {CommandLine|contains: '${command}'}, condition: sel}
tags: [attack.t1490]
`;
let server: Serve;
let shipper: string;
let admin: string;
const ARGS = ['--no-builtin', '--rules', rules, '--exceptions', exceptions, '--lang', 'en'];

/** Chosen by the process, so that two runs do not meet. */
const PORT = 20_000 + (process.pid % 20_000);

let record = 0;
const process_ = (command: string, host = 'WS01', more: object = {}): object => ({
  Hostname: host,
  RecordNumber: ++record,
  TimeCreated: new Date().toISOString(),
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  SourceName: 'Microsoft-Windows-Sysmon',
  EventID: 1,
  Image: 'C:\\Windows\\System32\\vssadmin.exe',
  CommandLine: command,
  ProcessGuid: `{00000000-0000-0000-0000-${String(record).padStart(12, '0')}}`,
  ProcessId: String(4000 + record),
  User: 'CORP\\kim',
  ...more,
});

const send = async (...events: object[]): Promise<number> => {
  const answer = await fetch(`${server.url}/ingest/ndjson`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shipper}` },
    body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  });
  return answer.status;
};
async function ask<T>(path: string, method = 'GET', body?: object): Promise<T> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}
/** Asks until it is so. */
async function until<T>(get: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (let i = 0; i < 400; i++) {
    const value = await get();
    if (isSo(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it did not come to pass: ${JSON.stringify(await get())}\n${server.said()}`);
}
const events = async (): Promise<StoredEvent[]> => (await ask<{ items: StoredEvent[] }>('/api/events?limit=500')).items;
const findings = async (): Promise<Finding[]> => (await ask<{ items: Finding[] }>('/api/findings?limit=500')).items;

beforeAll(async () => {
  mkdirSync(rules);
  mkdirSync(exceptions);
  writeFileSync(join(rules, 'a.yml'), ruleOf('delete shadows'));
  const made = await haetae(['token', 'create', 'shipper', '--data', data]);
  shipper = made.stdout.trim();
  admin = (await haetae(['token', 'create', 'me', '--kind', 'api', '--role', 'admin', '--data', data])).stdout.trim();
  server = await serve({ data, port: PORT, args: ARGS });
});
afterAll(async () => {
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

test('it says where it listens, how the first administrator is made, what it loaded, how to feed it', async () => {
  const said = await until(
    async () => server.said(),
    (text) => text.includes('Detecting'),
  );
  expect(said).toMatch(/Listening {4}http:\/\/127\.0\.0\.1:\d+/);
  expect(said).toMatch(/First start[\s\S]*\/setup#hts_/);
  expect(said).toMatch(/Rules {8}1 in force/);
  expect(said).toMatch(/Anomaly {6}off\. To turn it on: haetae baseline learn/);
  expect(said).toMatch(/curl -H "Authorization: Bearer TOKEN" --data-binary @events\.jsonl/);
  const { ready, checks } = await ask<Ready>('/readyz');
  expect(ready).toBe(true);
  expect(checks.map(({ name }) => name)).toEqual(['log', 'store', 'engine', 'rules', 'anomaly']);
});

test('an attack on the wire is an incident that those who watch are told of, stored with its events', async () => {
  const stop = new AbortController();
  const watching = await fetch(`${server.url}/api/live`, {
    headers: { authorization: `Bearer ${admin}` },
    signal: stop.signal,
  });
  expect(await send(process_('whoami'), process_('vssadmin delete shadows /all'))).toBe(200);
  let heard = '';
  for await (const bytes of watching.body!.pipeThrough(new TextDecoderStream())) {
    heard += bytes;
    if (/event: ?incident/.test(heard) && heard.endsWith('\n\n')) break;
  }
  stop.abort();
  const told = JSON.parse(/event: ?incident\n(?:id: ?\d+\n)?data: ?(.*)/.exec(heard)?.[1] ?? '{}') as {
    incident?: Incident;
  };
  const [found] = await findings();
  expect(found).toMatchObject({ title: 'Runs delete shadows', level: 'high', host: 'WS01', techniques: ['T1490'] });
  const incident = await ask<Incident>(`/api/incidents/${found!.incident}`);
  expect(incident).toMatchObject({ status: 'new', hosts: ['WS01'], findings: 1 });
  if (told.incident !== undefined) expect(told.incident.id).toBe(incident.id);
  const [event] = found!.events;
  expect((await ask<StoredEvent>(`/api/events/${event}`)).fields).toMatchObject({
    CommandLine: 'vssadmin delete shadows /all',
  });
});

test('killed in the middle and started again, what was acknowledged is there once, and ids go on', async () => {
  const before = (await events()).length;
  const batch = Array.from({ length: 50 }, (_, i) => process_(i % 10 === 0 ? 'vssadmin delete shadows' : `cmd ${i}`));
  const once = (await findings()).length;
  expect(await send(...batch)).toBe(200);
  await server.kill();
  server = await serve({ data, port: PORT, args: ARGS });
  await until(events, ({ length }) => length >= before + 50);
  // The sender did not hear the answer, and sends all of it again.
  expect(await send(...batch, process_('the last'))).toBe(200);
  const all = await until(events, (some) => some.some(({ fields }) => fields.CommandLine === 'the last'));
  expect(all).toHaveLength(before + 51);
  expect(new Set(all.map(({ recordId }) => recordId)).size).toBe(all.length);
  expect(await findings()).toHaveLength(once + 5);
});

describe('while it runs', () => {
  test('rules are read again when their files change; a broken one stays as it was', async () => {
    const other = '6f1b2b0a-0000-4000-8000-000000000002';
    writeFileSync(join(rules, 'b.yml'), ruleOf('bcdedit', other));
    await until(
      () => ask<{ items: { id: string }[] }>('/api/rules'),
      ({ items }) => items.length === 2,
    );
    writeFileSync(join(rules, 'a.yml'), ruleOf('delete shadows').replace('contains:', 'containz:'));
    await until(
      async () => server.said(),
      (said) => /a rule file is broken; it stays in force as it was/.test(said),
    );
    await send(process_('bcdedit /set'), process_('vssadmin delete shadows again'));
    const found = await until(findings, (all) => all.some(({ title }) => title === 'Runs bcdedit'));
    expect(
      found
        .slice(0, 2)
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['Runs bcdedit', 'Runs delete shadows']);
  });

  test('a rule is switched off, an exception made', async () => {
    const count = async (): Promise<number> => (await findings()).length;
    const before = await count();
    await ask(`/api/rules/${RULE_ID}`, 'PATCH', { enabled: false });
    const other = '6f1b2b0a-0000-4000-8000-000000000002';
    await ask('/api/exceptions', 'POST', {
      title: 'Imaging',
      ruleId: other,
      filter: { User: 'CORP\\imaging' },
      reason: 'boots for imaging',
    });
    await send(process_('vssadmin delete shadows'), process_('bcdedit', 'WS02', { User: 'CORP\\imaging' }));
    await send(process_('bcdedit', 'WS03'));
    const all = await until(findings, ({ length }) => length > before);
    expect(all).toHaveLength(before + 1);
    expect(all[0]!.host).toBe('WS03');
  });

  test('tokens are made and revoked by the command line, through the server that has the folder', async () => {
    const list = async (): Promise<{ id: string; name: string; revokedMs: number | null }[]> =>
      JSON.parse((await haetae(['token', 'list', '--data', data, '--format', 'json'])).stdout);
    const made = await haetae(['token', 'create', 'second', '--data', data, '--host', 'ws*', '--format', 'json']);
    const { token } = JSON.parse(made.stdout) as { token: { id: string } };
    expect((await list()).find(({ id }) => id === token.id)).toMatchObject({ name: 'second', revokedMs: null });
    expect(await haetae(['token', 'revoke', token.id.slice(0, 13), '--data', data])).toMatchObject({ code: 0 });
    expect((await list()).find(({ id }) => id === token.id)!.revokedMs).not.toBeNull();
  });

  test('a backup is taken and the audit log proved by the command line while the server runs', async () => {
    const copy = join(data, '..', `copy-${process.pid}`);
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    const made = await haetae(['store', 'backup', copy, '--data', data]);
    expect([made.code, made.stderr]).toEqual([0, expect.stringMatching(/opened again and found whole/)]);
    expect(readdirSync(copy)).toContain('haetae.duckdb');
    const [, head] = (await haetae(['audit', 'verify', '--data', data])).stdout.split('\n');
    expect(head).toMatch(/^[1-9]\d*:[0-9a-f]{64}$/);
    expect(await haetae(['audit', 'verify', '--head', head!, '--data', data])).toMatchObject({ code: 0 });
    expect((await haetae(['audit', 'list', '--limit', '1', '--data', data])).stdout).toMatch(/store\.backup/);
  });

  test.each([
    ['the folder is in use', () => ['serve', '--data', data, '--port', '0'], /is in use by another process.*--data/],
    [
      'the port is taken',
      () => ['serve', '--data', join(root, 'other'), '--port', new URL(server.url).port],
      /127\.0\.0\.1:\d+ is taken by another process.*--port/,
    ],
    ['the folder cannot be made', () => ['serve', '--data', '/proc/haetae'], /cannot be used: .*--data/],
    ['no such rules', () => ['serve', '--data', join(root, 'x'), '--rules', '/nowhere'], /\/nowhere/],
    [
      'no port',
      () => ['serve', '--data', join(root, 'x'), '--port', '99999'],
      /--port 99999: a number from 0 to 65535/,
    ],
    [
      'a key without its certificate',
      () => ['serve', '--tls-key', 'k.pem'],
      /--tls-cert and --tls-key are given together/,
    ],
    ['a token of nothing', () => ['token', 'list', '--data', join(root, 'none')], /there is no data of a server here/],
    ['a role of a shipper', () => ['token', 'create', 'x', '--role', 'admin'], /A token of the kind api has a --role/],
  ])('%s: one sentence, status 2', async (_, args, message) => {
    const { code, stderr } = await haetae([...args(), '--lang', 'en']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});

test('an identity provider that is named is offered at the login', async () => {
  const oidc = join(root, 'oidc.json');
  writeFileSync(join(root, 'oidc-secret'), 'of the client');
  const clientSecret = { file: join(root, 'oidc-secret') };
  writeFileSync(oidc, JSON.stringify({ issuer: 'http://127.0.0.1:9', clientId: 'haetae', clientSecret }));
  const other = await serve({ data: join(root, 'oidc-data'), port: PORT + 1, args: [...ARGS, '--oidc', oidc] });
  onTestFinished(async () => void (await other.stop()));
  expect(await (await fetch(`${other.url}/api/login`)).json()).toMatchObject({ oidc: true });
  // One who does not answer is said so, at once.
  expect((await fetch(`${other.url}/api/login/oidc`, { redirect: 'manual' })).status).toBe(502);
  expect(other.said()).not.toContain('of the client');
});

test('it ends as asked, and nothing that it took is lost', async () => {
  await send(process_('goodbye'));
  expect(await server.stop()).toBe(0);
  expect(server.said()).toMatch(/Ended\.\n$/);
  server = await serve({ data, port: PORT, args: ARGS });
  // What was durable and not yet read when it ended is read at the next start.
  const stored = async (): Promise<boolean> => (await events()).some(({ fields }) => fields.CommandLine === 'goodbye');
  await expect.poll(stored, { timeout: 30_000 }).toBe(true);
});
