import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|month: 6', event: { f: '2025-06-23 12:27:33.462' }, matches: true },
  { item: 'f|month: 7', event: { f: '2025-06-23 12:27:33.462' }, matches: false },
  { item: 'f|month: 6', event: { f: '6' }, matches: false },
  { item: 'f|month: 6', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|month: 13', '14: |month: a month is a whole number from 1 to 12'],
  ['f|month: 1.5', '14: |month: a month is a whole number from 1 to 12'],
  ['f|month: "5"', '7: |month works on a number, not on text; write it without quotes'],
  ['"|month": 5', '7: |month needs a field before it'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
