import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { z } from '@hono/zod-openapi';
import type { Token as StoredToken, User as StoredUser } from '../../store/index.ts';
import { dropAgent } from '../agent/drop.ts';
import {
  AuditEntry,
  AuditKnown,
  AuditQuery,
  AuditVerdict,
  Id,
  MadeToken,
  NewToken,
  NewUser,
  Person,
  Token,
  User,
  UserPatch,
} from '../api.ts';
import { hashPassword } from '../auth/password.ts';
import { hintOf, newSecret, secretHash } from '../auth/secrets.ts';
import { isNetwork } from '../http/networks.ts';
import { HttpProblem } from '../http/problem.ts';
import { audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const NOTHING = { 204: { description: 'Done' } };
const missing = (what: string) => new HttpProblem(404, 'missing', `there is no such ${what}`);

/** Users, tokens and the audit log: an administrator's. */
export function accountRoutes(api: Api): void {
  userRoutes(api);
  tokenRoutes(api);
  auditRoutes(api);
}

const shownUser = (user: StoredUser): User => ({
  id: user.id,
  name: user.name,
  displayName: user.displayName,
  role: user.role,
  disabled: user.disabled,
  external: user.subject !== null,
  createdMs: user.createdMs,
  lastLoginMs: user.lastLoginMs,
});

function userRoutes(api: Api): void {
  const { parts } = api;
  const { users, sessions } = parts.ports.accounts;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/people',
      summary: 'Names of the users: who can take an incident',
      responses: { 200: json(z.array(Person)) },
    },
    async (c) =>
      c.json(
        (await users.list()).map(({ id, displayName }) => ({ id, name: displayName })),
        200,
      ),
  );

  api.add(
    'admin',
    { method: 'get', path: '/api/users', summary: 'All users', responses: { 200: json(z.array(User)) } },
    async (c) => c.json((await users.list()).map(shownUser), 200),
  );

  api.add(
    'admin',
    {
      method: 'post',
      path: '/api/users',
      summary: 'Make a user',
      request: { body: body(NewUser) },
      responses: { 201: json(User) },
    },
    async (c) => {
      const { name, displayName, role, password } = c.req.valid('json');
      const user: StoredUser = {
        id: randomUUID(),
        name,
        displayName: displayName ?? name,
        role,
        passwordHash: password === undefined ? null : await hashPassword(password),
        subject: null,
        disabled: false,
        createdMs: parts.now() as UnixMs,
        lastLoginMs: null,
        settings: {},
      };
      await users.create(user);
      await audited(parts, c, 'user.create', user.id, { name, role });
      return c.json(shownUser(user), 201);
    },
  );

  api.add(
    'admin',
    {
      method: 'patch',
      path: '/api/users/{id}',
      summary: 'Change a user',
      request: { params: Id, body: body(UserPatch) },
      responses: { 200: json(User) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const { password, ...change } = c.req.valid('json');
      const user = await users.get(id);
      if (user === undefined) throw missing('user');
      if (change.disabled === true || (change.role !== undefined && change.role !== 'admin')) await keepAnAdmin(id);
      const hash = password === undefined ? {} : { passwordHash: await hashPassword(password) };
      const defined = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const changed = await users.update(id, { ...defined, ...hash });
      // Whoever is disabled, demoted or given another password is out at once.
      if (change.disabled === true || password !== undefined || change.role !== undefined)
        await sessions.removeOfUser(id);
      await audited(parts, c, 'user.update', id, {
        ...(defined as object),
        ...(password !== undefined && { password: true }),
      });
      return c.json(shownUser(changed), 200);
    },
  );

  api.add(
    'admin',
    {
      method: 'delete',
      path: '/api/users/{id}',
      summary: 'Remove a user',
      request: { params: Id },
      responses: NOTHING,
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const user = await users.get(id);
      if (user === undefined) throw missing('user');
      await keepAnAdmin(id);
      await users.remove(id);
      await audited(parts, c, 'user.remove', id, { name: user.name });
      return c.body(null, 204);
    },
  );

  /** Nobody can lock everybody out. */
  async function keepAnAdmin(id: string): Promise<void> {
    const others = (await users.list()).filter((user) => user.id !== id && user.role === 'admin' && !user.disabled);
    const user = await users.get(id);
    if (user?.role === 'admin' && others.length === 0)
      throw new HttpProblem(409, 'last-admin', 'the last administrator cannot be removed, disabled or demoted');
  }
}

