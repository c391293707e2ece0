import { type RecordDraft, writeEvtx } from '@haetae/evtx';
import { describe, expect, test } from 'vitest';
import { HEAD_BYTES } from './encoding/index.ts';
import { Ledger, readInput, receiptOf } from './index.ts';
import type { Input } from './source.ts';

const OPTIONS = { timeZone: 'UTC' };

function inputOf(bytes: Uint8Array, failAt = Number.POSITIVE_INFINITY): Input {
  return {
    path: 'x',
    size: bytes.length,
    head: bytes.subarray(0, HEAD_BYTES),
    async *bytes() {
      for (let at = 0; at < bytes.length; at += 70_000) {
        if (at >= failAt) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
        yield bytes.subarray(at, at + 70_000);
      }
    },
  };
}

const records = (count: number) =>
  writeEvtx(
    Array.from(
      { length: count },
      (_, i): RecordDraft => ({
        system: {
          provider: { name: 'Test' },
          eventId: 1,
          channel: 'Test/Log',
          computer: 'host',
          time: { ms: Date.UTC(2024, 0, 1, 0, 0, i) },
        },
        eventData: [['Text', 'x'.repeat(500)]],
      }),
    ),
  );

async function count(input: Input, ledger: Ledger): Promise<number> {
  const reading = readInput(input, OPTIONS, ledger);
  expect(reading.kind).toBe('log');
  if (reading.kind !== 'log') return -1;
  for await (const batch of reading.batches) for (const event of batch.events) ledger.saw(event.timeMs);
  return ledger.events;
}

describe('what is no log is told, and no error', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'empty-file', '0 bytes'],
    ['a letter', Buffer.from('Dear reader,\nno log.\n'), 'unknown-format', 'text that begins "Dear reader,"'],
    [
      'a program',
      Buffer.from('4d5a900003000000040000ffff0000'.repeat(40), 'hex'),
      'unknown-format',
      'binary, begins 4d 5a 90 00 03 00 00 00',
    ],
  ])('%s', (_name, bytes, code, detail) => {
    const ledger = new Ledger();
    expect(readInput(inputOf(bytes), OPTIONS, ledger).kind).toBe('not-a-log');
    expect(ledger.notices()).toEqual([
      { kind: 'inferred', code, count: 1, examples: [{ where: { kind: 'whole' }, detail }] },
    ]);
  });
});

test('a log is counted, and its receipt tells the span', async () => {
  const ledger = new Ledger();
  expect(await count(inputOf(records(300)), ledger)).toBe(300);
  const receipt = receiptOf({ path: 'x', kind: 'log', format: 'evtx' }, { bytes: 1, sha256: undefined }, ledger);
  expect(receipt).toEqual({
    path: 'x',
    kind: 'log',
    bytes: 1,
    sha256: undefined,
    format: 'evtx',
    encoding: undefined,
    events: 300,
    firstMs: Date.UTC(2024, 0, 1),
    lastMs: Date.UTC(2024, 0, 1, 0, 4, 59),
    notices: [],
  });
});

test('a disk that fails ends the log with a notice', async () => {
  const ledger = new Ledger();
  const events = await count(inputOf(records(300), 140_000), ledger);
  expect(events).toBeGreaterThan(50);
  expect(events).toBeLessThan(300);
  expect(ledger.notices()).toEqual([
    {
      kind: 'lost',
      code: 'read-error',
      count: 1,
      examples: [{ where: { kind: 'offset', offset: 140_000 }, detail: 'EIO: i/o error, read' }],
    },
  ]);
});
