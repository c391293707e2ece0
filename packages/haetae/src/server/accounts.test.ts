import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyPassword } from './auth/password.ts';
import { IDLE_MS, LONGEST_MS } from './auth/sessions.ts';
import { type Running, running } from './testing/running.ts';

let one: Running;
beforeEach(async () => {
  one = await running();
});
afterEach(() => one.server.close(0));

const PASSWORD = '해태-guardian-2026';
const post = (path: string, body: object, headers: Record<string, string> = {}, method = 'POST') =>
  one.ask(path, { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
const actions = (): string[] => one.audit.map(({ action }) => action);
const cookieOf = (response: Response): string => (response.headers.get('set-cookie') ?? '').split(';')[0]!;

async function firstAdmin(): Promise<{ cookie: string; 'x-csrf-token': string }> {
  const token = one.server.setupUrl!.split('#')[1]!;
  const response = await post('/api/setup', { token, name: 'chief', password: PASSWORD });
  const { csrf } = (await response.json()) as { csrf: string };
  return { cookie: cookieOf(response), 'x-csrf-token': csrf };
}

describe('the first start', () => {
  test('one link makes one administrator, who is logged in', async () => {
    expect(await (await one.ask('/api/login')).json()).toEqual({ oidc: false, setup: true, shows: 'own' });
    const me = await firstAdmin();
    expect(await (await one.ask('/api/session', { headers: me })).json()).toMatchObject({
      name: 'chief',
      role: 'admin',
    });
    expect(await (await one.ask('/api/login')).json()).toEqual({ oidc: false, setup: false, shows: 'own' });
    expect(actions()).toEqual(['user.create', 'login']);
  });

  test('the link is good once', async () => {
    await firstAdmin();
    const token = one.server.setupUrl!.split('#')[1]!;
    expect((await post('/api/setup', { token, name: 'second', password: PASSWORD })).status).toBe(403);
  });

  test.each([
    [
      'a day later',
      async () => {
        one.clock.now += 24 * 60 * 60_000;
      },
    ],
    ['when there is a user by now', async () => void (await one.login('viewer'))],
  ])('it is of no use %s', async (_, meanwhile) => {
    const token = one.server.setupUrl!.split('#')[1]!;
    await meanwhile();
    expect((await post('/api/setup', { token, name: 'late', password: PASSWORD })).status).toBe(403);
  });

  test('other tokens make nobody an administrator', async () => {
    for (const kind of ['ingest', 'api', 'enrol'] as const)
      expect((await post('/api/setup', { token: await one.token(kind), name: 'x', password: PASSWORD })).status).toBe(
        403,
      );
  });
});

describe('passwords', () => {
  test('name in any case and the right password log in; the cookie is out of reach of scripts and other sites', async () => {
    await firstAdmin();
    const response = await post('/api/login', { name: 'Chief', password: PASSWORD });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(
      /^haetae=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=28800$/,
    );
  });

  test('one wrong letter does not, nor an unknown name; both are written down', async () => {
    await firstAdmin();
    for (const wrong of [
      { name: 'chief', password: `${PASSWORD}!` },
      { name: 'nobody', password: PASSWORD },
    ]) {
      const response = await post('/api/login', wrong);
      expect([response.status, await response.text()]).toEqual([
        401,
        '{"error":{"code":"unauthorised","message":"name or password is wrong"}}',
      ]);
    }
    expect(actions().slice(2)).toEqual(['login.refused', 'login.refused']);
  });

  test('the eleventh try in a row waits', async () => {
    await firstAdmin();
    for (let i = 0; i < 9; i++) await post('/api/login', { name: 'chief', password: 'wrong' });
    const response = await post('/api/login', { name: 'chief', password: PASSWORD });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '10']);
    one.clock.now += 10_000;
    expect((await post('/api/login', { name: 'chief', password: PASSWORD })).status).toBe(200);
  });

  test('a changed password ends every other session', async () => {
    const me = await firstAdmin();
    const other = cookieOf(await post('/api/login', { name: 'chief', password: PASSWORD }));
    const changed = await post('/api/session/password', { current: PASSWORD, next: `${PASSWORD}-new` }, me);
    expect(changed.status).toBe(200);
    expect(cookieOf(changed)).not.toBe(me.cookie);
    for (const cookie of [me.cookie, other])
      expect((await one.ask('/api/session', { headers: { cookie } })).status).toBe(401);
    expect((await one.ask('/api/session', { headers: { cookie: cookieOf(changed) } })).status).toBe(200);
  });

  test('what is not an argon2id hash lets nobody in', async () => {
    expect(await verifyPassword(null, '')).toBe(false);
    expect(await verifyPassword('', '')).toBe(false);
    expect(await verifyPassword('plain', 'plain')).toBe(false);
  });
});

