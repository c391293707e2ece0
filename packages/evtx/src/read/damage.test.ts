/** What is lost and what is not: damaged, cut, forged files, and many mutated ones. */
import { expect, test } from 'vitest';
import { crc32 } from '../crc32.ts';
import { type RecordDraft, writeEvtx } from '../write/index.ts';
import { JsonLines } from './json-lines.ts';
import { type EvtxStream, readEvtx, streamEvtx } from './read.ts';
import type { EvtxOptions } from './session.ts';
import { assembleFile, ChunkAssembler, plainEvent, type Token, utf16 } from './testing/assemble.ts';

const HEADER = 4096;
const CHUNK = 65_536;

/** Three chunks' worth of records with arrays, every kind of value and embedded templates. */
const drafts = (count: number): RecordDraft[] =>
  Array.from({ length: count }, (_, i) => ({
    system: {
      ...{ provider: { name: `P${i % 3}`, guid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' }, eventId: i % 5 },
      ...{
        time: { ms: 1_700_000_000_000 + i * 61_001, ticks: i },
        channel: 'Test',
        computer: 'HT01',
        userSid: 'S-1-5-18',
      },
    },
    eventData: [
      ['Text', `value ${i} ${'x'.repeat(i % 40)} 가é`],
      ['Id', { type: 'uint32', value: i }],
      ['Guid', { type: 'guid', value: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' }],
      ...(i % 7 === 0 ? ([['List', { type: 'string[]', value: ['a', '', `${i}`] }]] as const) : []),
    ],
  }));

const sound = writeEvtx(drafts(450));

/** A file after `change`. */
const changed = (change: (bytes: Uint8Array, view: DataView) => void, from = sound): Uint8Array => {
  const bytes = from.slice();
  change(bytes, new DataView(bytes.buffer));
  return bytes;
};

function read(file: Uint8Array, options: EvtxOptions = {}) {
  const problems: string[] = [];
  const log = readEvtx(file, { ...options, onProblem: (p) => problems.push(`${p.code}@${p.offset}`) });
  const records: number[] = [];
  const carved: number[] = [];
  for (const r of log) (r.carved ? carved : records).push(Number(r.record));
  return { records, carved, problems, tally: log.tally };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/** Chunk offset of each record of the chunk at a file offset. */
const recordsAt = (file: Uint8Array, chunk: number): number[] => {
  const view = new DataView(file.buffer, chunk, CHUNK);
  const found: number[] = [];
  for (let at = 512; view.getUint32(at, true) === 0x2a2a; at += view.getUint32(at + 4, true)) found.push(at);
  return found;
};
const perChunk = recordsAt(sound, HEADER).length;

test('a sound file has no problem, with checksums and carving too', () => {
  expect(sound.length).toBe(HEADER + 3 * CHUNK);
  const got = read(sound, { checksums: true, carve: true });
  expect(got).toMatchObject({ records: upTo(1, 450), carved: [], problems: [], tally: { chunks: 3, records: 450 } });
});

test('a stale chunk count does no harm, and unused chunks behind the last are counted', () => {
  const file = new Uint8Array(sound.length + 5 * CHUNK + 100);
  file.set(sound);
  new DataView(file.buffer).setUint16(42, 1, true);
  expect(read(file)).toMatchObject({ records: upTo(1, 450), problems: [], tally: { chunks: 3, unusedChunks: 6 } });
});

test('an unused chunk between others is a loss', () => {
  const file = changed((b) => b.fill(0, HEADER + CHUNK, HEADER + 2 * CHUNK));
  expect(read(file)).toMatchObject({
    problems: [`empty-chunk@${HEADER + CHUNK}`],
    tally: { chunks: 2, unusedChunks: 0 },
  });
});

test('each checksum that does not fit is a problem; the records are read', () => {
  const file = changed((b) => {
    b[8] = 9; // file header
    b[HEADER + 130] = 1; // chunk header, string offsets
    b[HEADER + CHUNK + 530] ^= 1; // the time written of a record
  });
  expect(read(file, { checksums: true })).toMatchObject({
    records: upTo(1, 450),
    problems: ['checksum@124', `checksum@${HEADER + 124}`, `checksum@${HEADER + CHUNK + 52}`],
  });
  expect(read(file).problems).toEqual([]);
});

test('a bad record costs itself alone', () => {
  const at = recordsAt(sound, HEADER);
  const badToken = changed((b) => b.fill(0x77, HEADER + at[4]! + 24, HEADER + at[4]! + 28));
  expect(read(badToken)).toMatchObject({
    records: upTo(1, 450).filter((n) => n !== 5),
    problems: [`token@${HEADER + at[4]! + 24}`],
  });
  const badMagic = changed((b) => b.fill(0x77, HEADER + at[4]!, HEADER + at[4]! + 4));
  expect(read(badMagic)).toMatchObject({
    records: upTo(1, 450).filter((n) => n !== 5),
    problems: [`record-magic@${HEADER + at[4]!}`],
  });
  const badSize = changed((_, v) => v.setUint32(HEADER + at[4]! + 4, 100, true));
  expect(read(badSize)).toMatchObject({
    records: upTo(1, 450).filter((n) => n !== 5),
    problems: [`record-size@${HEADER + at[4]! + 4}`],
  });
  const onlyCopy = changed((_, v) => v.setUint32(HEADER + at[5]! - 4, 100, true));
  expect(read(onlyCopy)).toMatchObject({ records: upTo(1, 450), problems: [] });
});

test('a chunk without magic is a problem; carving reads its records', () => {
  const file = changed((b) => b.fill(0x41, HEADER + CHUNK, HEADER + CHUNK + 8));
  const lost = recordsAt(sound, HEADER + CHUNK).length;
  const first = upTo(1, perChunk);
  const last = upTo(perChunk + lost + 1, 450);
  expect(read(file)).toMatchObject({ records: [...first, ...last], problems: [`chunk-header@${HEADER + CHUNK}`] });
  expect(read(file, { carve: true })).toMatchObject({
    records: [...first, ...last],
    carved: upTo(perChunk + 1, perChunk + lost),
  });
});

test('deleted records are carved from slack, with the templates that are still there', () => {
  const at = recordsAt(sound, HEADER);
  const keep = 20;
  const file = changed((b, v) => {
    v.setBigUint64(HEADER + 16, BigInt(keep), true);
    v.setUint32(HEADER + 48, at[keep]!, true);
    b.fill(0, HEADER + at[30]!, HEADER + at[31]!); // one of them is gone for good
  });
  expect(read(file).records.slice(0, keep + 1)).toEqual([...upTo(1, keep), perChunk + 1]);
  const { carved, problems } = read(file, { carve: true });
  expect([carved, problems]).toEqual([upTo(keep + 1, perChunk).filter((n) => n !== 31), []]);
});

test('a damaged file header: chunks are found where they belong, or by their magic', () => {
  const headless = changed((b) => b.fill(0xff, 0, 128));
  expect(read(headless)).toMatchObject({ records: upTo(1, 450), problems: ['file-header@0'] });
  const shifted = new Uint8Array(1536 + 3 * CHUNK);
  shifted.set(sound.subarray(HEADER), 1536);
  expect(read(shifted)).toMatchObject({ records: [], problems: ['not-evtx@0'] });
  expect(read(shifted, { carve: true })).toMatchObject({
    records: upTo(1, 450),
    problems: ['file-header@0', 'chunk-header@0'],
  });
  for (const junk of [new Uint8Array(0), new Uint8Array(5), new Uint8Array(100_000)]) {
    expect(read(junk)).toMatchObject({ records: [], problems: ['not-evtx@0'] });
  }
});

test('a cut file gives what is whole, and says where it ends', () => {
  const at = recordsAt(sound, HEADER + CHUNK);
  const file = sound.subarray(0, HEADER + CHUNK + at[10]! + 50);
  const { records, problems } = read(file);
  expect(records).toEqual(upTo(1, perChunk + 10));
  expect(problems).toEqual([`truncated@${HEADER + CHUNK}`, `record-size@${HEADER + CHUNK + at[10]! + 4}`]);
});

test('two logs read in turns, record by record, do not disturb each other', () => {
  const other = writeEvtx(drafts(120).reverse());
  const alone = (file: Uint8Array) =>
    Array.from(readEvtx(file), (r) => `${r.get('Text')} ${r.timeMs} ${r.getAll('List')}`);
  const want = [alone(sound), alone(other)];
  const got: string[][] = [[], []];
  const logs = [sound, other].map((file) => readEvtx(file)[Symbol.iterator]());
  const heads = logs.map((log) => log.next());
  while (!heads.every((head) => head.done)) {
    // both cursors are read again after the other has moved
    heads.forEach((head, i) => {
      if (!head.done) got[i]!.push(`${head.value.get('Text')} ${head.value.timeMs} ${head.value.getAll('List')}`);
    });
    logs.forEach((log, i) => {
      heads[i] = log.next();
    });
  }
  expect(got).toEqual(want);
});

async function* pieces(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

async function collect(stream: EvtxStream): Promise<number[]> {
  const records: number[] = [];
  for await (const chunk of stream.chunks()) for (const r of chunk) records.push(Number(r.record));
  return records;
}

test.each([1000, 65_536, 1 << 20, 4099])('a stream in pieces of %i bytes', async (size) => {
  const tail = new Uint8Array(sound.length + 3 * CHUNK);
  tail.set(sound);
  const stream = streamEvtx(pieces(tail, size));
  expect(await collect(stream)).toEqual(upTo(1, 450));
  expect(stream.tally).toMatchObject({ chunks: 3, unusedChunks: 3, problems: 0 });
  const cut = streamEvtx(pieces(sound.subarray(0, sound.length - 10), size));
  expect([await collect(cut), cut.tally.problems]).toEqual([upTo(1, 450), 1]);
});

test('two streams at once', async () => {
  const [a, b] = await Promise.all([collect(streamEvtx(pieces(sound, 700))), collect(streamEvtx(pieces(sound, 1100)))]);
  expect([a, b]).toEqual([upTo(1, 450), upTo(1, 450)]);
});

test('another log read while a stream waits', async () => {
  const other = writeEvtx(drafts(120).reverse());
  async function* interrupted() {
    for await (const piece of pieces(sound, 1000)) {
      yield piece;
      for (const r of readEvtx(other)) if (r.eventId === 3) break;
    }
  }
  const texts: (string | undefined)[] = [];
  for await (const chunk of streamEvtx(interrupted()).chunks()) for (const r of chunk) texts.push(r.get('Text'));
  expect(texts).toEqual(Array.from(readEvtx(sound), (r) => r.get('Text')));
});

test('a forged record is refused, not run: deep, endless and overlapping content', () => {
  const deep = (levels: number): Token => (levels === 0 ? { text: 'x' } : { open: 'E', content: [deep(levels - 1)] });
  const depth = new ChunkAssembler();
  depth.record([plainEvent({ open: 'EventData', content: [deep(200)] })]);
  expect(read(assembleFile(depth.finish())).problems.map((p) => p.split('@')[0])).toEqual(['too-deep']);

  // a template whose value is an instance of the same template, and one that repeats a long value without end
  const many = new ChunkAssembler();
  const hole: Token = { hole: 0 };
  const data: Token = { open: 'Data', content: [hole] };
  const long = utf16('y'.repeat(20_000));
  const template = [plainEvent({ open: 'EventData', content: Array.from({ length: 500 }, () => data) })];
  many.record([{ template, values: [[1, long]] }]);
  expect(read(assembleFile(many.finish())).problems.map((p) => p.split('@')[0])).toEqual(['too-large']);

  const itself = new ChunkAssembler();
  const at = itself.record([
    {
      template: [plainEvent({ open: 'EventData', content: [{ hole: 0, type: 0x21 }] })],
      values: [[0x21, new Uint8Array(30)]],
    },
  ]);
  const bytes = itself.finish();
  const view = new DataView(bytes.buffer);
  const definition = view.getUint32(at + 24 + 4 + 6, true);
  const values = definition + 24 + view.getUint32(definition + 20, true);
  // the embedded value: an instance of the same definition whose one value, by its offset, is this value again
  bytes.set(
    [0x0f, 1, 1, 0, 0x0c, 1, 1, 0, 0, 0, definition & 0xff, definition >> 8, 0, 0, 1, 0, 0, 0, 12, 0, 0x21, 0],
    values + 8,
  );
  const { records, problems } = read(assembleFile(bytes));
  expect(records.length + problems.length).toBe(1);
});

/** xorshift: the same inputs in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const utf8 = new TextDecoder();

test('mutated files: no crash, nothing lost in silence, both paths agree', () => {
  const small = writeEvtx(drafts(24));
  const chunk = new ChunkAssembler();
  for (let i = 0; i < 4; i++) {
    const content: Token[] = [{ text: `a${i}` }, { entity: 'amp' }, { cdata: 'c' }];
    chunk.record([
      plainEvent({ open: 'EventData', content: [{ open: 'Data', attributes: [['Name', [{ text: 'N' }]]], content }] }),
    ]);
  }
  const inputs = [small.subarray(0, HEADER + 12_000), assembleFile(chunk.finish()).subarray(0, HEADER + 3000)];
  const next = random(20_241_123);
  let records = 0;
  let problems = 0;
  for (let round = 0; round < 500; round++) {
    const file = new Uint8Array(HEADER + CHUNK);
    const from = inputs[round % 2]!;
    file.set(from);
    for (let n = 1 + next(4); n > 0; n--) {
      const at = (next(10) === 0 ? 0 : HEADER) + next(from.length - HEADER);
      const kind = next(4);
      if (kind === 0) file[at] = next(256);
      else if (kind === 1) file[at] ^= 1 << next(8);
      else if (kind === 2)
        file.copyWithin(at, HEADER + next(from.length - HEADER), HEADER + next(from.length - HEADER));
      else file.fill(next(2) * 0xff, at, at + next(16));
    }
    new DataView(file.buffer).setUint32(124, crc32(file.subarray(0, 120)), true);
    const carve = round % 3 === 0;
    const told = { fast: [] as string[], plain: [] as string[] };
    let fast = '';
    let plain = '';
    const form = round % 2 === 0 ? 'canonical' : 'document';
    const writer = new JsonLines({ form, write: (bytes) => (fast += utf8.decode(bytes)) });
    for (const r of readEvtx(file, { carve, onProblem: (p) => told.fast.push(p.message) })) writer.add(r);
    writer.flush();
    for (const r of readEvtx(file, { carve, plain: true, onProblem: (p) => told.plain.push(p.message) })) {
      plain += form === 'canonical' ? r.toCanonicalLine() : r.toDocumentLine();
      records++;
    }
    if (fast !== plain) expect(fast.split('\n'), `round ${round}`).toEqual(plain.split('\n'));
    expect(told.fast, `round ${round}`).toEqual(told.plain);
    problems += told.plain.length;
  }
  expect([records > 3000, problems > 100]).toEqual([true, true]);
});
