import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TEXT_COLUMNS } from '../../events/batch.ts';
import { batch, batchFrom } from '../../testing/events.ts';
import { tempFolder } from '../../testing/fixtures.ts';
import { incident } from '../../testing/rows.ts';
import { migrate } from '../sql/migrate.ts';
import { eventAppender } from './append.ts';
import { FILE } from './backup.ts';
import { openDatabase, STORE } from './database.ts';
import { limitsHere, openDuckdb } from './duckdb.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { eachText } from './vectors.ts';

const limits = { ...limitsHere(), memory: 256e6 };
const openFile = (folder: string) => openDatabase(join(folder, FILE), limits, join(folder, 'temp'));

test('migrations are numbered without a gap, in order', () => {
  expect(MIGRATIONS.map((m) => m.version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
});

test('a migration is applied once and recorded; one that fails leaves nothing behind', async () => {
  const db = await openFile(tempFolder());
  const steps = [{ version: 1, name: 'one', sql: 'CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1);' }];
  await migrate(db, 7, steps);
  await migrate(db, 8, steps);
  expect(await db.read((sql) => sql.all('SELECT * FROM migrations'))).toEqual([
    { version: 1, name: 'one', applied_ms: 7 },
  ]);
  const broken = { version: 2, name: 'two', sql: 'CREATE TABLE b (x BIGINT); SELECT no_such_column;' };
  await expect(migrate(db, 9, [...steps, broken])).rejects.toThrow(/no_such_column/);
  expect(await db.read((sql) => sql.all("SELECT table_name FROM duckdb_tables() WHERE table_name = 'b'"))).toEqual([]);
  expect(await db.read((sql) => sql.first('SELECT max(version) AS v FROM migrations'))).toEqual({ v: 1 });
  await db.close();
});

test('a schema from the future is refused, with what to do, and not touched', async () => {
  const folder = tempFolder();
  await (await openDuckdb(folder, () => 1, limits)).close();
  const db = await openFile(folder);
  await db.write((sql) => sql.run("INSERT INTO migrations VALUES (999, 'future', 2)"));
  await db.close();
  await expect(openDuckdb(folder, () => 3, limits)).rejects.toMatchObject({
    code: 'newer-schema',
    message: expect.stringMatching(/schema 999.*this one knows 1 to \d+\. Update Haetae/),
  });
});

test.each([
  [
    'an entry that was changed',
    "UPDATE audit SET actor = 'mallory' WHERE number = 2",
    { number: 2, reason: 'changed' },
  ],
  [
    'a detail that was changed',
    `UPDATE audit SET detail = '{"a":2}' WHERE number = 1`,
    { number: 1, reason: 'changed' },
  ],
  ['an entry that was taken out', 'DELETE FROM audit WHERE number = 2', { number: 2, reason: 'missing' }],
  ['the last entry cut off', 'DELETE FROM audit WHERE number = 3', { number: 3, reason: 'cut-off' }],
  ['all entries cut off', 'DELETE FROM audit', { number: 1, reason: 'cut-off' }],
])('the audit log tells %s', async (_what, tamper, broken) => {
  const folder = tempFolder();
  const store = await openDuckdb(folder, () => 1, limits);
  const record = { timeMs: 1 as never, actor: 'a', actorName: 'A', action: 'x.y', object: '', address: '' };
  for (let n = 0; n < 3; n++) await store.audit.append({ ...record, detail: { a: n } });
  const head = await store.audit.head();
  await store.close();
  const db = await openFile(folder);
  await db.write((sql) => sql.run(tamper));
  await db.close();
  const again = await openDuckdb(folder, () => 2, limits);
  expect(await again.audit.verify()).toEqual({ kind: 'broken', ...broken });
  expect(await again.audit.verify(head)).toMatchObject({ kind: 'broken' });
  await again.close();
});

test('a checkpoint that fails, as on a full disk, costs nothing: the file is taken anew, for writers and readers', async () => {
  const db = await openFile(tempFolder());
  await db.write((sql) => sql.run('CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1);'));
  for (const reader of [true, false]) {
    await db.maintain((sql) => sql.run("SET GLOBAL debug_checkpoint_abort = 'before_header'"));
    await expect(db.maintain((sql) => sql.run('CHECKPOINT store'))).rejects.toThrow(/[Cc]heckpoint/);
    await db.maintain((sql) => sql.run("SET GLOBAL debug_checkpoint_abort = 'none'"));
    if (!reader) await db.write((sql) => sql.run('INSERT INTO a VALUES (2)'));
    const counts = [1, 2, 3].map(() => db.read((sql) => sql.first('SELECT count(*) AS n FROM a')));
    expect(await Promise.all(counts)).toEqual(Array.from({ length: 3 }, () => ({ n: reader ? 1 : 2 })));
  }
  await db.close();
});

test('texts are given to DuckDB at once as they are one by one: of every length, beyond ASCII, missing, over several chunks', async () => {
  const values = [...'abcdefghijklmnopqrst'].map((_, n, all) => all.slice(0, n).join(''));
  const samples = Array.from({ length: 5000 }, (_, i) => ({
    id: i + 1,
    host: `PC-${i % 7}`,
    fields: [
      ['CommandLine', values[i % values.length]!],
      ['Image', `C:\\한글 폴더\\${'x'.repeat(i % 90)}`],
      ...(i % 3 === 0 ? [['Hashes', `SHA1=${i}`] as const] : []),
      ...(i > 4000 ? [['ScriptBlockText', 'y'.repeat(i)] as const] : []),
    ] as const,
  }));
  const events = batchFrom(samples);
  const dumps: unknown[] = [];
  for (const inDuckdb of [undefined, eachText]) {
    const db = await openFile(tempFolder());
    await migrate(db, 1, MIGRATIONS);
    await db.write((sql) => eventAppender(db.api, STORE, inDuckdb).append(sql.connection, events, 3));
    const columns = ['id', 'time_ms', ...TEXT_COLUMNS].map((name) => `coalesce(md5(CAST(${name} AS VARCHAR)), 'none')`);
    dumps.push(await db.read((sql) => sql.all(`SELECT ${columns.join(" || ' ' || ")} AS row FROM events ORDER BY id`)));
    await db.close();
  }
  expect(dumps[0]).toHaveLength(4997);
  expect(dumps[0]).toEqual(dumps[1]);
});

test('long stories of many incidents are written and read one by one in little memory', async () => {
  const store = await openDuckdb(tempFolder(), () => 1, { ...limits, memory: 64e6 });
  const stories = Array.from({ length: 20 }, (_, n) =>
    Array.from({ length: 2000 }, (_, i) => ({
      image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
      user: 'CORP\\analyst',
      guid: createHash('sha1').update(`${n} ${i}`).digest('hex').slice(0, 16),
    })),
  );
  for (let seq = 1; seq <= 20; seq++) {
    const incidents = stories.map((body, i) => incident({ id: `i${seq * 20 + i}`, seq, body }));
    await store.intake.commit(batch(seq, [], { incidents }));
  }
  for (const n of [20, 39, 211, 419]) expect((await store.incidents.get(`i${n}`))!.body).toEqual(stories[n % 20]);
  await store.close();
}, 30_000);
