import type { Session, Sessions, Token, Tokens, User, Users } from '../../accounts.ts';
import { StoreError } from '../../error.ts';
import type { Database, Sql } from './sql.ts';
import { tableOf } from './table.ts';

/** A user as stored, with the name as it is compared. */
type UserRow = User & { readonly nameKey: string };
const users = tableOf<UserRow>('users', {
  id: 'text',
  name: 'text',
  nameKey: 'text',
  displayName: 'text',
  role: 'text',
  passwordHash: 'text',
  subject: 'text',
  disabled: 'bool',
  createdMs: 'int',
  lastLoginMs: 'int',
  settings: 'json',
});
const sessions = tableOf<Session>('sessions', {
  hash: 'text',
  userId: 'text',
  csrf: 'text',
  createdMs: 'int',
  seenMs: 'int',
  expiresMs: 'int',
  address: 'text',
  agent: 'text',
});
const tokens = tableOf<Token>('tokens', {
  id: 'text',
  name: 'text',
  hash: 'text',
  hint: 'text',
  kind: 'text',
  role: 'text',
  scopes: 'json',
  hosts: 'json',
  networks: 'json',
  createdBy: 'text',
  createdMs: 'int',
  expiresMs: 'int',
  revokedMs: 'int',
  usedMs: 'int',
  usesLeft: 'int',
});

const keyOf = (name: string): string => name.normalize('NFC').toLowerCase();
const rowOf = (user: User): UserRow => ({ ...user, nameKey: keyOf(user.name) });
function userOf(row: UserRow | undefined): User | undefined {
  if (row === undefined) return undefined;
  const { nameKey: _, ...user } = row;
  return user;
}
const missing = (what: string): StoreError => new StoreError('missing', `there is no ${what}`);

const TAKEN = 'id = $1 OR name_key = $2 OR (subject IS NOT NULL AND subject = $3)';
const addUser = (sql: Sql, user: User): Promise<void> =>
  users.insertNew(sql, rowOf(user), `a user ${user.name}`, TAKEN, [user.id, keyOf(user.name), user.subject]);

export const usersIn = (db: Database): Users => ({
  create: (user) => db.write((sql) => addUser(sql, user)),
  createFirst: (user) =>
    db.write(async (sql) => {
      if ((await users.count(sql, 'true')) > 0) return false;
      await addUser(sql, user);
      return true;
    }),
  get: (id) => db.read(async (sql) => userOf(await users.first(sql, 'WHERE id = $1', [id]))),
  byName: (name) => db.read(async (sql) => userOf(await users.first(sql, 'WHERE name_key = $1', [keyOf(name)]))),
  bySubject: (subject) => db.read(async (sql) => userOf(await users.first(sql, 'WHERE subject = $1', [subject]))),
  list: () => db.read(async (sql) => (await users.all(sql, 'ORDER BY name_key')).map((row) => userOf(row)!)),
  update: (id, change) =>
    db.write(async (sql) => {
      const was = userOf(await users.first(sql, 'WHERE id = $1', [id]));
      if (was === undefined) throw missing(`user ${id}`);
      const user: User = { ...was, ...change, id };
      const others = `id <> $1 AND (name_key = $2 OR (subject IS NOT NULL AND subject = $3))`;
      if ((await users.count(sql, others, [id, keyOf(user.name), user.subject])) > 0) {
        throw new StoreError('taken', `a user ${user.name} exists already`);
      }
      await users.set(sql, rowOf(user), 'id = $1', [id]);
      return user;
    }),
  remove: (id) =>
    db.write(async (sql) => {
      await sessions.remove(sql, 'user_id = $1', [id]);
      return (await users.remove(sql, 'id = $1', [id])) > 0;
    }),
});

export const sessionsIn = (db: Database): Sessions => ({
  create: (session) => db.write((sql) => sessions.insertNew(sql, session, 'this session', 'hash = $1', [session.hash])),
  get: (hash) => db.read((sql) => sessions.first(sql, 'WHERE hash = $1', [hash])),
  ofUser: (userId) =>
    db.read((sql) => sessions.all(sql, 'WHERE user_id = $1 ORDER BY created_ms DESC, hash', [userId])),
  touch: (hash, seenMs, expiresMs) =>
    db.write(async (sql) => {
      const was = await sessions.first(sql, 'WHERE hash = $1', [hash]);
      if (was === undefined) return false;
      await sessions.set(sql, { ...was, seenMs, expiresMs }, 'hash = $1', [hash]);
      return true;
    }),
  remove: (hash) => db.write(async (sql) => (await sessions.remove(sql, 'hash = $1', [hash])) > 0),
  removeOfUser: (userId) => db.write((sql) => sessions.remove(sql, 'user_id = $1', [userId])),
  removeExpired: (nowMs) => db.write((sql) => sessions.remove(sql, 'expires_ms <= $1', [nowMs])),
});

export const tokensIn = (db: Database): Tokens => ({
  create: (token) =>
    db.write((sql) =>
      tokens.insertNew(sql, token, `a token ${token.name}`, 'id = $1 OR hash = $2', [token.id, token.hash]),
    ),
  get: (id) => db.read((sql) => tokens.first(sql, 'WHERE id = $1', [id])),
  byHash: (hash) => db.read((sql) => tokens.first(sql, 'WHERE hash = $1', [hash])),
  list: () => db.read((sql) => tokens.all(sql, 'ORDER BY created_ms DESC, id')),
  update: (id, change) =>
    db.write(async (sql) => {
      const was = await tokens.first(sql, 'WHERE id = $1', [id]);
      if (was === undefined) throw missing(`token ${id}`);
      const token: Token = { ...was, ...change };
      await tokens.set(sql, token, 'id = $1', [id]);
      return token;
    }),
  revoke: (id, nowMs) =>
    db.write(async (sql) => {
      const was = await tokens.first(sql, 'WHERE id = $1 AND revoked_ms IS NULL', [id]);
      if (was === undefined) return false;
      await tokens.set(sql, { ...was, revokedMs: nowMs }, 'id = $1', [id]);
      return true;
    }),
  touch: (used) =>
    db.write(async (sql) => {
      for (const { id, usedMs } of used) {
        await sql.run('UPDATE tokens SET used_ms = greatest(coalesce(used_ms, 0), $2) WHERE id = $1', [id, usedMs]);
      }
    }),
  use: (id, nowMs) =>
    db.write(async (sql) => {
      const was = await tokens.first(
        sql,
        'WHERE id = $1 AND revoked_ms IS NULL AND (uses_left IS NULL OR uses_left > 0)',
        [id],
      );
      if (was === undefined) return false;
      const usesLeft = was.usesLeft === null ? null : was.usesLeft - 1;
      await tokens.set(sql, { ...was, usesLeft, usedMs: nowMs }, 'id = $1', [id]);
      return true;
    }),
});
