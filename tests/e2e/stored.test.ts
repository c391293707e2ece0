import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainEvent, type UnixMs } from '@haetae/event';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventBatchBuilder, openStore } from '../../packages/haetae/src/store/index.ts';
import { haetae } from './haetae.ts';

/** `haetae search`, `hunt` and `rescan` over a data folder that no server has open. */
const T = Date.UTC(2026, 2, 2, 1);
const data = mkdtempSync(join(tmpdir(), 'haetae-stored-'));
const worker = new URL('../../packages/haetae/dist/bundle/store-worker.js', import.meta.url);
const WHOAMI =
  'title: Who\nid: 11111111-2222-4333-8444-555555555555\nlevel: high\nhaetae: {title_ko: 신원 확인}\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {Image|endswith: \\whoami.exe}, condition: s}\n';
const rule = join(data, 'whoami.yml');

beforeAll(async () => {
  writeFileSync(rule, WHOAMI);
  const store = await openStore({ directory: join(data, 'store'), worker });
  const builder = new EventBatchBuilder(3);
  const images = ['C:\\Windows\\System32\\whoami.exe', 'C:\\Windows\\explorer.exe', 'D:\\whoami.exe'];
  for (const [i, image] of images.entries()) {
    const event = new PlainEvent({
      timeMs: T + i * 1000,
      computer: `PC-${i + 1}.corp.example`,
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider: 'Microsoft-Windows-Sysmon',
      eventId: 1,
      eventRecordId: 100 + i,
      position: { kind: 'record', record: i },
      names: ['Image', 'CommandLine', 'User', 'Odd'],
      values: [image, `=run "${i}" 한글`, 'CORP\\kim', String(i)],
    });
    builder.add(event, { id: i + 1, seq: 1, receivedMs: T, host: `PC-${i + 1}`, origin: 'x', flags: 0, decoded: '' });
  }
  const about = { detector: 'sigma', title: 'Who', ruleId: '11111111-2222-4333-8444-555555555555' };
  const finding = {
    ...{ id: 1, seq: 1, timeMs: T as UnixMs, host: 'PC-1', ...about, level: 'high' as const },
    ...{ eventIds: [1], incidentId: null, techniques: [], body: {} },
  };
  await store.intake.commit({ upTo: 1, events: builder.take(), findings: [finding], incidents: [], entities: [] });
  await store.close();
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

const run = (...args: string[]) => haetae([...args, '--data', data]);

describe('haetae search', () => {
  test('a table, the newest first, and what it is a part of', async () => {
    const { code, stdout, stderr } = await run('search', '--limit', '2');
    expect([code, stdout, stderr]).toEqual([
      0,
      '2026-03-02 01:00:02.000  PC-3                  Sysmon                  1  =run "2" 한글\n' +
        '2026-03-02 01:00:01.000  PC-2                  Sysmon                  1  =run "1" 한글\n',
      'haetae: 2 events found; 3 searched\nhaetae: there are more; --limit takes up to 10000, and --to goes further back (shown: 2)\n',
    ]);
  });

  test.each([
    [['explorer'], ['2']],
    [
      ['--user', 'corp\\\\*', '--host', 'pc-?', '--oldest'],
      ['1', '2', '3'],
    ],
    [['--field', '!Image=*\\explorer.exe', '--field', 'Odd=2'], ['3']],
    [['--event-id', '1', '--event-id', '7', '--channel', '*sysmon*', '--from', '2026-03-02T01:00:02Z'], ['3']],
    [['no such words'], []],
  ])('%j', async (args, ids) => {
    const { code, stdout } = await run('search', ...args, '--format', 'jsonl');
    const found = stdout.split('\n').filter((line) => line !== '');
    expect([code, found.map((line) => (JSON.parse(line) as { id: string }).id)]).toEqual([0, ids]);
  });

  test('a sheet by the ending of --output, in Korean; no cell is a formula', async () => {
    const file = join(data, 'out.csv');
    const { code, stderr } = await run('search', 'whoami', '--lang', 'ko', '--timezone', 'KST', '-o', file);
    expect([code, stderr]).toEqual([0, 'haetae: 이벤트 2건을 찾았습니다(검색 대상 3건)\n']);
    const [head, first] = readFileSync(file, 'utf8').split('\r\n');
    expect(head).toBe('\ufeff시각,시각 (UTC),호스트,채널,ID,내용,JSON');
    expect(first).toMatch(/^2026-03-02 10:00:02\.000,2026-03-02T01:00:02\.0000000Z,PC-3,.*,1,"'=run ""2"" 한글",/);
  });

  test.each([
    [['--field', 'x'], '--field x: write FIELD=VALUE'],
    [['--event-id', 'x'], '--event-id x: not an event id'],
    [['--limit', '0'], '--limit 0: a number from 1 to 10000'],
  ])('%j is wrong usage', async (args, message) => {
    expect(await run('search', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  test('no data, and data that somebody has open', async () => {
    const none = await haetae(['search', '--data', join(data, 'none')]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('there is no data of a server')]);
    const store = await openStore({ directory: join(data, 'store'), worker });
    const locked = await run('search', '--lang', 'ko');
    await store.close();
    expect([locked.code, locked.stderr]).toEqual([2, expect.stringContaining('다른 프로세스가 데이터를 사용 중')]);
  });
});

test('haetae hunt: what a rule finds; haetae rescan: only what no finding says', async () => {
  const hunted = await run('hunt', '--rule', rule);
  expect([hunted.code, hunted.stdout.split('\n').length, hunted.stderr]).toEqual([
    1,
    3,
    'haetae: 2 hits, 1 of them new; 3 events searched\n',
  ]);
  expect(hunted.stdout).toMatch(/^2026-03-02 01:00:00\.000 {2}PC-1\.corp\.example .* Who {2}=run "0" 한글\n/);
  const missed = await run('rescan', '--no-builtin', '--rules', rule, '--format', 'json', '--lang', 'ko');
  expect([missed.code, missed.stderr]).toEqual([1, 'haetae: 놓친 탐지 1건(검색 대상 이벤트 3건)\n']);
  expect(JSON.parse(missed.stdout)).toMatchObject([{ record: 3, rule: { title: 'Who' }, level: 'high' }]);
  const nothing = await run('rescan', '--no-builtin', '--rules', rule, '--to', '2026-03-02T01:00:00.500Z');
  expect([nothing.code, nothing.stdout]).toEqual([0, '']);
  const broken = join(data, 'broken.yml');
  writeFileSync(broken, WHOAMI.replace('endswith', 'endzwith'));
  expect(await run('hunt', '--rule', broken)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('broken.yml:6:23: no modifier |endzwith'),
  });
});

describe('haetae store, haetae audit', () => {
  const copy = join(data, 'copies');
  const fresh = (name: string): string => join(copy, name);
  const at = (folder: string, ...args: string[]) => haetae([...args, '--data', folder]);

  test('how much is stored', async () => {
    const { code, stdout } = await run('store', 'status', '--format', 'json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ events: 3, findings: 1, newestMs: T + 2000 }),
    ]);
    expect((await run('store', 'status', '--lang', 'ko')).stdout).toMatch(
      /이벤트 +3\n +탐지 +1\n +사건 +0\n +가장 오래된 이벤트 +2026-03-02/,
    );
  });

  test('a backup is restored where no store is, and found there', async () => {
    const made = await run('store', 'backup', fresh('backup'));
    expect([made.code, made.stderr]).toEqual([
      0,
      expect.stringMatching(/backup holds the store now: 3 events, .*found whole\n$/),
    ]);
    expect((await run('store', 'backup', fresh('backup'))).stderr).toMatch(/is not empty/);
    const restored = await at(fresh('other'), 'store', 'restore', fresh('backup'));
    expect([restored.code, restored.stderr]).toEqual([0, expect.stringMatching(/restored: 3 events/)]);
    expect((await at(fresh('other'), 'search', 'explorer', '--format', 'jsonl')).stdout.split('\n')).toHaveLength(2);
    expect((await at(fresh('other'), 'store', 'restore', fresh('backup'))).code).toBe(2);
  });

  test('Parquet goes out by day and host and into another store, once', async () => {
    const out = await run('store', 'export', fresh('parquet'), '--from', '2026-03-02T01:00:01Z');
    expect([out.code, out.stderr]).toEqual([0, expect.stringMatching(/2 events in 2 files/)]);
    const events = async () => (await at(fresh('third'), 'store', 'import', fresh('parquet'))).stderr;
    await at(fresh('third'), 'token', 'create', 'x');
    expect(await events()).toBe('haetae: 2 events taken in; 0 were there already\n');
    expect(await events()).toBe('haetae: 0 events taken in; 2 were there already\n');
    expect((await run('store', 'import', fresh('nothing'))).stderr).toMatch(/there is no .*nothing/);
  });

  test('the audit log is proved whole, with the head that was written down; another head is told', async () => {
    const first = await run('audit', 'verify');
    expect(first.stdout).toMatch(/^The audit log is whole: 0 entries\. .*\n0:0{64}\n$/);
    expect([first.code, (await run('audit', 'verify', '--head', `5:${'a'.repeat(64)}`)).stdout]).toEqual([
      0,
      'The audit log is broken at entry 1: it and what followed were cut off.\n',
    ]);
    expect((await run('audit', 'verify', '--head', 'x')).code).toBe(2);
    expect((await run('audit', 'list')).stdout).toBe('  No.  TIME  WHO  WHAT  OBJECT  FROM\n');
  });
});
