import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|gt: 5', event: { f: '6' }, matches: true },
  { item: 'f|gt: 5', event: { f: '5' }, matches: false },
  { item: 'f|gt: 5.5', event: { f: 'x' }, matches: false },
  { item: 'f|gt: 5', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|gt: "5"', '7: |gt works on a number, not on text; write it without quotes'],
  ['f|gt: abc', '7: |gt works on a number, not on text'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
