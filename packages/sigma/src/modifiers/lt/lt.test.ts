import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|lt: 5', event: { f: '4' }, matches: true },
  { item: 'f|lt: 5', event: { f: '6' }, matches: false },
  { item: 'f|lt: 5.5', event: { f: 'x' }, matches: false },
  { item: 'f|lt: 5', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|lt: "5"', '7: |lt works on a number, not on text; write it without quotes'],
  ['f|lt: abc', '7: |lt works on a number, not on text'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
