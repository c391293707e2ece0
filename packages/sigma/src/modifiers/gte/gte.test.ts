import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|gte: 5', event: { f: '5' }, matches: true },
  { item: 'f|gte: 5', event: { f: '4' }, matches: false },
  { item: 'f|gte: 5.5', event: { f: 'x' }, matches: false },
  { item: 'f|gte: 5', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|gte: "5"', '7: |gte works on a number, not on text; write it without quotes'],
  ['f|gte: abc', '7: |gte works on a number, not on text'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
