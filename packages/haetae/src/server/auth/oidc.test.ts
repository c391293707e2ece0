import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, running } from '../testing/running.ts';
import { roleOf } from './oidc.ts';

/** A provider for the tests: discovery, keys, authorization code with PKCE; what goes into the ID token is the test's choice. */
interface Provider {
  readonly issuer: string;
  readonly server: Server;
  claims: Record<string, unknown>;
  /** Claims that are put over the right ones. */
  forged: Record<string, unknown>;
  asked: URLSearchParams | undefined;
  /** What it says, in place of a token, of how it was asked. */
  refuses: ((request: string) => string) | undefined;
}

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function provider(signWith = keys): Promise<Provider> {
  const codes = new Map<string, string>();
  const server = createServer((request, response) => {
    const url = new URL(request.url!, one.issuer);
    const json = (body: object): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
    if (url.pathname === '/.well-known/openid-configuration')
      json({
        issuer: one.issuer,
        authorization_endpoint: `${one.issuer}/authorize`,
        token_endpoint: `${one.issuer}/token`,
        jwks_uri: `${one.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      });
    else if (url.pathname === '/jwks')
      json({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] });
    else if (url.pathname === '/authorize') {
      one.asked = url.searchParams;
      codes.set('code-1', url.searchParams.get('nonce')!);
      const back = new URL(url.searchParams.get('redirect_uri')!);
      back.searchParams.set('code', 'code-1');
      back.searchParams.set('state', url.searchParams.get('state')!);
      response.writeHead(302, { location: back.href }).end();
    } else if (one.refuses !== undefined) {
      let text = request.headers.authorization ?? '';
      request.on('data', (bytes) => (text += bytes));
      request.on('end', () => {
        response.statusCode = 401;
        json({ error: 'invalid_client', error_description: one.refuses!(text) });
      });
    } else {
      const nowS = Math.floor(Date.now() / 1000);
      const head = base64url({ alg: 'RS256', kid: 'k' });
      const nonce = codes.get('code-1');
      const right = { iss: one.issuer, aud: 'haetae', iat: nowS, exp: nowS + 60, nonce };
      const body = base64url({ ...right, ...one.claims, ...one.forged });
      const signature = createSign('RSA-SHA256').update(`${head}.${body}`).sign(signWith.privateKey, 'base64url');
      json({ access_token: 'a', token_type: 'Bearer', id_token: `${head}.${body}.${signature}` });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const one: Provider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    claims: { sub: 'kim', preferred_username: '김해태', name: 'Kim', groups: ['soc'] },
    forged: {},
    asked: undefined,
    refuses: undefined,
  };
  return one;
}

const settings = (issuer: string) => ({
  issuer,
  clientId: 'haetae',
  clientSecret: 'planted-oidc-client-secret',
  roles: { soc: 'analyst', chiefs: 'admin' } as const,
  insecure: true,
});

let idp: Provider;
let one: Running;
beforeAll(async () => {
  idp = await provider();
  one = await running({ oidc: settings(idp.issuer) });
  Object.assign(one.server.parts.logins, { take: () => 0 });
});
afterAll(async () => {
  await one.server.close(0);
  idp.server.close();
});

const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0]!)
    .join('; ');

/** What a browser does: to the provider, and back with the cookie it was given. */
async function login(change: { cookie?: string; back?: (url: URL) => void } = {}): Promise<Response> {
  const begun = await one.ask('/api/login/oidc');
  expect(begun.status).toBe(302);
  const at = await fetch(begun.headers.get('location')!, { redirect: 'manual' });
  const back = new URL(at.headers.get('location')!);
  change.back?.(back);
  return one.ask(back.pathname + back.search, { headers: { cookie: change.cookie ?? cookieOf(begun) } });
}

test('a person of a known group logs in, is made at the first time and brought up to date later', async () => {
  const response = await login();
  expect([response.status, response.headers.get('location')]).toEqual([302, '/']);
  expect(idp.asked!.get('code_challenge_method')).toBe('S256');
  const me = await (await one.ask('/api/session', { headers: { cookie: cookieOf(response) } })).json();
  expect(me).toMatchObject({ name: '김해태', displayName: 'Kim', role: 'analyst' });
  idp.claims = { ...idp.claims, groups: ['soc', 'chiefs'] };
  const again = await login();
  expect(await (await one.ask('/api/session', { headers: { cookie: cookieOf(again) } })).json()).toMatchObject({
    id: (me as { id: string }).id,
    role: 'admin',
  });
  idp.claims = { ...idp.claims, groups: ['soc'] };
});

test('a local user of the same name is somebody else', async () => {
  await one.login('admin', 'lee');
  idp.claims = { sub: 'lee-of-the-provider', preferred_username: 'lee', groups: ['soc'] };
  const response = await login();
  expect(await (await one.ask('/api/session', { headers: { cookie: cookieOf(response) } })).json()).toMatchObject({
    name: 'lee-2',
    role: 'analyst',
  });
});

describe('nobody gets in with', () => {
  test.each([
    ['no group that is known', { groups: ['guests'] }, {}],
    ['a token for another client', {}, { aud: 'other' }],
    ['a token of another provider', {}, { iss: 'https://evil.example' }],
    ['a token that is over', {}, { exp: 1 }],
    ['a token of another login', {}, { nonce: 'other' }],
  ])('%s', async (_, claims, forged) => {
    idp.claims = { sub: 'x', groups: ['soc'], ...claims };
    idp.forged = forged;
    const response = await login();
    idp.forged = {};
    expect(response.status).toBe(403);
    expect(cookieOf(response)).toBe('');
    expect(one.audit.at(-1)!.action).toBe('login.refused');
  });

  test('an answer that another browser began', async () => {
    expect((await login({ cookie: '' })).status).toBe(403);
    expect((await login({ cookie: 'haetae-oidc=other' })).status).toBe(403);
  });

  test('a state that nobody gave out', async () => {
    expect((await login({ back: (url) => url.searchParams.set('state', 'other') })).status).toBe(403);
  });

  test('a code twice', async () => {
    const begun = await one.ask('/api/login/oidc');
    const at = await fetch(begun.headers.get('location')!, { redirect: 'manual' });
    const back = new URL(at.headers.get('location')!);
    const headers = { cookie: cookieOf(begun) };
    idp.claims = { sub: 'twice', groups: ['soc'] };
    expect((await one.ask(back.pathname + back.search, { headers })).status).toBe(302);
    expect((await one.ask(back.pathname + back.search, { headers })).status).toBe(403);
  });

  test('a signature of other keys', async () => {
    const evil = await provider(otherKeys);
    const two = await running({ oidc: settings(evil.issuer) });
    const begun = await two.ask('/api/login/oidc');
    const at = await fetch(begun.headers.get('location')!, { redirect: 'manual' });
    const back = new URL(at.headers.get('location')!);
    expect((await two.ask(back.pathname + back.search, { headers: { cookie: cookieOf(begun) } })).status).toBe(403);
    await two.server.close(0);
    evil.server.close();
  });
});

test('the client secret is in no log, answer or audit entry, whatever the provider says', async () => {
  idp.claims = { sub: 'kim', groups: ['soc'] };
  const answers = [await login()];
  idp.refuses = (request) => {
    expect(request).toContain('planted-oidc-client-secret');
    return `we know nobody who says ${request}`;
  };
  answers.push(await login());
  idp.refuses = undefined;
  expect(answers.map(({ status }) => status)).toEqual([302, 403]);
  const said = await Promise.all(answers.map(async (one) => `${[...one.headers].join()} ${await one.text()}`));
  const session = await (await one.ask('/api/session', { headers: { cookie: cookieOf(answers[0]!) } })).text();
  expect(inspect([said, session, one.lines, one.audit], { depth: 9, maxStringLength: null })).not.toContain(
    'planted-oidc',
  );
});

test('a provider that does not answer is told, not waited for', async () => {
  const two = await running({ oidc: settings('http://127.0.0.1:9') });
  expect((await two.ask('/api/login/oidc')).status).toBe(502);
  await two.server.close(0);
});

test.each([
  [['soc'], undefined, 'analyst'],
  [['soc', 'chiefs'], undefined, 'admin'],
  [[], undefined, null],
  [['constructor', '__proto__'], undefined, null],
  [[], 'viewer', 'viewer'],
] as const)('groups %j, else %s: %s', (groups, defaultRole, role) => {
  const given = { ...settings('x'), ...(defaultRole !== undefined && { defaultRole }) };
  expect(roleOf(groups, given)).toBe(role);
});
