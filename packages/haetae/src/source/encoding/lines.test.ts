import { expect, test } from 'vitest';
import { Ledger } from '../ledger.ts';
import { byteLines, lines } from './index.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readBytes(text: string, chunk: number, limit?: number) {
  const ledger = new Ledger();
  const found: [number, string][] = [];
  const all = Buffer.from(text);
  let offset = 0;
  for await (const block of byteLines(inChunks(text, chunk), ledger, limit === undefined ? {} : { limit })) {
    expect(block.offset).toBeGreaterThanOrEqual(offset);
    offset = block.offset;
    expect(all.subarray(offset, offset + block.bytes.length).equals(block.bytes)).toBe(true);
    let start = 0;
    block.ends.forEach((end, i) => {
      found.push([block.firstLine + i, block.bytes.toString('utf8', start, end)]);
      start = end + 1;
    });
  }
  return {
    found,
    lost: ledger.notices().flatMap((n) => n.examples.map((e) => (e.where.kind === 'line' ? e.where.line : 0))),
  };
}

async function readText(text: string, chunk: number, limit?: number) {
  const ledger = new Ledger();
  const found: [number, string][] = [];
  for await (const block of lines(inChunks(text, chunk), 'utf-8', ledger, limit === undefined ? {} : { limit }))
    block.lines.forEach((line, i) => {
      found.push([block.firstLine + i, line]);
    });
  return {
    found,
    lost: ledger.notices().flatMap((n) => n.examples.map((e) => (e.where.kind === 'line' ? e.where.line : 0))),
  };
}

const SIZES = [1, 2, 3, 5, 8, 1000];

test.each([
  { name: 'LF', text: 'a\n\nb\n', want: ['a', '', 'b'] },
  { name: 'the last line without its end', text: 'a\nb', want: ['a', 'b'] },
  { name: 'CRLF', text: 'a\r\n\r\nb\r\n', want: ['a', '', 'b'] },
  { name: 'a lone CR inside a line', text: 'x\na\rb\nc\n', want: ['x', 'a\rb', 'c'] },
  { name: 'nothing', text: '', want: [] },
])('lines: $name', async ({ text, want }) => {
  for (const size of SIZES) expect((await readText(text, size)).found).toEqual(want.map((line, i) => [i + 1, line]));
});

test('lines: CR alone, where the text knows no other end', async () => {
  expect((await readText('a\rb\r\rc', 1000)).found).toEqual([[1, 'a'], [2, 'b'], [3, ''], [4, 'c']]); // biome-ignore format: one row
});

test('byteLines keeps the carriage return and the numbers', async () => {
  for (const size of SIZES)
    expect((await readBytes('a\r\n\nb', size)).found).toEqual([[1, 'a\r'], [2, ''], [3, 'b']]); // biome-ignore format: one row
});

test('many lines over many blocks', async () => {
  const all = Array.from({ length: 4_000 }, (_, i) => `${i} ${'가'.repeat(i % 400)}`);
  const want = all.map((line, i) => [i + 1, line]);
  for (const size of [4099, 65_536, 1 << 20]) {
    expect((await readBytes(`${all.join('\n')}\n`, size)).found).toEqual(want);
    expect((await readText(all.join('\r\n'), size)).found).toEqual(want);
  }
});

test.each([readBytes, readText])('%o: a line beyond the limit is lost, the others are not', async (read) => {
  const text = `one\n${'x'.repeat(50)}\nthree\n${'y'.repeat(20)}\n${'z'.repeat(21)}\nsix`;
  for (const size of [1, 7, 30, 1000]) {
    const { found, lost } = await read(text, size, 20);
    expect(found).toEqual([[1, 'one'], [3, 'three'], [4, 'y'.repeat(20)], [6, 'six']]); // biome-ignore format: one row
    expect(lost).toEqual([2, 5]);
  }
});

test('a line of 200 MB costs no 200 MB', async () => {
  const chunk = Buffer.alloc(1 << 20, 0x61);
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 200; i++) yield chunk;
    yield Buffer.from('\nnext\n');
  }
  const before = process.memoryUsage().rss;
  const ledger = new Ledger();
  const found: number[] = [];
  for await (const block of byteLines(endless(), ledger)) found.push(block.firstLine);
  expect(found).toEqual([2]);
  expect(ledger.notices()).toHaveLength(1);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
});