describe('sessions', () => {
  test('end after eight hours without a request, and after seven days in any case', async () => {
    const me = await one.login('viewer');
    const ask = async () => (await one.ask('/api/session', { headers: me })).status;
    for (let at = 0; at + IDLE_MS / 2 < LONGEST_MS; at += IDLE_MS / 2) {
      expect(await ask()).toBe(200);
      one.clock.now += IDLE_MS / 2;
    }
    one.clock.now += IDLE_MS / 2;
    expect(await ask()).toBe(401);
    const idle = await one.login('viewer');
    one.clock.now += IDLE_MS;
    expect((await one.ask('/api/session', { headers: idle })).status).toBe(401);
  });

  test('end with logging out, and with the user', async () => {
    const admin = await one.login('admin');
    const viewer = await one.login('viewer', 'guest');
    expect((await one.ask('/api/session', { method: 'DELETE', headers: await one.login('viewer') })).status).toBe(204);
    const users = (await (await one.ask('/api/users', { headers: admin })).json()) as { id: string; name: string }[];
    const { id } = users.find(({ name }) => name === 'guest')!;
    expect((await post(`/api/users/${id}`, { disabled: true }, admin, 'PATCH')).status).toBe(200);
    expect((await one.ask('/api/session', { headers: viewer })).status).toBe(401);
    expect(actions().slice(-1)).toEqual(['user.update']);
  });
});

describe('users', () => {
  test('are made, changed and removed by an administrator, each written down', async () => {
    const me = await firstAdmin();
    const made = await post('/api/users', { name: '김분석', role: 'analyst', password: PASSWORD }, me);
    const { id } = (await made.json()) as { id: string };
    expect(made.status).toBe(201);
    expect((await post('/api/users', { name: '김분석', role: 'viewer' }, me)).status).toBe(409);
    expect((await post(`/api/users/${id}`, { role: 'responder' }, me, 'PATCH')).status).toBe(200);
    expect((await one.ask(`/api/users/${id}`, { method: 'DELETE', headers: me })).status).toBe(204);
    expect((await one.ask(`/api/users/${id}`, { method: 'DELETE', headers: me })).status).toBe(404);
    expect(actions()).toEqual(['user.create', 'login', 'user.create', 'user.update', 'user.remove']);
    expect(JSON.stringify(one.audit)).not.toContain(PASSWORD);
  });

  test('the last administrator stays', async () => {
    const me = await firstAdmin();
    const { id } = (await (await one.ask('/api/session', { headers: me })).json()) as { id: string };
    for (const change of [{ disabled: true }, { role: 'viewer' }])
      expect((await post(`/api/users/${id}`, change, me, 'PATCH')).status).toBe(409);
    expect((await one.ask(`/api/users/${id}`, { method: 'DELETE', headers: me })).status).toBe(409);
  });
});

