import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { z } from '@hono/zod-openapi';
import type { User } from '../../store/index.ts';
import { Login, LoginOptions, Me, PasswordChange, Setup } from '../api.ts';
import { hashPassword, verifyPassword } from '../auth/password.ts';
import { secretHash } from '../auth/secrets.ts';
import { beginSession, cookie, IDLE_MS } from '../auth/sessions.ts';
import type { Ctx, Parts } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { retryAfter } from '../ingest/protocol.ts';
import { audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const NOTHING = { 204: { description: 'Done' } };

/** Logging in and out, and the first start. */
export function sessionRoutes(api: Api): void {
  const { parts } = api;
  const { users, sessions, tokens } = parts.ports.accounts;

  api.add(
    'open',
    { method: 'get', path: '/api/login', summary: 'How one can log in', responses: { 200: json(LoginOptions) } },
    async (c) =>
      c.json({ oidc: parts.oidc !== undefined, setup: (await users.list()).length === 0, shows: parts.shows }, 200),
  );

  api.add(
    'open',
    {
      method: 'post',
      path: '/api/login',
      summary: 'Log in by name and password',
      request: { body: body(Login) },
      responses: { 200: json(Me), 401: json(z.object({}), 'Name or password is wrong') },
    },
    async (c) => {
      const { name, password } = c.req.valid('json');
      const now = parts.now();
      const keys = [`a ${c.get('address')}`, `n ${name.toLowerCase()}`];
      const wait = Math.max(...keys.map((key) => parts.logins.take(key, now)));
      if (wait > 0) throw new HttpProblem(429, 'slow-down', 'too many logins; wait', { headers: retryAfter(wait) });
      const user = await users.byName(name);
      const right = await verifyPassword(user?.passwordHash ?? null, password);
      if (user === undefined || !right || user.disabled) {
        await audited(parts, c, 'login.refused', user?.id ?? '', { name }, { id: '', name: '' });
        throw new HttpProblem(401, 'unauthorised', 'name or password is wrong');
      }
      for (const key of keys) parts.logins.forget(key);
      return c.json(await loggedIn(parts, c, user, 'password'), 200);
    },
  );

  api.add(
    'open',
    {
      method: 'post',
      path: '/api/setup',
      summary: 'Make the first administrator, with the token of the one-time link',
      request: { body: body(Setup) },
      responses: { 200: json(Me), 403: json(z.object({}), 'The link is used or too old') },
    },
    async (c) => {
      const { token: secret, name, password } = c.req.valid('json');
      const now = parts.now();
      const wait = parts.logins.take(`a ${c.get('address')}`, now);
      if (wait > 0) throw new HttpProblem(429, 'slow-down', 'too many tries; wait', { headers: retryAfter(wait) });
      const token = await tokens.byHash(secretHash(secret));
      const good =
        token?.kind === 'setup' && token.revokedMs === null && (token.expiresMs === null || token.expiresMs > now);
      const refused = () =>
        new HttpProblem(403, 'forbidden', 'the link was used already or is too old; start the server anew');
      if (!good) throw refused();
      const passwordHash = await hashPassword(password);
      if (!(await tokens.use(token.id, now as UnixMs))) throw refused();
      const user: User = {
        id: randomUUID(),
        name,
        displayName: name,
        role: 'admin',
        passwordHash,
        subject: null,
        disabled: false,
        createdMs: now as UnixMs,
        lastLoginMs: null,
        settings: {},
      };
      if (!(await users.createFirst(user))) throw refused();
      await tokens.revoke(token.id, now as UnixMs);
      await audited(parts, c, 'user.create', user.id, { name, role: 'admin', first: true }, user);
      return c.json(await loggedIn(parts, c, user, 'setup'), 200);
    },
  );

  api.add(
    'viewer',
    { method: 'get', path: '/api/session', summary: 'Who I am', responses: { 200: json(Me) } },
    async (c) => {
      const principal = c.get('principal');
      if (principal.kind === 'token') {
        const { id, name, role } = principal;
        return c.json({ id, name, displayName: name, role, kind: 'token' as const, csrf: null, settings: {} }, 200);
      }
      const user = await users.get(principal.id);
      if (user === undefined) throw new HttpProblem(401, 'unauthorised', 'the user is gone');
      return c.json(me(user, principal.csrf), 200);
    },
  );

  api.add('viewer', { method: 'delete', path: '/api/session', summary: 'Log out', responses: NOTHING }, async (c) => {
    const principal = c.get('principal');
    if (principal.kind === 'user') {
      await sessions.remove(principal.session);
      await audited(parts, c, 'logout', principal.id);
      c.header('set-cookie', cookie(parts.secure, '', 0));
      // What the browser keeps of this site is of no use to the next person.
      c.header('clear-site-data', '"cache", "storage"');
    }
    return c.body(null, 204);
  });

  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/session/password',
      summary: 'Change my password; every other session of mine ends',
      request: { body: body(PasswordChange) },
      responses: { 200: json(Me) },
    },
    async (c) => {
      const principal = c.get('principal');
      const { current, next } = c.req.valid('json');
      const user = principal.kind === 'user' ? await users.get(principal.id) : undefined;
      if (user === undefined) throw new HttpProblem(403, 'forbidden', 'a token has no password');
      const wait = parts.logins.take(`n ${user.name.toLowerCase()}`, parts.now());
      if (wait > 0) throw new HttpProblem(429, 'slow-down', 'too many tries; wait', { headers: retryAfter(wait) });
      if (!(await verifyPassword(user.passwordHash, current)))
        throw new HttpProblem(403, 'forbidden', 'the current password is wrong', { at: 'json.current' });
      const changed = await users.update(user.id, { passwordHash: await hashPassword(next) });
      await sessions.removeOfUser(user.id);
      await audited(parts, c, 'user.password', user.id);
      return c.json(await loggedIn(parts, c, changed, 'password'), 200);
    },
  );
}

export const me = (user: User, csrf: string): Me => ({
  id: user.id,
  name: user.name,
  displayName: user.displayName,
  role: user.role,
  kind: 'user',
  csrf,
  settings: typeof user.settings === 'object' && user.settings !== null ? { ...user.settings } : {},
});

/** A new session for somebody who has shown who they are; the cookie goes with the answer. */
export async function loggedIn(parts: Parts, c: Ctx, user: User, how: string): Promise<Me> {
  const now = parts.now();
  const { accounts } = parts.ports;
  const from = { address: c.get('address'), agent: c.req.header('user-agent') ?? '' };
  const { secret, session } = await beginSession(accounts.sessions, user, from, now);
  await accounts.users.update(user.id, { lastLoginMs: now as UnixMs });
  await audited(parts, c, 'login', user.id, { how }, user);
  c.header('set-cookie', cookie(parts.secure, secret, IDLE_MS / 1000));
  return me(user, session.csrf);
}
