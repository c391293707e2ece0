import type { UnixMs } from '@haetae/event';
import type { Json, Role, User, Users } from '../../store/index.ts';

export interface OidcSettings {
  /** URL of the provider, whose discovery document lies below it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Claim that lists a person's groups. */
  readonly groupsClaim?: string;
  /** Group → role; the highest of a person's groups counts. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** For those in none of the groups; null: they may not log in. */
  readonly defaultRole?: Role | null;
  /** The provider is spoken to without TLS: for tests on this machine. */
  readonly insecure?: boolean;
}

/** What the provider vouches for. */
export interface OidcPerson {
  readonly subject: string;
  readonly name: string;
  readonly displayName: string;
  readonly groups: readonly string[];
}

/** What is kept between sending a browser to the provider and its coming back. */
export interface OidcPending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirect: string;
}

/** The seam: openid-client behind it, a stand-in in tests of what lies before it. */
export interface OidcClient {
  readonly settings: OidcSettings;
  begin(redirect: string): Promise<{ readonly url: string; readonly pending: OidcPending }>;
  /** Rejects when anything about the answer is not as it must be. */
  finish(callback: URL, pending: OidcPending): Promise<OidcPerson>;
}

/** An error without what the provider answered: that may hold what it was sent, the client secret too. */
const told =
  <A extends unknown[], R>(what: (...args: A) => Promise<R>) =>
  async (...args: A): Promise<R> => {
    try {
      return await what(...args);
    } catch (error) {
      const { message, code, error: word } = error as { message?: string; code?: unknown; error?: unknown };
      const known = [message, code, word].filter((one) => typeof one === 'string');
      throw new Error(known.join(': ').slice(0, 300));
    }
  };

/** Authorization code flow with PKCE, state and nonce. The library is loaded, and the provider asked, by the first login. */
export function oidcClient(settings: OidcSettings): OidcClient {
  let known: ReturnType<typeof discover> | undefined;
  async function discover() {
    const client = await import('openid-client');
    const config = await client.discovery(
      new URL(settings.issuer),
      settings.clientId,
      settings.clientSecret,
      undefined,
      {
        execute: [
          // The ID token's signature is held against the provider's keys too, not only the way it came.
          client.enableNonRepudiationChecks,
          ...(settings.insecure === true ? [client.allowInsecureRequests] : []),
        ],
      },
    );
    return { client, config };
  }
  const provider = () => {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    settings,
    begin: told(async (redirect) => {
      const { client, config } = await provider();
      const verifier = client.randomPKCECodeVerifier();
      const pending = { state: client.randomState(), nonce: client.randomNonce(), verifier, redirect };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: 'openid profile email',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: pending.state,
        nonce: pending.nonce,
      });
      return { url: url.href, pending };
    }),
    finish: told(async (callback, pending) => {
      const { client, config } = await provider();
      const url = new URL(pending.redirect);
      url.search = callback.search;
      const tokens = await client.authorizationCodeGrant(config, url, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('the provider sent no ID token');
      const text = (name: string): string => (typeof claims[name] === 'string' ? claims[name] : '');
      const groups = claims[settings.groupsClaim ?? 'groups'];
      const name = text('preferred_username') || text('email') || claims.sub;
      return {
        subject: `${claims.iss}|${claims.sub}`,
        name,
        displayName: text('name') || name,
        groups: Array.isArray(groups) ? groups.filter((one) => typeof one === 'string') : [],
      };
    }),
  };
}

const RANK: readonly Role[] = ['viewer', 'analyst', 'responder', 'admin'];

/** The highest role that the groups give; null: may not log in. */
export function roleOf(groups: readonly string[], settings: OidcSettings): Role | null {
  const ranks = groups.flatMap((group) => {
    const role = Object.hasOwn(settings.roles ?? {}, group) ? settings.roles![group]! : undefined;
    return role === undefined ? [] : [RANK.indexOf(role)];
  });
  return ranks.length > 0 ? RANK[Math.max(...ranks)]! : (settings.defaultRole ?? null);
}

/** The user whom the provider vouches for, made or brought up to date; undefined when he may not log in here. */
export async function userOf(
  person: OidcPerson,
  settings: OidcSettings,
  users: Users,
  now: { readonly id: string; readonly ms: UnixMs },
): Promise<{ readonly user: User; readonly made: boolean } | undefined> {
  const role = roleOf(person.groups, settings);
  const known = await users.bySubject(person.subject);
  if (role === null || known?.disabled === true) return undefined;
  if (known !== undefined) {
    const same = known.role === role && known.displayName === person.displayName;
    const user = same ? known : await users.update(known.id, { role, displayName: person.displayName });
    return { user, made: false };
  }
  const user: User = {
    id: now.id,
    name: await freeName(person.name, users),
    displayName: person.displayName,
    role,
    passwordHash: null,
    subject: person.subject,
    disabled: false,
    createdMs: now.ms,
    lastLoginMs: null,
    settings: {} as Json,
  };
  await users.create(user);
  return { user, made: true };
}

/** A local user of the same name is somebody else: names do not prove who one is. */
async function freeName(name: string, users: Users): Promise<string> {
  const base =
    name
      .replace(/[^\p{L}\p{N}._@-]/gu, '_')
      .replace(/^[^\p{L}\p{N}]+/u, '')
      .slice(0, 56) || 'user';
  for (let i = 1; ; i++) {
    const tried = i === 1 ? base : `${base}-${i}`;
    if ((await users.byName(tried)) === undefined) return tried;
  }
}
