import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { bundled, tempFolder } from '../testing/fixtures.ts';
import { encodeFrame, FRAME_HEADER, SEGMENT_HEADER } from './frame.ts';
import { openLog } from './log.ts';
import { followLog, type LogDamage, LogReader } from './reader.ts';
import { segmentPath } from './segments.ts';
import { LogWriter, type WriterOptions } from './writer.ts';

const frame = (text: string) => encodeFrame({ protocol: 'test' }, Buffer.from(text), 7);
function open(directory: string, options: Partial<WriterOptions> = {}): LogWriter {
  const writer = new LogWriter({ directory, ...options });
  onTestFinished(() => writer.close());
  return writer;
}
/** Every frame from `from` on, as `seq:body`, and what was damaged. */
function read(
  directory: string,
  durable: number,
  from = 1,
  maxBytes?: number,
): { frames: string[]; damage: LogDamage[] } {
  const damage: LogDamage[] = [];
  const reader = new LogReader(directory, from, (d) => damage.push(d));
  const frames: string[] = [];
  for (let some = reader.read(durable, maxBytes); some.length > 0; some = reader.read(durable, maxBytes)) {
    frames.push(...some.map((f) => `${f.seq}:${Buffer.from(f.body).toString()}`));
  }
  reader.close();
  return { frames, damage };
}
const flip = (path: string, offset: number): void => {
  const bytes = readFileSync(path);
  bytes[offset]! ^= 0xff;
  writeFileSync(path, bytes);
};
/** Three frames of one byte each: where the n-th begins. */
const ONE = frame('a').length;
const at = (n: number): number => SEGMENT_HEADER + (n - 1) * ONE;

test('frames come back with number, time, head and body, from any number on', () => {
  const folder = tempFolder();
  const writer = open(folder);
  expect(writer.commit([frame('a'), frame('b')])).toBe(1);
  expect(writer.commit([frame('가')])).toBe(3);
  const [first] = new LogReader(folder, 1, () => {}).read(3);
  expect(first).toMatchObject({ seq: 1, receivedMs: 7, head: { protocol: 'test' }, body: Buffer.from('a') });
  expect(read(folder, 3)).toEqual({ frames: ['1:a', '2:b', '3:가'], damage: [] });
  expect(read(folder, 3, 3).frames).toEqual(['3:가']);
});

test('what is not durable is not read', () => {
  const folder = tempFolder();
  open(folder).commit([frame('a'), frame('b')]);
  expect(read(folder, 1).frames).toEqual(['1:a']);
});

test.each([1, 33, 60, 100, 4096])('a reader that takes %i bytes at a time reads frames of every length', (maxBytes) => {
  const folder = tempFolder();
  const bodies = ['', 'a', 'b'.repeat(200), 'c'.repeat(5000), 'd'];
  open(folder).commit(bodies.map(frame));
  expect(read(folder, 5, 1, maxBytes).frames).toEqual(bodies.map((body, i) => `${i + 1}:${body}`));
});

test('a segment that is long enough gets no more; segments go once nothing above is in them, the last one never', () => {
  const folder = tempFolder();
  const writer = open(folder, { segmentBytes: 100 });
  for (const text of ['a', 'b', 'c', 'd', 'e']) writer.commit([frame(text.repeat(60))]);
  const names = (): string[] => readdirSync(folder).sort();
  expect(names()).toEqual([1, 2, 3, 4, 5].map((n) => `${String(n).padStart(16, '0')}.log`));
  expect(writer.release(2)).toBe(2);
  expect(read(folder, 5, 3).frames.map((f) => f[0])).toEqual(['3', '4', '5']);
  expect(writer.release(99)).toBe(2);
  expect(names()).toHaveLength(1);
  expect(writer.status()).toMatchObject({ segments: 1, durable: 5, commits: 5, refused: 0 });
  expect(read(folder, 5, 1).damage).toEqual([
    { path: segmentPath(folder, 5), offset: 0, reason: 'the segments before it are gone', from: 1, to: 4 },
  ]);
});

test('opened again, the numbers go on, at least where the store is', () => {
  const folder = tempFolder();
  open(folder).commit([frame('a')]);
  expect(open(folder).commit([frame('b')])).toBe(2);
  expect(open(folder, { atLeast: 10 }).commit([frame('c')])).toBe(10);
  expect(open(folder).start).toEqual({ durable: 10, torn: undefined, keptAs: undefined });
  expect(read(folder, 10).frames).toEqual(['1:a', '2:b', '10:c']);
});

