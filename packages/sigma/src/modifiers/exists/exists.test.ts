import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|exists: true', event: { f: '' }, matches: true },
  { item: 'f|exists: true', event: { g: 'x' }, matches: false },
  { item: 'f|exists: false', event: { g: 'x' }, matches: true },
  { item: 'f|exists: false', event: { f: '' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|exists: "yes"', '7: |exists works on true or false, not on text'],
  ['"|exists": true', '7: |exists needs a field before it'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
