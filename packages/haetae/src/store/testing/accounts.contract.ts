import { expect, test } from 'vitest';
import type { AuditRecord, Session, Store, Token, User } from '../index.ts';
import { ms } from './rows.ts';

const T = ms(1_760_000_000_000);

export const user = (change: Partial<User> = {}): User => ({
  ...{ id: 'u1', name: 'Alice', displayName: '앨리스 김', role: 'analyst', passwordHash: '$argon2id$x', subject: null },
  ...{ disabled: false, createdMs: T, lastLoginMs: null, settings: { language: 'ko', zone: 'Asia/Seoul' } },
  ...change,
});
const session = (change: Partial<Session> = {}): Session => ({
  ...{
    hash: 'h1',
    userId: 'u1',
    csrf: 'c',
    createdMs: T,
    seenMs: T,
    expiresMs: ms(T + 1000),
    address: '::1',
    agent: 'x',
  },
  ...change,
});
const token = (change: Partial<Token> = {}): Token => ({
  ...{ id: 't1', name: 'winlogbeat', hash: 'th1', hint: 'hae_ab', kind: 'ingest', role: null, scopes: ['ingest'] },
  ...{ hosts: ['PC-*'], networks: ['10.0.0.0/8'], createdBy: 'u1', createdMs: T, expiresMs: null, revokedMs: null },
  ...{ usedMs: null, usesLeft: null },
  ...change,
});
const record = (change: Partial<AuditRecord> = {}): AuditRecord => ({
  ...{ timeMs: T, actor: 'u1', actorName: 'Alice', action: 'user.create', object: 'u2', address: '::1' },
  detail: { role: 'viewer', 이름: '밥' },
  ...change,
});

