import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../store/index.ts';
import { makeApp } from './app.ts';
import { mayAct } from './auth/principal.ts';
import { type Running, running } from './testing/running.ts';

/**
 * What strangers and people of the wrong role get, for every route there is: the tables are those from which the server itself
 * adds its routes, so that none can be forgotten.
 */
let one: Running;
beforeAll(async () => {
  one = await running({ limits: { headersTimeout: 300, requestTimeout: 600, apiBody: 10_000, apiDepth: 10 } });
  // Thousands of requests come from this one address.
  Object.assign(one.server.parts.strangers, { take: () => 0 });
  Object.assign(one.server.parts.requests, { take: () => 0 });
});
afterAll(() => one.server.close(0));

const table = await (async () => {
  const made = await running();
  const { endpoints, ingest } = makeApp(made.server.parts, '0');
  await made.server.close(0);
  return { endpoints, ingest };
})();
const guarded = table.endpoints.filter(({ access }) => access !== 'open');
const changing = guarded.filter(({ method }) => method !== 'GET');
const concrete = (path: string): string => path.replace(/\{\w+\}/g, 'some-id').replace(/\*/g, 'some');
const init = (method: string, headers: Record<string, string>): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  ...(method !== 'GET' && method !== 'HEAD' && { body: '{}' }),
});
const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;

test('what is open is named here, one by one', () => {
  expect(
    table.endpoints.filter(({ access }) => access === 'open').map(({ method, path }) => `${method} ${path}`),
  ).toEqual([
    'GET /api/login',
    'POST /api/login',
    'POST /api/setup',
    'POST /agent/enrol',
    'GET /healthz',
    'GET /readyz',
    'GET /api/openapi.json',
  ]);
  expect(table.ingest.filter(({ open }) => open).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /services/collector/health',
    'GET /services/collector/health/*',
  ]);
});

describe.each(guarded)('$method $path', ({ method, path, access }) => {
  const at = concrete(path);

  test.each([
    ['nothing', {}],
    ['a wrong token', { authorization: `Bearer hta_${'x'.repeat(43)}` }],
    ['no token at all', { authorization: 'Bearer x' }],
    ['another scheme', { authorization: 'Digest x' }],
    ['a wrong cookie', { cookie: `haetae=${'x'.repeat(43)}` }],
    ['an empty cookie', { cookie: 'haetae=' }],
  ] as [string, Record<string, string>][])('with %s: 401', async (_, headers) => {
    const response = await one.ask(at, init(method, headers));
    expect([response.status, await codeOf(response)]).toEqual([401, 'unauthorised']);
  });

  test('with a token for something else: 401', async () => {
    for (const kind of ['ingest', 'agent', 'enrol', 'setup'] as const) {
      const authorization = `Bearer ${await one.token(kind, { role: 'admin' })}`;
      expect((await one.ask(at, init(method, { authorization }))).status).toBe(401);
    }
  });

  const lesser = ROLES.filter((role) => !mayAct(role, access as Role));
  test.each(lesser.length === 0 ? [] : lesser)('as %s: 403', async (role) => {
    const authorization = `Bearer ${await one.token('api', { role })}`;
    for (const headers of [{ authorization }, await one.login(role)] as Record<string, string>[]) {
      const response = await one.ask(at, init(method, headers));
      expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
    }
  });
});

describe.each(changing)('$method $path from a browser', ({ method, path }) => {
  test.each([
    ['without a CSRF token', (own: Record<string, string>) => ({ cookie: own.cookie! })],
    ['with an empty one', (own: Record<string, string>) => ({ cookie: own.cookie!, 'x-csrf-token': '' })],
    [
      'with that of another session',
      (own: Record<string, string>, other: Record<string, string>) => ({
        cookie: own.cookie!,
        'x-csrf-token': other['x-csrf-token']!,
      }),
    ],
    ['from another site', (own: Record<string, string>) => ({ ...own, origin: 'https://evil.example' })],
    ['from a page without origin', (own: Record<string, string>) => ({ ...own, origin: 'null' })],
  ] as const)('%s: 403', async (_, headers) => {
    const [own, other] = [await one.login('admin'), await one.login('admin')];
    const response = await one.ask(concrete(path), init(method, headers(own, other)));
    expect([response.status, await codeOf(response)]).toEqual([403, 'csrf']);
  });
});