describe('tokens', () => {
  test('are shown once, work at once, and end at once', async () => {
    const me = await one.login('admin');
    const made = await post('/api/tokens', { name: 'rsyslog', kind: 'ingest', networks: ['127.0.0.0/8'] }, me);
    const { token, secret } = (await made.json()) as { token: { id: string; hint: string }; secret: string };
    expect([made.status, secret.startsWith(token.hint)]).toEqual([201, true]);
    const send = () =>
      one.ask('/ingest/ndjson', {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
        body: '{"EventID":1}',
      });
    expect((await send()).status).toBe(200);
    expect(await (await one.ask('/api/tokens', { headers: me })).text()).not.toContain(secret);
    await one.server.parts.tokens.flush();
    expect((await one.ports.accounts.tokens.get(token.id))?.usedMs).toBe(one.clock.now);
    expect((await one.ask(`/api/tokens/${token.id}`, { method: 'DELETE', headers: me })).status).toBe(204);
    expect((await send()).status).toBe(401);
    expect(actions()).toEqual(['token.create', 'token.revoke']);
  });

  test.each([
    [{ name: 'x', kind: 'ingest', networks: ['10.0.0.0/33'] }, 'json.networks.0'],
    [{ name: 'x', kind: 'ingest', role: 'admin' }, 'json.role'],
    [{ name: 'x', kind: 'api' }, 'json.role'],
    [{ name: 'x\n', kind: 'setup' }, 'json.kind'],
    [{ name: 'a\u0007b', kind: 'ingest' }, 'json.name'],
  ])('%j is refused, saying where', async (body, at) => {
    const response = await post('/api/tokens', body, await one.login('admin'));
    expect([response.status, ((await response.json()) as { error: { at: string } }).error.at]).toEqual([400, at]);
  });
});

test('incidents: two people do not overwrite each other, closing needs a reason, notes and changes are written down', async () => {
  const me = await one.login('analyst');
  const change = (body: object) => post('/api/incidents/incident-1', body, me, 'PATCH');
  expect((await change({ version: 1, status: 'closed' })).status).toBe(400);
  expect((await change({ version: 1, assignee: 'nobody' })).status).toBe(400);
  expect((await change({ version: 1, status: 'closed', verdict: 'benign' })).status).toBe(200);
  expect((await change({ version: 1, status: 'open' })).status).toBe(409);
  expect((await post('/api/incidents/incident-1/notes', { text: '확인함' }, me)).status).toBe(201);
  expect((await post('/api/incidents/none/notes', { text: 'x' }, me)).status).toBe(404);
  expect(actions()).toEqual(['incident.update', 'incident.note']);
});

test('live: what is missed while away comes on return, by Last-Event-ID', async () => {
  const authorization = `Bearer ${await one.token('api', { role: 'viewer' })}`;
  for (let i = 0; i < 3; i++) one.say({ kind: 'gap' });
  const ending = new AbortController();
  const response = await one.ask('/api/live', {
    headers: { authorization, 'last-event-id': '1' },
    signal: ending.signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('id: 3')) text += (await reader.read()).value;
  one.say({ kind: 'gap' });
  while (!text.includes('id: 4')) text += (await reader.read()).value;
  ending.abort();
  expect(text).toBe(
    `retry: 2000\n\n${[2, 3, 4].map((id) => `id: ${id}\nevent: gap\ndata: {"kind":"gap"}\n\n`).join('')}`,
  );
});

test('ready: strangers learn whether, not why; metrics are for those who may see', async () => {
  expect((await one.ask('/readyz')).status).toBe(200);
  one.isReady = false;
  const response = await one.ask('/readyz');
  expect([response.status, await response.json()]).toEqual([
    503,
    { ready: false, checks: [{ name: 'log', ok: false, detail: '' }] },
  ]);
  const authorization = `Bearer ${await one.token('api', { role: 'viewer' })}`;
  const metrics = await (await one.ask('/metrics', { headers: { authorization } })).text();
  expect(metrics).toContain('haetae_http_requests_total{route="other",status="503"} 1');
});
