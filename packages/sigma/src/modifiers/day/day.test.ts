import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|day: 23', event: { f: '2025-06-23 12:27:33.462' }, matches: true },
  { item: 'f|day: 24', event: { f: '2025-06-23 12:27:33.462' }, matches: false },
  { item: 'f|day: 23', event: { f: '23' }, matches: false },
  { item: 'f|day: 23', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|day: 0', '12: |day: a day is a whole number from 1 to 31'],
  ['f|day: 1.5', '12: |day: a day is a whole number from 1 to 31'],
  ['f|day: "5"', '7: |day works on a number, not on text; write it without quotes'],
  ['"|day": 5', '7: |day needs a field before it'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