export const shownToken = ({ hash: _, usesLeft: __, ...token }: StoredToken): Token => ({
  ...token,
  scopes: [...token.scopes],
  hosts: [...token.hosts],
  networks: [...token.networks],
});

function tokenRoutes(api: Api): void {
  const { parts } = api;
  const { tokens } = parts.ports.accounts;

  api.add(
    'admin',
    { method: 'get', path: '/api/tokens', summary: 'All tokens', responses: { 200: json(z.array(Token)) } },
    async (c) => c.json((await tokens.list()).map(shownToken), 200),
  );

  api.add(
    'admin',
    {
      method: 'post',
      path: '/api/tokens',
      summary: 'Make a token; its secret is shown this once',
      request: { body: body(NewToken) },
      responses: { 201: json(MadeToken) },
    },
    async (c) => {
      const asked = c.req.valid('json');
      const wrong = asked.networks.findIndex((network) => !isNetwork(network));
      if (wrong >= 0)
        throw new HttpProblem(
          400,
          'invalid',
          `no network: ${asked.networks[wrong]}; write 10.0.0.0/8 or 2001:db8::/32`,
          {
            at: `json.networks.${wrong}`,
          },
        );
      if ((asked.kind === 'api') !== (asked.role !== undefined))
        throw new HttpProblem(400, 'invalid', 'an api token has a role, others have none', { at: 'json.role' });
      const secret = newSecret(asked.kind);
      const token: StoredToken = {
        id: randomUUID(),
        name: asked.name,
        hash: secretHash(secret),
        hint: hintOf(secret),
        kind: asked.kind,
        role: asked.role ?? null,
        scopes: asked.scopes,
        hosts: asked.hosts,
        networks: asked.networks,
        createdBy: c.get('principal').id,
        createdMs: parts.now() as UnixMs,
        expiresMs: asked.expiresMs as UnixMs | null,
        revokedMs: null,
        usedMs: null,
        usesLeft: asked.kind === 'enrol' ? asked.uses : null,
      };
      await tokens.create(token);
      await audited(parts, c, 'token.create', token.id, {
        name: token.name,
        kind: token.kind,
        role: token.role,
        scopes: [...token.scopes],
        hosts: [...token.hosts],
        networks: [...token.networks],
      });
      return c.json({ token: shownToken(token), secret }, 201);
    },
  );

  api.add(
    'admin',
    {
      method: 'delete',
      path: '/api/tokens/{id}',
      summary: 'Revoke a token, at once',
      request: { params: Id },
      responses: NOTHING,
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if ((await tokens.get(id)) === undefined) throw missing('token');
      await tokens.revoke(id, parts.now() as UnixMs);
      parts.tokens.changed();
      await dropAgent(parts, id);
      await audited(parts, c, 'token.revoke', id);
      return c.body(null, 204);
    },
  );
}

function auditRoutes(api: Api): void {
  const { audit } = api.parts.ports.accounts;

  api.add(
    'admin',
    {
      method: 'get',
      path: '/api/audit',
      summary: 'Who did what, the newest first',
      request: { query: AuditQuery },
      responses: { 200: json(z.array(AuditEntry)) },
    },
    async (c) => {
      const query = Object.fromEntries(Object.entries(c.req.valid('query')).filter(([, value]) => value !== undefined));
      return c.json([...(await audit.list(query as never))] as z.infer<typeof AuditEntry>[], 200);
    },
  );

  api.add(
    'admin',
    {
      method: 'get',
      path: '/api/audit/verify',
      summary:
        'Whether the chain of hashes holds from the first entry to the last, and a head that was written down is in it',
      request: { query: AuditKnown },
      responses: { 200: json(AuditVerdict) },
    },
    async (c) => {
      const { number, hash } = c.req.valid('query');
      const verdict = await audit.verify(number === undefined || hash === undefined ? undefined : { number, hash });
      return c.json(
        verdict.kind === 'whole'
          ? { whole: true, number: verdict.head.number, hash: verdict.head.hash, reason: null }
          : { whole: false, number: verdict.number, hash: null, reason: verdict.reason },
        200,
      );
    },
  );
}
