import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|hour: 12', event: { f: '2025-06-23 12:27:33.462' }, matches: true },
  { item: 'f|hour: 13', event: { f: '2025-06-23 12:27:33.462' }, matches: false },
  { item: 'f|hour: 12', event: { f: '12' }, matches: false },
  { item: 'f|hour: 12', event: {}, matches: false },
  { item: 'f|hour|gte: 20', event: { f: '2025-06-23 21:00:00.000' }, matches: true },
  { item: 'f|hour|gte: 20', event: { f: '2025-06-23 20:00:00.000' }, matches: true },
  { item: 'f|hour|gt: 20', event: { f: '2025-06-23 20:59:59.999' }, matches: false },
  { item: 'f|hour|lt: 6', event: { f: '2025-06-23T05:59:59Z' }, matches: true },
  { item: 'f|hour|lte: 6', event: { f: '2025-06-23T07:00:00+01:00' }, matches: true },
  { item: 'f|hour|neq: 12', event: { f: '2025-06-23 12:00:00' }, matches: false },
  { item: 'f|hour|neq: [11, 12]', event: { f: '2025-06-23 13:00:00' }, matches: true },
  { item: 'f|hour: [1, 12]', event: { f: ['x', '2025-06-23 12:00:00'] }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|hour: 24', '13: |hour: an hour is a whole number from 0 to 23'],
  ['f|hour: 1.5', '13: |hour: an hour is a whole number from 0 to 23'],
  ['f|hour: "5"', '7: |hour works on a number, not on text; write it without quotes'],
  ['"|hour": 5', '7: |hour needs a field before it'],
  ['f|lt|hour: 5', '10: |hour works on a number, not on a comparison; write |hour|lt'],
  [
    'f|hour|contains: 5',
    '12: |contains works on text or a regular expression (|re) or a field reference (|fieldref), not on a part of a time',
  ],
  ['f|hour|minute: 5', '12: |minute takes the value as it is written; it cannot follow |hour'],
  ['f|contains|lt: 5', '16: |lt takes the value as it is written; it cannot follow |contains'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});

test('on the clock of a time zone', () => {
  const event = { f: '2025-06-23T22:27:33Z' };
  expect(holds('f|hour: 7', event, { timeZone: 'Asia/Seoul' })).toBe(true);
  expect(() => holds('f|hour: 7', event, { timeZone: 'Mars/Olympus' })).toThrow('no time zone is called Mars/Olympus');
});
