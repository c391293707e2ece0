import { expect, test } from 'vitest';
import { manualClock } from '../../testing/clock.ts';
import { itemsOf, readUntil, textsOf } from '../../testing/read.ts';
import type { Chunk } from '../source.ts';
import { WevtError } from './api.ts';
import { bookmarkXml } from './koffi.ts';
import { eventXml, RecordedLog } from './testing/recorded.ts';
import { eventsIn, wevtutil } from './wevtutil.ts';
import { winlog } from './winlog.ts';

const CHANNEL = 'Security';
const source = (api: RecordedLog, query = '*', from: 'beginning' | 'end' = 'beginning') =>
  winlog({ channel: CHANNEL, query, api, clock: manualClock(), from });
const records = (chunks: readonly Chunk[]): string =>
  textsOf(chunks)
    .map((text) => /<EventRecordID>(\d+)</.exec(text)?.[1] ?? text)
    .join(' ');
const until = (count: number) => (all: readonly Chunk[]) => itemsOf(all) >= count;
const gaps = (chunks: readonly Chunk[]) => chunks.flatMap((chunk) => (chunk.kind === 'gap' ? [chunk.gap] : []));

test('from the oldest record on, then what comes; on from the bookmark, strictly', async () => {
  const log = new RecordedLog(CHANNEL);
  log.write(3);
  const first = await readUntil(source(log), undefined, until(3));
  expect(records(first.chunks)).toBe('1 2 3');
  expect(first.chunks.at(-1)).toMatchObject({ format: 'xml', lastRecord: '3' });
  log.write(2);
  const second = await readUntil(source(log), first.bookmark, until(2));
  expect(records(second.chunks)).toBe('4 5');
  expect(log.calls).toEqual([`Security * oldest`, 'close', `Security * after 3`, 'close']);
});

test('from the end: only what comes', async () => {
  const log = new RecordedLog(CHANNEL);
  log.write(3);
  setTimeout(() => log.write(1), 10);
  expect(records((await readUntil(source(log, '*', 'end'), undefined, until(1))).chunks)).toBe('4');
});

test('overwritten while nobody looked: the strict bookmark fails, and how many are missing is known', async () => {
  const log = new RecordedLog(CHANNEL, 5);
  log.write(3);
  const { bookmark } = await readUntil(source(log), undefined, until(3));
  log.write(10, () => '2026-03-02T03:00:00.0000000Z');
  const { chunks } = await readUntil(source(log), bookmark, until(5));
  expect(records(chunks)).toBe('(overwritten) 9 10 11 12 13');
  expect(gaps(chunks)).toEqual([
    {
      reason: 'overwritten',
      count: 5,
      fromRecord: '4',
      toRecord: '8',
      fromMs: Date.UTC(2026, 2, 2, 2),
      toMs: Date.UTC(2026, 2, 2, 3),
      detail: 'records 4 to 8 were not there any more',
    },
  ]);
});

test('overtaken while it is read: the same', async () => {
  const log = new RecordedLog(CHANNEL, 5);
  log.write(3);
  const { chunks } = await readUntil(source(log), undefined, (all) => {
    if (itemsOf(all) === 3) log.write(10);
    return itemsOf(all) >= 8;
  });
  expect(records(chunks)).toBe('1 2 3 (overwritten) 9 10 11 12 13');
});

test('a log that begins anew was cleared', async () => {
  const log = new RecordedLog(CHANNEL);
  log.write(7);
  const { bookmark } = await readUntil(source(log), undefined, until(7));
  log.clear(false);
  log.write(2, () => '2026-03-02T05:00:00.0000000Z');
  const { chunks } = await readUntil(source(log), bookmark, until(2));
  expect(records(chunks)).toBe('(cleared) 1 2');
  expect(gaps(chunks)[0]).toMatchObject({ count: null, fromRecord: null, toRecord: null });
});

test('records that a query leaves out are not missed', async () => {
  const jumping = new RecordedLog(CHANNEL);
  const events = [1, 5, 9].map((id) => eventXml(CHANNEL, id, '2026-03-02T02:00:00Z'));
  jumping.subscribe = async () => ({ next: async () => events.splice(0), close() {} });
  expect(records((await readUntil(source(jumping, '*[System[Level=1]]'), undefined, until(3))).chunks)).toBe('1 5 9');
});

test.each([
  [5, 'denied'],
  [15007, 'no-channel'],
  [15001, 'bad-query'],
  [8, 'other'],
])('Windows error %i is thrown: the source is begun again later', async (number, code) => {
  const log = new RecordedLog(CHANNEL);
  log.failures.push(number);
  await expect(readUntil(source(log), undefined, until(1))).rejects.toMatchObject({ code, number });
});

test('a mark that is none is no mark', async () => {
  const log = new RecordedLog(CHANNEL);
  log.write(1);
  expect(records((await readUntil(source(log), '{"record":"x"}', until(1))).chunks)).toBe('1');
});

test('the bookmark that is made for wevtapi', () => {
  expect(bookmarkXml("A'B", { recordId: 18446744073709551615n })).toBe(
    "<BookmarkList><Bookmark Channel='A&#39;B' RecordId='18446744073709551615' IsCurrent='true'/></BookmarkList>",
  );
});

test('wevtutil: what it is asked, and how its strict bookmark is made', async () => {
  const asked: string[] = [];
  const log = [1, 2, 3].map((id) => eventXml(CHANNEL, id, '2026-03-02T02:00:00Z'));
  const api = wevtutil(async (_program, args) => {
    asked.push(args.slice(2).join(' '));
    const [, above] = /EventRecordID>(\d+)/.exec(args[2]!) ?? [];
    const [, own] = /EventRecordID=(\d+)/.exec(args[2]!) ?? [];
    const found = log.filter((_, i) => (own !== undefined ? i + 1 === Number(own) : i + 1 > Number(above ?? 0)));
    return `<Events>${(args.at(-1) === '/rd:true' ? found.reverse().slice(0, 1) : found).join('\r\n')}</Events>`;
  });
  const { chunks, bookmark } = await readUntil(
    winlog({ channel: CHANNEL, query: '*', api, clock: manualClock(), from: 'beginning' }),
    undefined,
    until(3),
  );
  expect(records(chunks)).toBe('1 2 3');
  expect(asked).toEqual(['/q:*[System[EventRecordID>0]] /f:xml /e:Events /c:200 /rd:false']);
  await expect(api.subscribe(CHANNEL, '*', { kind: 'after', recordId: 9n })).rejects.toMatchObject({
    code: 'not-found',
  });
  const only = await api.subscribe(CHANNEL, '*[System[Level=1]]', { kind: 'after', recordId: 2n });
  expect(await only.next(5, 0, new AbortController().signal)).toHaveLength(1);
  expect(asked.at(-1)).toContain('/q:*[(System[Level=1]) and System[EventRecordID>2]]');
  const odd = await api.subscribe(CHANNEL, '<QueryList/>', { kind: 'oldest' });
  await expect(odd.next(5, 0, new AbortController().signal)).rejects.toBeInstanceOf(WevtError);
  expect(JSON.parse(bookmark!)).toMatchObject({ record: '3' });
});

test('events in a document, each as it stands there', () => {
  const all = [eventXml(CHANNEL, 1, 't'), eventXml(CHANNEL, 2, 't', '<Data>&lt;/Event&gt;</Data>')];
  expect(eventsIn(`<Events>\r\n${all.join('\r\n')}</Events>`)).toEqual(all);
  expect(eventsIn('<Events></Events>')).toEqual([]);
});