/** What every engine must do with users, sessions, tokens and the audit log. */
export function accountsContract(open: () => Promise<Store>): void {
  test('a user comes back as it was stored, by id, by name in any case, by subject', async () => {
    const store = await open();
    const alice = user({ subject: 'https://id.example|42' });
    await store.users.create(alice);
    expect(await store.users.get('u1')).toEqual(alice);
    expect(await store.users.byName('aLICE')).toEqual(alice);
    expect(await store.users.bySubject('https://id.example|42')).toEqual(alice);
    expect(await store.users.byName('bob')).toBeUndefined();
  });

  test.each([
    ['id', user({ name: 'Bob' })],
    ['name', user({ id: 'u2', name: 'ALICE' })],
    ['subject', user({ id: 'u2', name: 'Bob', subject: 's' })],
  ])('a second user of the same %s is refused', async (_what, second) => {
    const store = await open();
    await store.users.create(user({ subject: 's' }));
    await expect(store.users.create(second)).rejects.toMatchObject({ name: 'StoreError', code: 'taken' });
    expect(await store.users.list()).toHaveLength(1);
  });

  test('of many who ask at once to be the first user, one is', async () => {
    const store = await open();
    const made = await Promise.all([1, 2, 3].map((n) => store.users.createFirst(user({ id: `u${n}`, name: `n${n}` }))));
    expect(made.filter(Boolean)).toEqual([true]);
    expect(await store.users.list()).toHaveLength(1);
  });

  test('a user is changed; a name that another has is refused; what is not there is missing', async () => {
    const store = await open();
    await store.users.create(user());
    await store.users.create(user({ id: 'u2', name: 'Bob' }));
    expect(await store.users.update('u1', { role: 'admin', lastLoginMs: ms(5) })).toEqual(
      user({ role: 'admin', lastLoginMs: ms(5) }),
    );
    await expect(store.users.update('u1', { name: 'bob' })).rejects.toMatchObject({ code: 'taken' });
    await expect(store.users.update('u9', { role: 'admin' })).rejects.toMatchObject({ code: 'missing' });
    expect((await store.users.list()).map((u) => u.name)).toEqual(['Alice', 'Bob']);
  });

  test('who is removed is logged out', async () => {
    const store = await open();
    await store.users.create(user());
    await store.sessions.create(session());
    expect([await store.users.remove('u1'), await store.users.remove('u1')]).toEqual([true, false]);
    expect(await store.sessions.get('h1')).toBeUndefined();
  });

  test('sessions: touched, listed, ended one by one, by user, by time', async () => {
    const store = await open();
    for (const n of [1, 2, 3]) await store.sessions.create(session({ hash: `h${n}`, expiresMs: ms(n) }));
    await store.sessions.create(session({ hash: 'other', userId: 'u2', expiresMs: ms(9) }));
    expect(await store.sessions.touch('h1', ms(10), ms(20))).toBe(true);
    expect(await store.sessions.touch('gone', ms(10), ms(20))).toBe(false);
    expect(await store.sessions.get('h1')).toEqual(session({ seenMs: ms(10), expiresMs: ms(20) }));
    expect((await store.sessions.ofUser('u1')).map((s) => s.hash)).toEqual(['h1', 'h2', 'h3']);
    expect(await store.sessions.removeExpired(ms(2))).toBe(1);
    expect([await store.sessions.remove('h3'), await store.sessions.remove('h3')]).toEqual([true, false]);
    expect(await store.sessions.removeOfUser('u1')).toBe(1);
    expect(await store.sessions.get('other')).toBeDefined();
  });

  test('tokens: by hash, changed, revoked once, touched forwards only', async () => {
    const store = await open();
    await store.tokens.create(token());
    await expect(store.tokens.create(token({ id: 't2' }))).rejects.toMatchObject({ code: 'taken' });
    expect(await store.tokens.byHash('th1')).toEqual(token());
    expect(await store.tokens.update('t1', { hosts: [] })).toEqual(token({ hosts: [] }));
    await store.tokens.touch([
      { id: 't1', usedMs: ms(9) },
      { id: 'gone', usedMs: ms(9) },
    ]);
    await store.tokens.touch([{ id: 't1', usedMs: ms(8) }]);
    expect([await store.tokens.revoke('t1', ms(7)), await store.tokens.revoke('t1', ms(8))]).toEqual([true, false]);
    expect(await store.tokens.list()).toEqual([token({ hosts: [], usedMs: ms(9), revokedMs: ms(7) })]);
  });

  test('a token for one use is used once, however many ask', async () => {
    const store = await open();
    await store.tokens.create(token({ usesLeft: 1 }));
    const used = await Promise.all([1, 2, 3].map(() => store.tokens.use('t1', T)));
    expect(used.filter(Boolean)).toEqual([true]);
    expect(await store.tokens.get('t1')).toEqual(token({ usesLeft: 0, usedMs: T }));
  });

  test('the audit log numbers and chains its entries, those that come at once too', async () => {
    const store = await open();
    const made = await Promise.all([1, 2, 3].map((n) => store.audit.append(record({ object: `u${n}` }))));
    expect(made.map((e) => e.number)).toEqual([1, 2, 3]);
    expect(made.map((e) => e.previous)).toEqual(['0'.repeat(64), made[0]!.hash, made[1]!.hash]);
    expect(await store.audit.list({ limit: 2 })).toEqual([made[2], made[1]]);
    expect(await store.audit.list({ limit: 9, before: 3, object: 'u1' })).toEqual([made[0]]);
    expect(await store.audit.head()).toEqual({ number: 3, hash: made[2]!.hash });
    expect(await store.audit.verify(await store.audit.head())).toEqual({
      kind: 'whole',
      head: await store.audit.head(),
    });
  });

  test.each([
    [{ limit: 9, action: 'login.' }, [3, 2]],
    [{ limit: 9, action: 'login' }, []],
    [{ limit: 9, actor: 'u2' }, [2]],
    [{ limit: 9, fromMs: ms(T + 1), toMs: ms(T + 2) }, [2]],
  ])('entries asked for by %j', async (query, numbers) => {
    const store = await open();
    await store.audit.append(record());
    await store.audit.append(record({ actor: 'u2', action: 'login.refused', timeMs: ms(T + 1) }));
    await store.audit.append(record({ action: 'login.done', timeMs: ms(T + 2) }));
    expect((await store.audit.list(query)).map((e) => e.number)).toEqual(numbers);
  });

  test('an audit log that never had the head which was written down is told', async () => {
    const store = await open();
    await store.audit.append(record());
    expect(await store.audit.verify({ number: 1, hash: 'f'.repeat(64) })).toMatchObject({ kind: 'broken', number: 1 });
    expect(await store.audit.verify({ number: 2, hash: 'f'.repeat(64) })).toEqual({
      ...{ kind: 'broken', number: 2, reason: 'cut-off' },
    });
  });
}
