import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|minute: 27', event: { f: '2025-06-23 12:27:33.462' }, matches: true },
  { item: 'f|minute: 28', event: { f: '2025-06-23 12:27:33.462' }, matches: false },
  { item: 'f|minute: 27', event: { f: '27' }, matches: false },
  { item: 'f|minute: 27', event: {}, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|minute: 60', '15: |minute: a minute is a whole number from 0 to 59'],
  ['f|minute: 1.5', '15: |minute: a minute is a whole number from 0 to 59'],
  ['f|minute: "5"', '7: |minute works on a number, not on text; write it without quotes'],
  ['"|minute": 5', '7: |minute needs a field before it'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
