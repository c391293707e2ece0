import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|week: 26', event: { f: '2025-06-23 12:27:33.462' }, matches: true },
  { item: 'f|week: 27', event: { f: '2025-06-23 12:27:33.462' }, matches: false },
  { item: 'f|week: 26', event: { f: '26' }, matches: false },
  { item: 'f|week: 26', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|week: 54', '13: |week: a week is a whole number from 1 to 53'],
  ['f|week: 1.5', '13: |week: a week is a whole number from 1 to 53'],
  ['f|week: "5"', '7: |week works on a number, not on text; write it without quotes'],
  ['"|week": 5', '7: |week needs a field before it'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
