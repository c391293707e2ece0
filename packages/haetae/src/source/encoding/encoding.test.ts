import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { Ledger } from '../ledger.ts';
import type { Encoding } from '../source.ts';
import { decodeStream, detectEncoding, makeHead, utf8Stream } from './index.ts';

const KOREAN = '수준,날짜 및 시간,원본,이벤트 ID\r\n정보,2024-05-01 오전 9:00:01,Sysmon,뷁똠펲쀍\r\n';

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'cp949') return iconv.encode(text, 'cp949');
  if (encoding === 'utf-8') return Buffer.from(text);
  const little = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16le' ? little : little.swap16();
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  // One buffer is used again and again, as producers may.
  const reused = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    reused.set(part);
    yield reused.subarray(0, part.length);
  }
}

async function decodeAll(bytes: Uint8Array, encoding: Encoding, chunk = 1 << 20) {
  const ledger = new Ledger();
  let text = '';
  for await (const piece of decodeStream(inChunks(bytes, chunk), encoding, ledger)) text += piece;
  return { text, notices: ledger.notices().map((n) => [n.kind, n.code, n.count]), ledger };
}

describe('detectEncoding', () => {
  const mark = { 'utf-8': [0xef, 0xbb, 0xbf], 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] };
  test.each(['utf-8', 'utf-16le', 'utf-16be', 'cp949'] as const)('%s without a mark', (encoding) => {
    expect(detectEncoding(encode(KOREAN, encoding))).toBe(encoding);
    expect(makeHead(encode(KOREAN, encoding)).text).toBe(KOREAN);
  });
  test.each(['utf-8', 'utf-16le', 'utf-16be'] as const)('%s with a mark', (encoding) => {
    const bytes = Buffer.concat([Buffer.from(mark[encoding]), encode(KOREAN, encoding)]);
    expect(detectEncoding(bytes)).toBe(encoding);
    expect(makeHead(bytes).text).toBe(KOREAN);
  });
  test.each([
    ['ASCII', Buffer.from('a,b\n1,2\n'), 'utf-8'],
    ['nothing', Buffer.alloc(0), 'utf-8'],
    ['UTF-8 with a flipped byte', Buffer.from(KOREAN).fill(0xff, 40, 41), 'utf-8'],
    ['CP949 with a stray byte', Buffer.concat([encode(KOREAN.repeat(4), 'cp949'), Buffer.from([0xff])]), 'cp949'],
    ['CP949 cut inside a character', encode(KOREAN, 'cp949').subarray(0, 3), 'cp949'],
    ['UTF-8 cut inside a character', Buffer.from(KOREAN).subarray(0, 4), 'utf-8'],
    [
      'UTF-16 that is mostly Hangul',
      Buffer.from(`${'가나다라마바사 '.repeat(2)}<Event a="1">\r\n`, 'utf16le'),
      'utf-16le',
    ],
    ['a text with a run of NULs', Buffer.from(`${'{"a":1}\n'.repeat(20)}${'\0'.repeat(40)}`), 'utf-8'],
    ['a program', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 37 + (i >> 3)) & 0xff)), undefined],
    ['zeros', Buffer.alloc(4096), undefined],
  ])('%s', (_name, bytes, encoding) => expect(detectEncoding(bytes)).toBe(encoding));
});

describe('decodeStream', () => {
  const long = KOREAN.repeat(3000);
  test.each(['utf-8', 'utf-16le', 'utf-16be', 'cp949'] as const)('%s, cut anywhere', async (encoding) => {
    for (const chunk of [3, 1021, 65_536, 1 << 20]) {
      const text = chunk < 100 ? KOREAN : long;
      const read = await decodeAll(encode(text, encoding), encoding, chunk);
      expect(read.text === text, `chunks of ${chunk}`).toBe(true);
      expect(read.notices.filter(([kind]) => kind !== 'inferred')).toEqual([]);
    }
  });
  test('a mark is no text', async () => {
    expect((await decodeAll(encode(`\uFEFF${KOREAN}`, 'utf-16le'), 'utf-16le')).text).toBe(KOREAN);
    expect((await decodeAll(encode(`\uFEFF${KOREAN}`, 'utf-8'), 'utf-8')).text).toBe(KOREAN);
  });
  test.each(['utf-8', 'cp949'] as const)('%s after 200 KiB of ASCII', async (encoding) => {
    const text = `${'Information,Sysmon\r\n'.repeat(10_000)}${KOREAN}`;
    const read = await decodeAll(encode(text, encoding), 'utf-8', 65_536);
    expect(read.text === text).toBe(true);
    expect(read.notices).toEqual(encoding === 'cp949' ? [['inferred', 'encoding-cp949', 1]] : []);
  });
  test.each([
    ['utf-8', [...Buffer.from('가나다라마바사'), 0xff, 0x41, 0xc3], '가나다라마바사\uFFFDA\uFFFD', 2],
    ['utf-8', [...Buffer.from('a\uFFFDb'), 0x0a], 'a\uFFFDb\n', 0],
    ['utf-16le', [0x41, 0, 0, 0xd8, 0x42, 0, 0x43], 'A\uFFFDB\uFFFD', 2],
    ['cp949', [0xb0, 0xa1, 0xff, 0x41], '가\uFFFDA', 1],
  ] as const)('%s: what is invalid is seen and counted', async (encoding, bytes, text, invalid) => {
    const read = await decodeAll(Uint8Array.from(bytes), encoding);
    expect(read.text).toBe(text);
    const counts = read.notices.filter(([, code]) => code === 'encoding-invalid').map(([, , count]) => count);
    expect(counts.reduce<number>((a, b) => a + Number(b), 0)).toBe(invalid);
  });
  test('the place of the first invalid byte is told', async () => {
    const { ledger } = await decodeAll(
      Buffer.concat([Buffer.from(long), Buffer.from([0xfe]), Buffer.from('end')]),
      'utf-8',
      1021,
    );
    expect(ledger.notices()[0]?.examples).toEqual([
      { where: { kind: 'offset', offset: Buffer.byteLength(long) }, detail: '0xfe' },
    ]);
  });
});

test('utf8Stream gives the bytes of any encoding as UTF-8', async () => {
  for (const encoding of ['utf-8', 'utf-16le', 'cp949'] as const) {
    const parts: Buffer[] = [];
    for await (const part of utf8Stream(inChunks(encode(KOREAN, encoding), 7), encoding, new Ledger()))
      parts.push(Buffer.from(part));
    expect(Buffer.concat(parts).toString()).toBe(KOREAN);
  }
});
