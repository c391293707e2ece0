import {
  type AuditEntry,
  type AuditRecord,
  type Session,
  type Store,
  StoreError,
  type Token,
  type User,
} from '../../store/index.ts';
import type { Ports } from '../ports.ts';

const missing = (what: string) => new StoreError('missing', `there is no ${what}`);

/** Who is known, in memory. */
export function accountsIn(audit: AuditEntry[]): Ports['accounts'] {
  const users = new Map<string, User>();
  const sessions = new Map<string, Session>();
  const tokens = new Map<string, Token>();
  const find = <T>(all: Map<string, T>, test: (one: T) => boolean) => [...all.values()].find(test);
  const byName = (name: string) => find(users, (one) => one.name.toLowerCase() === name.toLowerCase());
  const removeOfUser = async (userId: string) => {
    const gone = [...sessions.values()].filter((one) => one.userId === userId);
    for (const { hash } of gone) sessions.delete(hash);
    return gone.length;
  };
  const create = async (user: User) => {
    if (byName(user.name) !== undefined) throw new StoreError('taken', `the name ${user.name} is taken`);
    users.set(user.id, user);
  };
  const known = <T>(all: Map<string, T>, id: string, what: string): T => {
    const one = all.get(id);
    if (one === undefined) throw missing(what);
    return one;
  };
  const books: Pick<Store, 'users' | 'sessions' | 'tokens' | 'audit'> = {
    users: {
      create,
      createFirst: async (user) => {
        if (users.size > 0) return false;
        await create(user);
        return true;
      },
      get: async (id) => users.get(id),
      byName: async (name) => byName(name),
      bySubject: async (subject) => find(users, (one) => one.subject === subject),
      list: async () => [...users.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      update: async (id, change) => {
        const user = { ...known(users, id, 'user'), ...change };
        users.set(id, user);
        return user;
      },
      remove: async (id) => {
        await removeOfUser(id);
        return users.delete(id);
      },
    },
    sessions: {
      create: async (session) => void sessions.set(session.hash, session),
      get: async (hash) => sessions.get(hash),
      ofUser: async (userId) => [...sessions.values()].filter((one) => one.userId === userId),
      touch: async (hash, seenMs, expiresMs) => {
        const session = sessions.get(hash);
        if (session !== undefined) sessions.set(hash, { ...session, seenMs, expiresMs });
        return session !== undefined;
      },
      remove: async (hash) => sessions.delete(hash),
      removeOfUser,
      removeExpired: async (nowMs) => {
        const gone = [...sessions.values()].filter((one) => one.expiresMs <= nowMs);
        for (const { hash } of gone) sessions.delete(hash);
        return gone.length;
      },
    },
    tokens: {
      create: async (token) => void tokens.set(token.id, token),
      get: async (id) => tokens.get(id),
      byHash: async (hash) => find(tokens, (one) => one.hash === hash),
      list: async () => [...tokens.values()].reverse(),
      update: async (id, change) => {
        const token = { ...known(tokens, id, 'token'), ...change };
        tokens.set(id, token);
        return token;
      },
      revoke: async (id, nowMs) => {
        const token = tokens.get(id);
        if (token === undefined || token.revokedMs !== null) return false;
        tokens.set(id, { ...token, revokedMs: nowMs });
        return true;
      },
      touch: async (used) => {
        for (const { id, usedMs } of used) {
          const token = tokens.get(id);
          if (token !== undefined) tokens.set(id, { ...token, usedMs });
        }
      },
      use: async (id) => {
        const token = tokens.get(id);
        if (token === undefined || token.usesLeft === 0) return false;
        tokens.set(id, { ...token, usesLeft: token.usesLeft === null ? null : token.usesLeft - 1 });
        return true;
      },
    },
    audit: {
      append: async (record: AuditRecord) => {
        const entry = { ...record, number: audit.length + 1, previous: '', hash: '' };
        audit.push(entry);
        return entry;
      },
      list: async ({ action, limit }) =>
        [...audit]
          .reverse()
          .filter((one) => action === undefined || one.action === action)
          .slice(0, limit),
      head: async () => ({ number: audit.length, hash: '' }),
      verify: async () => ({ kind: 'whole', head: { number: audit.length, hash: '0'.repeat(64) } }),
    },
  };
  return books;
}
