import { randomBytes } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import type { Session, Sessions, User, Users } from '../../store/index.ts';
import type { Principal } from './principal.ts';
import { secretHash } from './secrets.ts';

/** A session ends after so long without a request, and after so long in any case. */
export const IDLE_MS = 8 * 60 * 60_000;
export const LONGEST_MS = 7 * 24 * 60 * 60_000;
/** How often it is written down that it is in use. */
const TOUCH_MS = 60_000;

/** `__Host-`: a browser takes it only over TLS, for this host alone, whatever another site under the same domain sets. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-haetae' : 'haetae');

export function cookie(secure: boolean, value: string, maxAgeS: number): string {
  return `${cookieName(secure)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeS}${secure ? '; Secure' : ''}`;
}

export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

/** A new session, and the secret of its cookie. Every login and every change of a password begins one. */
export async function beginSession(
  sessions: Sessions,
  user: User,
  from: { readonly address: string; readonly agent: string },
  nowMs: number,
): Promise<{ readonly secret: string; readonly session: Session }> {
  const secret = randomBytes(32).toString('base64url');
  const session: Session = {
    hash: secretHash(secret),
    userId: user.id,
    csrf: randomBytes(32).toString('base64url'),
    createdMs: nowMs as UnixMs,
    seenMs: nowMs as UnixMs,
    expiresMs: (nowMs + IDLE_MS) as UnixMs,
    address: from.address,
    agent: from.agent.slice(0, 200),
  };
  await sessions.create(session);
  return { secret, session };
}

/** Whose session the cookie's secret is; undefined when it is none's any more. */
export async function principalOf(
  secret: string,
  books: { readonly sessions: Sessions; readonly users: Users },
  nowMs: number,
): Promise<{ readonly principal: Principal; readonly user: User } | undefined> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return undefined;
  const session = await books.sessions.get(secretHash(secret));
  if (session === undefined) return undefined;
  if (session.expiresMs <= nowMs || session.createdMs + LONGEST_MS <= nowMs) {
    await books.sessions.remove(session.hash);
    return undefined;
  }
  const user = await books.users.get(session.userId);
  if (user === undefined || user.disabled) return undefined;
  if (nowMs - session.seenMs > TOUCH_MS)
    await books.sessions.touch(session.hash, nowMs as UnixMs, (nowMs + IDLE_MS) as UnixMs);
  const { id, name, role } = user;
  return { principal: { kind: 'user', id, name, role, session: session.hash, csrf: session.csrf }, user };
}
