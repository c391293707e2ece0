import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|year: 2025', event: { f: '2025-06-23 12:27:33.462' }, matches: true },
  { item: 'f|year: 2026', event: { f: '2025-06-23 12:27:33.462' }, matches: false },
  { item: 'f|year: 2025', event: { f: '2025' }, matches: false },
  { item: 'f|year: 2025', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|year: 10000', '13: |year: a year is a whole number from 1 to 9999'],
  ['f|year: 1.5', '13: |year: a year is a whole number from 1 to 9999'],
  ['f|year: "5"', '7: |year works on a number, not on text; write it without quotes'],
  ['"|year": 5', '7: |year needs a field before it'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
