import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalLine } from '../../../canonical.ts';
import { utf8Stream } from '../../../encoding/index.ts';
import { meter } from '../../../intake/stream.ts';
import { Ledger } from '../../../ledger.ts';
import { JsonEvents } from '../json.ts';
import { isWorthReadingAhead, type Piece, piecesAhead } from './ahead.ts';
import { LineEvent } from './line-event.ts';
import { LineIndexer } from './line-index.ts';
import { namesFrom, numberOf } from './names.ts';

const HEAD = '"Channel":"Security","SourceName":"P","EventID":4688,"Hostname":"DC01"';
const FIRST = `{${HEAD},"EventTime":"2026-01-15 09:00:00"}\n`;

/** What is read of pieces of a text, with or without its lines read ahead. */
function readPieces(pieces: readonly Buffer[], ahead: boolean) {
  const ledger = new Ledger();
  const events = new JsonEvents({ ledger, options: { timeZone: 'UTC', sparse: true }, head: pieces[0]!.toString() });
  const indexer = new LineIndexer(new Int32Array(8));
  const told: unknown[] = [];
  let quick = 0;
  pieces.forEach((piece, i) => {
    const index = ahead ? indexer.add(piece) : undefined;
    const { lines } = indexer;
    const names = Int32Array.from(['', ...namesFrom(1)], numberOf);
    const last = i === pieces.length - 1;
    for (const event of events.of(
      piece,
      last,
      index === undefined ? undefined : { index: { ...index, lines }, names },
    )) {
      if (event instanceof LineEvent) quick++;
      told.push([event.get('A'), event.timeMs, event.position, event.hasBlankNames, canonicalLine(event)]);
    }
  });
  return { told, quick, notices: ledger.notices() };
}

function cut(text: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    // A character is never cut between two pieces.
    let end = Math.min(bytes.length, at + sizes[i % sizes.length]!);
    while (end < bytes.length && bytes[end]! >> 6 === 2) end++;
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return [...pieces, Buffer.alloc(0)];
}

test('lines read ahead are the same events, for any lines in any pieces', { timeout: 120_000 }, () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'é', ' ', '{'), maxLength: 8 }),
    fc.integer(),
    fc.constantFrom(true, null, [], ['a', 1], { x: 'y' }, '2026-01-15 09:00:00.5'),
  );
  const object = fc.record(
    { A: value, B: value, 'x y': value, UtcTime: value, EventTime: value },
    { requiredKeys: [] },
  );
  const line = fc.oneof(
    { weight: 10, arbitrary: object.map((one) => `{${HEAD},${JSON.stringify(one).slice(1)}`.replace(',}', '}')) },
    // A name that comes twice, another shape, an object over lines, text before, what is cut or damaged, empty lines.
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        `{${HEAD},"A":"b","A":"c"}`,
        `{${HEAD},\n"A":"b"}`,
        '{"winlog":{"channel":"C","event_id":1,"provider_name":"P"},"@timestamp":"2026-01-15T09:00:00Z"}',
        `junk {${HEAD}}`,
        `{${HEAD},"A":"b`,
        `{${HEAD},"A":01}`,
        `{${HEAD}}\r`,
        '',
        '[',
      ),
    },
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 }),
      (lines, sizes) => {
        const text = `${FIRST.repeat(300)}${lines.join('\n')}\n${FIRST}`;
        const pieces = cut(text, [40_000, ...sizes]);
        expect(readPieces(pieces, true)).toEqual(readPieces(pieces, false));
      },
    ),
    { numRuns: 150 },
  );
});

test('a line longer than the window, and lines behind it', () => {
  const long = `{${HEAD},"A":"${'x'.repeat(300_000)}"}\n`;
  const pieces = cut(`${FIRST.repeat(400)}${long}${FIRST.repeat(3)}${long}${FIRST.repeat(2000)}`, [65_536]);
  const [with_, without] = [readPieces(pieces, true), readPieces(pieces, false)];
  expect(with_).toEqual(without);
  expect(with_.told).toHaveLength(2405);
  expect(with_.quick).toBeGreaterThan(1500);
});

