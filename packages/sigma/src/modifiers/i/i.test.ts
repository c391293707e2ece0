import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|re|i: AB', event: { f: 'xaBx' }, matches: true },
  { item: 'f|re|ignorecase: AB', event: { f: 'ab' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([['f|contains|i: a', '16: |i works on a regular expression (|re), not on text']])(
  '%s is refused: %s',
  (item, reason) => {
    expect(refusal(item)).toBe(reason);
  },
);
