import { PlainEvent } from '@haetae/event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventBatchBuilder } from '../../../store/index.ts';
import { RowEvent } from './row-event.ts';

const ORIGIN = { id: 1, seq: 1, receivedMs: 1, host: 'PC-1', origin: 't', flags: 0, decoded: '' };
/** Names that fill columns, that repeat each other, that stand in values, and that JSON writes otherwise than they are. */
const NAMES = ['User', 'TargetUserName', 'CommandLine', 'Image', 'Data', 'a b', 'x-1', '7', 'Script "x"', '한글'];
const VALUES = [
  '',
  '-',
  'kim',
  'say "Image":"x"',
  'ends with \\',
  '\\"',
  ',"User":',
  '{"Data":"1"}',
  '한글\n',
  'C:\\a.exe',
];
const field = fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES), fc.string({ maxLength: 12 })));

test('a field of a row is the one of its event, asked for alone or after all others', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
      const made = new PlainEvent({
        ...{ timeMs: 1, computer: 'PC-1', channel: 'Security', provider: 'p', eventId: 1 },
        position: { kind: 'record', record: 1 },
        names: fields.map(([name]) => name),
        values: fields.map(([, value]) => value),
      });
      const builder = new EventBatchBuilder(1);
      builder.add(made, ORIGIN);
      const row = new RowEvent();
      row.open(builder.take());
      row.at(0);
      const plain = (text: string | undefined) => text?.replaceAll('\0', '\ufffd');
      const wanted = NAMES.map((name) => plain(made.get(name)));
      expect(NAMES.map((name) => plain(row.get(name)))).toEqual(wanted);
      expect([...row.fields()]).toHaveLength(fields.length);
      expect(NAMES.map((name) => plain(row.get(name)))).toEqual(wanted);
    }),
    { numRuns: 500 },
  );
});