describe('in a thread', () => {
  let folder = '';
  let worker = new URL('file:///');
  beforeAll(async () => {
    // Out of today's sources, below the workspace, where packages are found.
    folder = mkdtempSync(join(fileURLToPath(new URL('../../../../../../../node_modules', import.meta.url)), '.ahead-'));
    await build({
      input: fileURLToPath(new URL('./ahead-worker.ts', import.meta.url)),
      output: { file: join(folder, 'ahead-worker.mjs'), format: 'esm', codeSplitting: false },
      platform: 'node',
      external: ['iconv-lite'],
      resolve: { conditionNames: ['haetae-source', 'node', 'import', 'default'] },
      logLevel: 'warn',
    });
    worker = pathToFileURL(join(folder, 'ahead-worker.mjs'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function ahead(file: string) {
    const ledger = new Ledger();
    const digests: unknown[] = [];
    const elsewhere = {
      hash: true,
      done: (digest: { bytes: number; sha256: string | undefined }) => digests.push(digest),
    };
    const pieces: [string, number | undefined][] = [];
    const read = (piece: Piece) => pieces.push([piece.bytes.toString(), piece.ahead?.index.rest]);
    for await (const piece of piecesAhead({ file, elsewhere }, 'utf-8', ledger, worker)) read(piece);
    return { pieces, digest: digests.map((d) => ({ ...(d as object) })), notices: ledger.notices() };
  }

  test('the pieces, notices and digest are those of one thread', async () => {
    const file = join(folder, 'a.jsonl');
    // A byte order mark, many stretches, letters beyond ASCII, and bytes that are invalid.
    const line = `{${HEAD},"A":"한글 ${'y'.repeat(50_000)}"}\n`;
    const invalid = Buffer.from([0x22, 0xff, 0x22, 10]);
    const bytes = Buffer.concat([
      Buffer.from(`\uFEFF${line.repeat(100)}`),
      invalid,
      Buffer.from(line.repeat(30)),
      invalid,
    ]);
    writeFileSync(file, bytes);
    const count = meter(true);
    const ledger = new Ledger();
    const expected: string[] = [];
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += 262_144) yield bytes.subarray(at, at + 262_144);
    }
    for await (const piece of utf8Stream(count.through(chunks()), 'utf-8', ledger)) expected.push(piece.toString());
    const { pieces, digest, notices } = await ahead(file);
    expect(pieces.map(([text]) => text)).toEqual(expected);
    expect(pieces.filter(([, rest]) => rest !== undefined).length).toBeGreaterThan(90);
    expect(digest).toMatchObject([{ bytes: bytes.length, sha256: count.sha256() }]);
    expect(notices).toEqual(ledger.notices());
    expect(notices).toMatchObject([{ kind: 'repaired', code: 'encoding-invalid', count: 2 }]);
  });

  test('a file that cannot be read is told as it is without a thread', async () => {
    await expect(ahead(join(folder, 'none.jsonl'))).rejects.toMatchObject({
      message: expect.stringMatching(/^ENOENT/),
      syscall: 'open',
    });
  });

  test('who stops early ends the thread', async () => {
    const file = join(folder, 'b.jsonl');
    writeFileSync(file, FIRST.repeat(100_000));
    const elsewhere = { hash: true, done: () => expect.unreachable() };
    let pieces = 0;
    for await (const _piece of piecesAhead({ file, elsewhere }, 'utf-8', new Ledger(), worker))
      if (++pieces === 3) break;
    expect(pieces).toBe(3);
  });
});

test.each([
  ['a large file, a free processor', {}, {}, true],
  ['no processor to spare', {}, { ahead: false }, false],
  ['all fields wanted', {}, { sparse: false }, false],
  ['a small file', { size: 1_000_000 }, {}, false],
  ['standard input', { size: undefined, file: undefined }, {}, false],
  ['a member of an archive', { file: undefined }, {}, false],
])('%s', (_what, input, options, expected) => {
  const elsewhere = { hash: false, done: () => {} };
  const base = { path: 'x', size: 1e9, file: '/x', elsewhere, head: new Uint8Array(), async *bytes() {} };
  const found = isWorthReadingAhead({ ...base, ...input } as never, {
    timeZone: 'UTC',
    ahead: true,
    sparse: true,
    ...options,
  });
  expect(found !== undefined).toBe(expected);
});
