import { expect, test } from 'vitest';
import { crc32 } from '../crc32.ts';
import type { RecordDraft } from './draft.ts';
import { writeEvtx } from './writer.ts';

const HEADER = 4096;
const CHUNK = 65_536;
const TIME = 133_444_736_001_234_567n;

const draft = (eventData: RecordDraft['eventData'], eventId = 1): RecordDraft => ({
  system: { provider: { name: 'Haetae-Test' }, eventId, time: TIME, channel: 'Test', computer: 'HT01' },
  eventData: eventData!,
});
const view = (file: Uint8Array) => new DataView(file.buffer, file.byteOffset, file.length);
const text = (file: Uint8Array, at: number, units: number) =>
  new TextDecoder('utf-16le').decode(file.subarray(at, at + 2 * units));

test('file and chunk headers, byte by byte', () => {
  const file = writeEvtx([draft([['A', 'x']]), draft([['A', 'y']])]);
  const v = view(file);
  expect(file.length).toBe(HEADER + CHUNK);
  expect(text(Uint8Array.from([...file.subarray(0, 8)].flatMap((b) => [b, 0])), 0, 8)).toBe('ElfFile\0');
  const header = {
    firstChunk: v.getBigUint64(8, true),
    lastChunk: v.getBigUint64(16, true),
    nextRecord: v.getBigUint64(24, true),
    size: v.getUint32(32, true),
    minor: v.getUint16(36, true),
    major: v.getUint16(38, true),
    block: v.getUint16(40, true),
    chunks: v.getUint16(42, true),
    flags: v.getUint32(120, true),
    crc: v.getUint32(124, true),
  };
  const crc = crc32(file.subarray(0, 120));
  expect(header).toEqual({
    ...{
      firstChunk: 0n,
      lastChunk: 0n,
      nextRecord: 3n,
      size: 128,
      minor: 1,
      major: 3,
      block: 4096,
      chunks: 1,
      flags: 0,
      crc,
    },
  });

  const c = view(file.subarray(HEADER));
  const bytes = file.subarray(HEADER);
  const free = c.getUint32(48, true);
  const last = c.getUint32(44, true);
  expect([8, 16, 24, 32].map((at) => c.getBigUint64(at, true))).toEqual([1n, 2n, 1n, 2n]);
  expect([c.getUint32(40, true), c.getUint32(120, true)]).toEqual([128, 0]);
  expect(c.getUint32(52, true)).toBe(crc32(bytes.subarray(512, free)));
  expect(c.getUint32(124, true)).toBe(crc32(bytes.subarray(128, 512), crc32(bytes.subarray(0, 120))));

  // Two records, each with its size at both ends, on multiples of eight; nothing behind them.
  const first = c.getUint32(512 + 4, true);
  expect(512 + first).toBe(last);
  for (const [at, id] of [
    [512, 1n],
    [last, 2n],
  ] as const) {
    const size = c.getUint32(at + 4, true);
    expect([c.getUint32(at, true), size % 8, c.getUint32(at + size - 4, true)]).toEqual([0x2a2a, 0, size]);
    expect([c.getBigUint64(at + 8, true), c.getBigUint64(at + 16, true)]).toEqual([id, TIME]);
  }
  expect(last + c.getUint32(last + 4, true)).toBe(free);
  expect(bytes.subarray(free).every((byte) => byte === 0)).toBe(true);
});

/** h × 65599 + unit, written out once more so that the test does not trust the code. */
const hash = (units: number[]) =>
  units.reduce((h, unit) => Number((BigInt(h) * 65_599n + BigInt(unit)) & 0xffff_ffffn), 0);

test('every name stands once, in the chain of its bucket, with its hash', () => {
  const file = writeEvtx([draft([['A', 'x']]), draft([['B', 'y']]), draft([['A', 'x']])]);
  const bytes = file.subarray(HEADER);
  const c = view(bytes);
  const names: string[] = [];
  for (let bucket = 0; bucket < 64; bucket++) {
    for (let at = c.getUint32(128 + 4 * bucket, true); at !== 0; at = c.getUint32(at, true)) {
      const name = text(bytes, at + 8, c.getUint16(at + 6, true));
      const expected = hash([...name].map((ch) => ch.charCodeAt(0)));
      expect([name, c.getUint16(at + 4, true), expected % 64]).toEqual([name, expected & 0xffff, bucket]);
      expect(c.getUint16(at + 8 + 2 * name.length, true)).toBe(0);
      names.push(name);
    }
  }
  expect(names.sort()).toEqual(
    'Event xmlns System Provider Name Guid EventSourceName EventID Qualifiers Version Level Task Opcode Keywords TimeCreated SystemTime EventRecordID Correlation ActivityID RelatedActivityID Execution ProcessID ThreadID Channel Computer Security UserID EventData Data'
      .split(' ')
      .sort(),
  );
});

function definitions(chunk: Uint8Array): { at: number; guid: string; bucket: number }[] {
  const c = view(chunk);
  const found: { at: number; guid: string; bucket: number }[] = [];
  for (let bucket = 0; bucket < 32; bucket++) {
    for (let at = c.getUint32(384 + 4 * bucket, true); at !== 0; at = c.getUint32(at, true)) {
      found.push({ at, guid: Buffer.from(chunk.subarray(at + 4, at + 20)).toString('hex'), bucket });
    }
  }
  return found;
}

test('a definition stands once a chunk, in the chain that its GUID hashes to, and has the same GUID in every file', () => {
  const shapes = Array.from({ length: 60 }, (_, i) => draft([[`Field${i}`, 'x']]));
  const file = writeEvtx([...shapes, ...shapes]);
  const chunk = file.subarray(HEADER, HEADER + CHUNK);
  const found = definitions(chunk);
  expect(found.length).toBe(61);
  expect(new Set(found.map((d) => d.guid)).size).toBe(61);
  for (const { at, bucket } of found) {
    const words = Array.from({ length: 8 }, (_, i) => view(chunk).getUint16(at + 4 + 2 * i, true));
    expect(hash(words) % 32).toBe(bucket);
  }
  const alone = definitions(writeEvtx([shapes[7]!]).subarray(HEADER));
  expect(found.map((d) => d.guid)).toEqual(expect.arrayContaining(alone.map((d) => d.guid)));
});

test('the second record of a shape refers to the definition in the first', () => {
  const file = writeEvtx([draft([['A', 'x']]), draft([['A', 'y']])]);
  const c = view(file.subarray(HEADER));
  const first = 512;
  const second = first + c.getUint32(first + 4, true);
  // Behind the record header: fragment header, token 0x0c, 0x01, template id, offset of the definition.
  const definition = (at: number) => [c.getUint32(at + 24 + 6, true), c.getUint32(at + 24 + 10, true)];
  expect(definition(second)).toEqual(definition(first));
  expect(definition(first)[1]).toBe(first + 24 + 14);
  expect(c.getUint32(first + 24 + 14 + 4, true)).toBe(definition(first)[0]);
  expect(second - first).toBeGreaterThan(1000);
  expect(c.getUint32(second + 4, true)).toBeLessThan(300);
});
