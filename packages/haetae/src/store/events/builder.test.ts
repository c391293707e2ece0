import { PlainEvent } from '@haetae/event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventFrom } from '../testing/events.ts';
import { plainRow, rowsIn } from '../testing/plain-rows.ts';
import type { EventOrigin } from './batch.ts';
import { EventBatchBuilder } from './builder.ts';

const ORIGIN: EventOrigin = { id: 1, seq: 1, receivedMs: 1, host: 'PC-1', origin: 't', flags: 0, decoded: '' };

test('a batch has room for whatever a frame holds', () => {
  const build = (capacity: number) => {
    const builder = new EventBatchBuilder(capacity);
    for (let id = 1; id <= 700; id++)
      builder.add(
        eventFrom({
          id,
          fields: [
            ['User', `kim${id}`],
            ...(id % 3 === 0 ? ([['TargetUserName', 'lee']] as const) : []),
            ...(id % 2 === 0 ? ([['CommandLine', `cmd ${id} ${'x'.repeat(1000)}`]] as const) : []),
          ],
        }),
        { ...ORIGIN, id, seq: id, receivedMs: id, flags: id % 4 },
      );
    return builder.take();
  };
  const roomy = build(700);
  expect([...roomy.strays].filter((stray) => stray !== 0)).toHaveLength(233);
  expect(build(2)).toEqual(roomy);
});

const NAMES = [
  'User',
  'TargetUserName',
  'CommandLine',
  'Image',
  'ParentImage',
  'Data',
  'Hashes',
  'Script "x"',
  '7',
  'a b',
  '한글',
];
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 60, unit: 'grapheme' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', '-', 'C:\\Windows\\System32\\cmd.exe', 'tab\tline\r\n"quote"', '\u0001\u007f'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\0', 'a\0b', '\ud800', 'x\udc00y', '\\ud800', 'é'.repeat(50), 'x'.repeat(300)),
  },
);
const field = fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), text);
const event = fc.record({
  fields: fc.array(field, { maxLength: 12 }),
  system: fc.array(fc.tuple(fc.constantFrom('Level', 'Task', 'User', 'Opcode', 'Computer'), text), { maxLength: 4 }),
  ...{ computer: text, channel: text, provider: text, host: text, origin: text, decoded: text },
  recordId: fc.constantFrom(0, 7, 2n ** 60n),
});

test('rows are what the plain way makes of their events', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), (samples) => {
      const builder = new EventBatchBuilder(2);
      // What was taken before is written over, and nothing of it is left.
      builder.add(eventFrom({ id: 1, fields: [['CommandLine', 'of before']] }), { ...ORIGIN, decoded: 'of before' });
      for (let n = 0; n < 3; n++) builder.take();
      const plain = samples.map(({ fields, system, recordId, host, origin, decoded, ...about }, i) => {
        const made = new PlainEvent({
          ...about,
          ...{ timeMs: i, eventRecordId: recordId, position: { kind: 'record', record: i } },
          ...{ names: fields.map(([name]) => name), values: fields.map(([, value]) => value) },
          ...{ systemNames: system.map(([name]) => name), systemValues: system.map(([, value]) => value) },
        });
        const from = { ...ORIGIN, host, origin, decoded };
        builder.add(made, from);
        return plainRow(made, from);
      });
      expect(rowsIn(builder.take())).toEqual(plain);
    }),
    { numRuns: 2000 },
  );
});

test('a batch stays as it is while the next one is made', () => {
  const builder = new EventBatchBuilder(4);
  const add = (name: string): void => builder.add(eventFrom({ id: 1, fields: [['User', name]] }), ORIGIN);
  add('kim');
  const first = builder.take();
  const before = rowsIn(first);
  for (let n = 0; n < 100; n++) add(`lee ${n}`);
  expect(rowsIn(first)).toEqual(before);
  const second = builder.take();
  expect(rowsIn(first)).toEqual(before);
  expect(rowsIn(second).map(({ texts }) => texts.user_name)).toEqual(Array.from({ length: 100 }, (_, n) => `lee ${n}`));
});