describe.each(table.ingest.filter(({ open }) => !open))('$protocol: $method $path', ({ method, path }) => {
  test.each([
    ['nothing', {}],
    ['a wrong token', { authorization: `Bearer hti_${'x'.repeat(43)}` }],
    ['a wrong ApiKey', { authorization: `ApiKey ${Buffer.from('a:b').toString('base64')}` }],
  ] as [string, Record<string, string>][])('with %s: 401 or 403', async (_, headers) => {
    const response = await one.ask(concrete(path), init(method, headers));
    expect([401, 403]).toContain(response.status);
    expect(one.frames).toHaveLength(0);
  });
});

test.each([
  '/api/../api/users',
  '/api/%2e%2e/users',
  '/api//users',
  '/API/users',
  '/api/users/',
  '/api/users%00',
  '/api/users;x=1',
  '//api/users',
  '/api/incidents/..%2f..%2fusers',
  '/api/users/../../healthz/../api/users',
  '/%61pi/users',
])('no path is a way around: %s', async (path) => {
  const status = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(status).toMatch(/^HTTP\/1\.1 (?:400|401|404) /);
});

test.each([
  ['a header with a line end in its value', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\rb: c\r\n\r\n'],
  ['two lengths', 'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  [
    'a length and chunks',
    'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['headers beyond the limit', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
  ['no HTTP', 'nonsense\r\n\r\n'],
])('%s is refused', async (_, text) => {
  expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
});

test.each([
  ['never ends its headers', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
  [
    'never ends its body',
    'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  ],
])('a client that %s is let go of', async (_, text) => {
  expect(await raw(text)).toMatch(/^HTTP\/1\.1 408 |^$/);
});

test('another name than our own is not answered: DNS rebinding', async () => {
  expect(await raw('GET /api/login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 421 /,
  );
});

test('bodies that are too large or too deep are refused before anybody parses them', async () => {
  const admin = `Bearer ${await one.token('api', { role: 'admin' })}`;
  const post = (body: string, headers = {}) =>
    one.ask('/api/events/search', {
      method: 'POST',
      headers: { authorization: admin, 'content-type': 'application/json', ...headers },
      body,
    });
  expect((await post('x'.repeat(10_001))).status).toBe(413);
  expect(await codeOf(await post(`{"text":${'['.repeat(500)}${']'.repeat(500)}}`))).toBe('too-deep');
  expect((await post('{"limit":1', {})).status).toBe(400);
  expect((await post('{}', { 'content-encoding': 'gzip' })).status).toBe(415);
  expect((await post('{"__proto__":{"limit":5},"constructor":1}')).status).toBe(200);
});

test('every answer is for this site alone and not to be kept', async () => {
  for (const path of ['/healthz', '/api/users', '/nowhere', '/']) {
    const { headers } = await one.ask(path);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

test('what strangers write never becomes a second line of the log, nor a secret in it', async () => {
  const { jsonLog } = await import('./http/log.ts');
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => 0,
  );
  const secret = `hti_${'s'.repeat(43)}`;
  log({
    level: 'info',
    message: 'x',
    path: '/a\n{"level":"error"}\r\u2028\u0085',
    text: `token ${secret} and Bearer abc.def`,
    password: 'hunter2',
    headers: { authorization: 'Basic xyz', cookie: 'a=b' },
  });
  expect(lines.join('')).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"x","path":"/a\\n{\\"level\\":\\"error\\"}\\r\\u2028\\u0085",' +
      '"text":"token [secret] and Bearer [secret]","password":"[secret]","headers":{"authorization":"[secret]","cookie":"[secret]"}}\n',
  );
});

/** The first line of what comes back for these bytes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(one.server.port, '127.0.0.1', () => socket.write(text));
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(said) : reject(error)));
    socket.on('close', () => resolve(said.split('\r\n', 1)[0]!));
    socket.setTimeout(8000, () => {
      socket.destroy();
      reject(new Error(`no end: ${said}`));
    });
  });
}
