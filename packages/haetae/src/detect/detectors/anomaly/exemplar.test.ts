import { type EventParts, PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { factsOf, fieldsOf } from '../../finding.ts';
import { readExemplar, writeExemplar } from './exemplar.ts';

const parts: EventParts = {
  timeMs: 1_700_000_000_123,
  timeTicks: 4567,
  computer: 'PC01',
  channel: 'Security',
  provider: 'p',
  eventId: 1,
  eventRecordId: 7,
  position: { kind: 'record', record: 9 },
  names: ['a', 'a', '__proto__', 'b'],
  values: ['1', '2', '가', ''],
};

test.each<[string, Partial<EventParts>]>([
  ['an event', {}],
  ['no fields', { names: [], values: [] }],
  ['no time', { timeMs: Number.NaN }],
  ['a large record id', { eventRecordId: 2n ** 60n }],
  ['a line', { position: { kind: 'line', line: 3 } }],
  ['a NUL in a value', { values: ['1', '2\0 3', '4', '5'] }],
  ['a NUL in the computer’s name', { computer: 'a\0b' }],
  ['a NUL in a name', { names: ['a\0b', 'c', 'd', 'e'] }],
])('%s comes back as it was', (_, more) => {
  const event = new PlainEvent({ ...parts, ...more });
  expect(readExemplar(writeExemplar(event))).toEqual([factsOf(event), fieldsOf(event)]);
});
