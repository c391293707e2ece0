import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { z } from '@hono/zod-openapi';
import { type OidcPending, userOf } from '../auth/oidc.ts';
import { readCookie } from '../auth/sessions.ts';
import type { Ctx } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { retryAfter } from '../ingest/protocol.ts';
import { audited } from './audit.ts';
import type { Api } from './endpoint.ts';
import { loggedIn } from './session.ts';

const CALLBACK = '/api/login/oidc/callback';
/** A person has so long to log in at the provider. */
const PENDING_MS = 10 * 60_000;
const MOST_PENDING = 1000;

/** Login by OpenID Connect; there only when it is configured. */
export function oidcRoutes(api: Api): void {
  const { parts } = api;
  const { oidc } = parts;
  if (oidc === undefined) return;
  const pending = new Map<string, OidcPending & { readonly untilMs: number }>();
  const cookieName = parts.secure ? '__Host-haetae-oidc' : 'haetae-oidc';
  const stateCookie = (value: string, seconds: number): string =>
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${parts.secure ? '; Secure' : ''}`;
  const limited = (c: Ctx): void => {
    const wait = parts.logins.take(`a ${c.get('address')}`, parts.now());
    if (wait > 0) throw new HttpProblem(429, 'slow-down', 'too many logins; wait', { headers: retryAfter(wait) });
  };

  api.add(
    'open',
    {
      method: 'get',
      path: '/api/login/oidc',
      summary: 'Log in at the identity provider',
      responses: { 302: { description: 'To the provider' }, 502: { description: 'The provider does not answer' } },
    },
    async (c) => {
      limited(c);
      const base =
        parts.publicUrl === '' ? `${parts.secure ? 'https' : 'http'}://${c.req.header('host') ?? ''}` : parts.publicUrl;
      const begun = await oidc.begin(base + CALLBACK).catch((error: unknown) => {
        parts.log({ level: 'error', message: 'the identity provider does not answer', error });
        throw new HttpProblem(502, 'provider', 'the identity provider does not answer');
      });
      const now = parts.now();
      for (const [state, { untilMs }] of pending)
        if (untilMs <= now || pending.size >= MOST_PENDING) pending.delete(state);
      pending.set(begun.pending.state, { ...begun.pending, untilMs: now + PENDING_MS });
      // The browser that began is the one that may end it.
      c.header('set-cookie', stateCookie(begun.pending.state, PENDING_MS / 1000));
      return c.redirect(begun.url, 302);
    },
  );

  api.add(
    'open',
    {
      method: 'get',
      path: CALLBACK,
      summary: 'Back from the identity provider',
      request: { query: z.object({ state: z.string().max(500).optional() }).catchall(z.string().max(4000)) },
      responses: { 302: { description: 'To the dashboard' }, 403: { description: 'Not allowed' } },
    },
    async (c) => {
      limited(c);
      const state = c.req.valid('query').state ?? '';
      const begun = pending.get(state);
      pending.delete(state);
      const refused = async (why: string): Promise<never> => {
        await audited(parts, c, 'login.refused', '', { how: 'oidc', why }, { id: '', name: '' });
        throw new HttpProblem(403, 'forbidden', `the login failed: ${why}`);
      };
      if (
        begun === undefined ||
        begun.untilMs <= parts.now() ||
        readCookie(c.req.header('cookie'), cookieName) !== state
      )
        return refused('it was not begun here, or too long ago');
      const person = await oidc.finish(new URL(c.req.url), begun).catch((error: unknown) => {
        parts.log({ level: 'warn', message: 'a login at the identity provider failed', error });
        return undefined;
      });
      if (person === undefined) return refused('the answer of the identity provider is not valid');
      const now = { id: randomUUID(), ms: parts.now() as UnixMs };
      const found = await userOf(person, oidc.settings, parts.ports.accounts.users, now);
      if (found === undefined) return refused('this person has no role here');
      if (found.made)
        await audited(
          parts,
          c,
          'user.create',
          found.user.id,
          { name: found.user.name, role: found.user.role, oidc: true },
          found.user,
        );
      await loggedIn(parts, c, found.user, 'oidc');
      c.header('set-cookie', stateCookie('', 0), { append: true });
      return c.redirect('/', 302);
    },
  );
}
