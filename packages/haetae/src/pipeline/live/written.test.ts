import { type Event, materialise } from '@haetae/event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ledger, LIVE_FORMATS } from '../../source/index.ts';
import { type EventBatch, EventBatchBuilder } from '../../store/index.ts';

/** Fields that are kept by their bytes are kept as those that are told as texts. */
const ORIGIN = { id: 1, seq: 1, receivedMs: 1, host: 'PC-1', origin: 't', flags: 0, decoded: '' };

const HEAD = '"Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","EventID":4688,"Hostname":"PC-1"';
const FIRST = `{${HEAD},"EventTime":"2026-03-02 01:02:03"}`;
const value = fc.oneof(
  fc.string({ maxLength: 50 }).map((text) => JSON.stringify(text)),
  fc.string({ maxLength: 300, unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '""',
    '"-"',
    '"C:\\\\Windows\\\\System32\\\\cmd.exe"',
    '"a\\/b"',
    '"\\u0041\\u00e9"',
    '"\\u0000"',
    '"a\\u0000b"',
  ),
  fc.constantFrom(
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\r\\n\\t\\b\\f\\""',
    '"한글"',
    '0',
    '-5',
    '12345678901234567',
    '-1.50',
    '1e3',
  ),
  fc.constantFrom(
    'true',
    'null',
    '[]',
    '["a","b\\\\"]',
    '{"a":1}',
    `"${'long \\\\ '.repeat(100)}"`,
    `"${'x'.repeat(400)}"`,
  ),
);
const name = fc.constantFrom(
  ...[
    'User',
    'TargetUserName',
    'Image',
    'NewProcessName',
    'CommandLine',
    'Message',
    'Data',
    'Level',
    'Task',
    'Keywords',
  ],
  ...['ThreadID', 'ProcessID', 'host', 'Channel', 'a b', '7', '한글', 'UserID', 'RecordNumber', 'tags'],
);
const line = fc
  .array(fc.tuple(name, value), { maxLength: 14 })
  .map((members) => `{${[HEAD, ...members.map(([key, text]) => `${JSON.stringify(key)}:${text}`)].join(',')}}`);

test('for any lines of events', () => {
  let quick = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.boolean(), (lines, spoiled) => {
      const frame = Buffer.from(`${FIRST}\n${lines.join('\n')}\n`);
      // No UTF-8: what is told then stands for it.
      if (spoiled) for (let i = 0; i < frame.length; i++) if (frame[i]! === 0xea) frame[i] = 0xff;
      const [fast, plain] = [new EventBatchBuilder(2), new EventBatchBuilder(2)];
      for (const { event } of LIVE_FORMATS.get('ndjson')!.read(frame, options())) {
        if (event.written?.('fields') !== undefined) quick++;
        plain.add(told(event), ORIGIN);
        fast.add(event, ORIGIN);
      }
      expect(textsOf(fast.take())).toEqual(textsOf(plain.take()));
    }),
    { numRuns: 1500 },
  );
  expect(quick).toBeGreaterThan(1500);
});

const options = () => ({ ledger: new Ledger(), timeZone: 'UTC', receivedMs: 1 });

/** The same event, that has only texts. */
function told(event: Event): Event {
  const copy = materialise(event);
  Object.defineProperty(copy, 'hasBlankNames', { value: event.hasBlankNames });
  return copy;
}

function textsOf({ rows, cells, bytes, strays }: EventBatch): unknown[] {
  const width = cells.length / rows;
  return Array.from({ length: rows }, (_, row) => [
    strays[row],
    ...Array.from({ length: width / 2 }, (__, column) => {
      const at = row * width + column * 2;
      const [start, length] = [cells[at]!, cells[at + 1]!];
      return start === 0 ? undefined : Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
    }),
  ]);
}
