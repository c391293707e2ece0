import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RecordDraft, writeEvtx } from '@haetae/evtx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HEAD_BYTES, makeHead } from '../../encoding/index.ts';
import { Ledger } from '../../ledger.ts';
import type { Input, ReadOptions } from '../../source.ts';
import { evtx } from './evtx.ts';
import { SAMPLE } from './testing/sample.ts';

const FILE = fileURLToPath(new URL('sample.evtx', import.meta.url));
const CHUNK = 65_536;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inputs(bytes: Uint8Array): Input[] {
  const streamed: Input = {
    path: 'x.evtx',
    size: bytes.length,
    head: bytes.subarray(0, HEAD_BYTES),
    async *bytes() {
      for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
    },
  };
  const file = join(folder, 'x.evtx');
  writeFileSync(file, bytes);
  return [streamed, { ...streamed, file }];
}

/** Read as a stream and by random access, which must agree. */
async function read(bytes: Uint8Array, options: Partial<ReadOptions> = {}) {
  const [streamed, jumping] = await Promise.all(
    inputs(bytes).map(async (input) => {
      const ledger = new Ledger();
      const ids: string[] = [];
      const head = makeHead(input.head);
      for await (const batch of evtx.read(input, head, { timeZone: 'UTC', ...options }, ledger))
        for (const event of batch.events)
          ids.push(`${event.position.kind === 'record' ? event.position.record : '?'}:${event.get('N') ?? ''}`);
      const notices = ledger.notices().map(({ kind, code, count, examples }) => {
        const where = examples[0]?.where;
        return `${kind} ${code} ${count} ${where?.kind === 'offset' ? where.offset : where?.kind}`;
      });
      return { ids, notices };
    }),
  );
  expect(streamed).toEqual(jumping);
  return streamed!;
}

/** Records of about 10 KB each, so that a chunk holds six. */
function log(count: number): Buffer {
  const drafts = Array.from(
    { length: count },
    (_, i): RecordDraft => ({
      system: { provider: { name: 'Test' }, eventId: 1, channel: 'Test', computer: 'pc', time: { ms: 1e12 + i } },
      eventData: [['N', `${i}`], ['Text', '가나'.repeat(2500)]], // biome-ignore format: a row
    }),
  );
  return Buffer.from(writeEvtx(drafts));
}

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `${from + i + 1}:${from + i}`);

test('sample.evtx is what the writer makes of its drafts', () => {
  const written = writeEvtx(SAMPLE);
  if (process.env.HAETAE_UPDATE === '1') writeFileSync(FILE, written);
  expect(readFileSync(FILE).equals(written)).toBe(true);
});

test('JSON lines in both forms', async () => {
  for (const form of ['document', 'canonical'] as const) {
    const [input] = inputs(readFileSync(FILE));
    const lines: string[] = [];
    let count = 0;
    for await (const batch of evtx.read(input!, makeHead(input!.head), { timeZone: 'UTC' }, new Ledger()))
      count += batch.jsonLines!({ form }, (bytes) => lines.push(Buffer.from(bytes).toString()));
    const rows = lines
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(count).toBe(SAMPLE.length);
    expect(rows.map((row) => [row.file, row.record, row.eventId])).toEqual(
      [1, 3, 5, 4624, 1102].map((eventId, i) => [form === 'document' ? 'x.evtx' : undefined, i + 1, eventId]),
    );
    expect(rows[0].data.User).toBe('CORP\\홍길동');
  }
});

describe('damage costs what it hits and is told', () => {
  const whole = log(18);
  test('nothing', async () => {
    expect(whole.length).toBe(4096 + 3 * CHUNK);
    expect(await read(whole)).toEqual({ ids: ids(0, 18), notices: [] });
  });
  test('a zeroed file header', async () =>
    expect(await read(Buffer.from(whole).fill(0, 0, 4096))).toEqual({
      ids: ids(0, 18),
      notices: ['repaired evtx-header 1 0'],
    }));
  test('no file header at all', async () => {
    const { ids: found, notices } = await read(whole.subarray(4096));
    expect(found).toEqual(ids(0, 18));
    expect(notices).toContain('repaired evtx-header 1 0');
  });
  test('a chunk without its magic', async () =>
    expect(await read(Buffer.from(whole).fill(0x41, 4096 + CHUNK, 4100 + CHUNK))).toEqual({
      ids: [...ids(0, 6), ...ids(12, 18)],
      notices: [`lost evtx-chunk 1 ${4096 + CHUNK}`],
    }));
  test('cut between chunks', async () =>
    expect(await read(whole.subarray(0, 4096 + 2 * CHUNK))).toEqual({
      ids: ids(0, 12),
      notices: [`lost evtx-truncated 1 ${4096 + 2 * CHUNK}`],
    }));
  test('cut inside the header', async () =>
    expect(await read(whole.subarray(0, 200))).toEqual({ ids: [], notices: ['lost evtx-truncated 1 200'] }));
  test('cut inside a record', async () => {
    const { ids: found, notices } = await read(whole.subarray(0, 4096 + CHUNK + 30_000));
    expect(found).toEqual(ids(0, 8));
    // The chunk that was cut, then where the file ends.
    expect(notices).toContain(`lost evtx-truncated 2 ${4096 + CHUNK}`);
  });
  test('a flipped byte is found by checksums', async () => {
    const bent = Buffer.from(whole);
    bent[4096 + 40_000]! ^= 1;
    expect((await read(bent)).notices).toEqual([]);
    expect((await read(bent, { checksums: true })).notices).toEqual(['repaired evtx-checksum 1 4148']);
  });
});