test.each([
  { what: 'in the middle of its header', cut: at(3) + 5, reason: 'the end of a frame is missing' },
  { what: 'in the middle of its body', cut: at(3) + FRAME_HEADER + 3, reason: 'the end of a frame is missing' },
])('a last frame torn $what is cut off, with a notice, and its number given again', ({ cut, reason }) => {
  const folder = tempFolder();
  open(folder).commit([frame('a'), frame('b'), frame('c')]);
  truncateSync(segmentPath(folder, 1), cut);
  const writer = open(folder);
  const torn = { path: segmentPath(folder, 1), offset: at(3), bytes: cut - at(3), reason };
  expect(writer.start).toEqual({ durable: 2, torn, keptAs: undefined });
  expect(writer.commit([frame('d')])).toBe(3);
  expect(read(folder, 3).frames).toEqual(['1:a', '2:b', '3:d']);
});

test.each([0, 5, SEGMENT_HEADER])('a last segment of %i bytes, begun when the crash came, is begun anew', (bytes) => {
  const folder = tempFolder();
  open(folder).commit([frame('a')]);
  writeFileSync(segmentPath(folder, 2), readFileSync(segmentPath(folder, 1)).subarray(0, bytes));
  expect(open(folder).start.durable).toBe(1);
  expect(open(folder).commit([frame('b')])).toBe(2);
  expect(read(folder, 2).frames).toEqual(['1:a', '2:b']);
});

test('whole frames behind a bad one: no crash does that, so a copy is kept', () => {
  const folder = tempFolder();
  open(folder).commit([frame('a'), frame('b'), frame('c')]);
  flip(segmentPath(folder, 1), at(2) + ONE - 1);
  const { start } = open(folder);
  expect(start).toMatchObject({ durable: 1, torn: { offset: at(2), bytes: 2 * ONE, reason: 'checksum differs' } });
  expect(statSync(start.keptAs!).size).toBe(at(4));
});

test('a bad frame of an older segment is told with what is lost, and the next segment is read', () => {
  const folder = tempFolder();
  const writer = open(folder, { segmentBytes: at(4) });
  writer.commit([frame('a'), frame('b'), frame('c')]);
  writer.commit([frame('d')]);
  flip(segmentPath(folder, 1), at(2) + ONE - 1);
  expect(read(folder, 4)).toEqual({
    frames: ['1:a', '4:d'],
    damage: [{ path: segmentPath(folder, 1), offset: at(2), reason: 'checksum differs', from: 2, to: 3 }],
  });
});

test('a file that is no segment, or of a later version, is refused', () => {
  const folder = tempFolder();
  writeFileSync(segmentPath(folder, 1), 'something else altogether');
  expect(() => open(folder)).toThrow(/000000000001.log: not a segment of a log/);
  writeFileSync(segmentPath(folder, 1), Buffer.from('HAETAELG\x02\0\0\0\0\0\0\0\0', 'latin1'));
  expect(() => open(folder)).toThrow(/version 2 of the log; this Haetae knows 1/);
});

test('below the reserve of the disk frames are refused; once there is space again they are taken', () => {
  const folder = tempFolder();
  let free = 1e9;
  const writer = open(folder, { reserveBytes: 1e6, freeBytes: () => free });
  writer.commit([frame('a'.repeat(9_000_000))]);
  free = 1e6;
  expect(() => writer.commit([frame('b')])).toThrow(/1 MB of the disk are free; frames are refused below 2/);
  expect(writer.status()).toMatchObject({ durable: 1, refused: 1 });
  free = 2e6;
  expect(writer.commit([frame('c')])).toBe(2);
});

test('in a thread: appended frames are durable in order, followed as they come, refused once closed', async () => {
  const directory = tempFolder();
  const [worker] = await bundled(new URL('./log-worker.ts', import.meta.url));
  const log = await openLog({ directory, worker: worker! });
  const seen: string[] = [];
  const port = log.follow();
  const following = (async () => {
    for await (const frames of followLog(new LogReader(directory, 2, () => {}), port)) {
      seen.push(...frames.map((f) => `${f.seq}:${Buffer.from(f.body).toString()}`));
    }
  })();
  const seqs = await Promise.all(['a', 'b', 'c'].map((text) => log.append({}, Buffer.from(text), 1)));
  expect(seqs).toEqual([1, 2, 3]);
  expect(log.waitingBytes).toBe(0);
  expect(await log.append({}, Buffer.from('d'), 1)).toBe(4);
  expect(await log.status()).toMatchObject({ durable: 4, segments: 1 });
  await log.release(4);
  const last = log.append({}, Buffer.from('e'), 1);
  await log.close();
  expect(await last).toBe(5);
  await following;
  expect(seen).toEqual(['2:b', '3:c', '4:d', '5:e']);
  await expect(log.append({}, Buffer.from('f'), 1)).rejects.toMatchObject({ code: 'closed' });
});
