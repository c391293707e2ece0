import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { pack } from '../protocol/index.ts';
import { Spool, type SpoolOptions } from './spool.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const make = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'haetae-spool-')));
  return folders.at(-1)!;
};
let nowMs = 0;
const open = (folder: string, more: Partial<SpoolOptions> = {}) =>
  new Spool({ folder, maxBytes: 1_000_000, whenFull: 'hold', now: () => nowMs, ...more });
const batch = (source: string, bookmark: string, items = 1, readMs = 0) => {
  const body = Buffer.from(`${source} ${bookmark} `.padEnd(100, Math.random().toString(36)));
  return {
    batch: { source, format: 'ndjson' as const, items, size: body.length, readMs, bookmark },
    packed: pack(body),
  };
};
const waiting = (spool: Spool): string[] => {
  const found: string[] = [];
  for (let one = spool.after(0); one !== undefined; one = spool.after(one.head.seq))
    found.push(`${one.head.seq} ${one.head.source} ${one.head.bookmark}`);
  return found;
};

test('batches come back in order, after a restart too, and what is acknowledged does not', () => {
  const folder = make();
  const spool = open(folder);
  spool.append([batch('a', 'a1'), batch('b', 'b1')]);
  spool.append([batch('a', 'a2')]);
  expect(waiting(spool)).toEqual(['1 a a1', '2 b b1', '3 a a2']);
  spool.ack(2);
  spool.close();
  const again = open(folder);
  expect(waiting(again)).toEqual(['3 a a2']);
  expect([again.bookmark('a'), again.bookmark('b'), again.ackedBookmark('a')]).toEqual(['a2', 'b1', 'a1']);
  expect(again.epoch).toBe(spool.epoch);
  again.append([batch('c', 'c1')]);
  expect(waiting(again)).toEqual(['3 a a2', '4 c c1']);
  expect([again.itemsOf('a'), again.itemsOf('b'), again.itemsOf('c')]).toEqual([2, 1, 1]);
  again.close();
});

test('killed without a word, it knows at least what it knew: acknowledged batches may go again, none is lost', () => {
  const folder = make();
  const spool = open(folder);
  spool.append([batch('a', 'a1'), batch('a', 'a2'), batch('a', 'a3')]);
  nowMs += 5_000;
  spool.ack(2); // written down at once, the last time being long ago
  nowMs += 1;
  spool.ack(3); // not yet
  const again = open(folder);
  expect(waiting(again)).toEqual(['3 a a3']);
  again.close();
});

test.each([1, 7, 8, 20])(
  'a torn end of %i bytes is cut: its source reads it again, under a number never sent',
  (bytes) => {
    const folder = make();
    const spool = open(folder);
    spool.append([batch('a', 'a1')]);
    spool.append([batch('a', 'a2')]);
    spool.close();
    const segment = join(folder, '00000001.spool');
    truncateSync(segment, readFileSync(segment).length - bytes);
    const again = open(folder);
    expect(again.damage).toMatchObject([{ segment: '00000001.spool', batches: 0 }]);
    expect([waiting(again), again.bookmark('a')]).toEqual([['1 a a1'], 'a1']);
    again.append([batch('a', 'a2')]);
    expect(waiting(again)).toEqual(['1 a a1', '2 a a2']);
    again.close();
  },
);

test('nonsense behind the last batch, and a batch whose bytes changed, are told', () => {
  const folder = make();
  const spool = open(folder, { segmentBytes: 1 });
  for (const name of ['a1', 'a2', 'a3']) spool.append([batch('a', name)]);
  spool.close();
  appendFileSync(join(folder, '00000003.spool'), 'garbage that is no batch');
  const second = join(folder, '00000002.spool');
  const bytes = readFileSync(second);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(second, bytes);
  const again = open(folder);
  expect(again.damage).toMatchObject([
    { segment: '00000003.spool', batches: 1 },
    { segment: '00000003.spool', batches: 0 },
  ]);
  expect(waiting(again)).toEqual(['1 a a1', '3 a a3']);
  again.close();
});

test('segments go when all that is in them is acknowledged, never the last', () => {
  const folder = make();
  const spool = open(folder, { segmentBytes: 1 });
  for (const name of ['a1', 'a2', 'a3']) spool.append([batch('a', name)]);
  const segments = () => readdirSync(folder).filter((name) => name.endsWith('.spool'));
  spool.ack(1);
  expect(segments()).toEqual(['00000002.spool', '00000003.spool']);
  spool.ack(3);
  expect(segments()).toEqual(['00000003.spool']);
  expect(spool.bytes).toBe(0);
  spool.close();
});

test('a folder whose segments somebody took away begins a new epoch: no number is given twice', () => {
  const folder = make();
  const spool = open(folder);
  spool.append([batch('a', 'a1')]);
  spool.ack(1);
  spool.append([batch('a', 'a2')]);
  spool.close();
  unlinkSync(join(folder, '00000001.spool'));
  const again = open(folder);
  expect(again.epoch).not.toBe(spool.epoch);
  expect(again.bookmark('a')).toBe('a1');
  again.close();
});

test('a state that cannot be read is said, not begun anew', () => {
  const folder = make();
  open(folder).close();
  writeFileSync(join(folder, 'state.json'), '{"epoch":1}');
  expect(() => open(folder)).toThrow(/state\.json cannot be read .*; move the folder away to begin anew/);
});

test('full: `hold` says so until something is acknowledged', () => {
  const spool = open(make(), { maxBytes: 250 });
  spool.append([batch('a', 'a1'), batch('a', 'a2')]);
  expect(spool.isFull).toBe(true);
  spool.ack(1);
  expect(spool.isFull).toBe(false);
  spool.close();
});

test('full: `drop-oldest` lets the oldest go, counts them, and knows it after a restart', () => {
  const folder = make();
  const spool = open(folder, { maxBytes: 600, whenFull: 'drop-oldest' });
  const dropped = [];
  for (let i = 1; i <= 6; i++) dropped.push(...spool.append([batch(i % 2 === 0 ? 'b' : 'a', `${i}`, 10, i * 1000)]));
  const left = waiting(spool);
  expect(left.at(-1)).toBe('6 b 6');
  expect(left.length).toBeLessThan(6);
  expect(dropped.reduce((sum, { items }) => sum + items, 0)).toBe((6 - left.length) * 10);
  expect(dropped[0]).toEqual({ source: 'a', items: 10, fromMs: 1000, toMs: 1000 });
  expect(spool.dropped).toBe((6 - left.length) * 10);
  const again = open(folder, { maxBytes: 600, whenFull: 'drop-oldest' });
  expect([again.dropped, waiting(again), again.damage]).toEqual([spool.dropped, left, []]);
  again.close();
});

test('an acknowledgement of what was never sent, or twice, changes nothing', () => {
  const spool = open(make());
  spool.append([batch('a', 'a1')]);
  for (const seq of [0, 2, 99, -1]) spool.ack(seq);
  expect(waiting(spool)).toEqual(['1 a a1']);
  spool.ack(1);
  spool.ack(1);
  expect(spool.acked).toBe(1);
  spool.close();
});
