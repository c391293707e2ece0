import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|re|s: a.c', event: { f: 'a\nc' }, matches: true },
  { item: 'f|re|dotall: a.c', event: { f: 'a\nc' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([['f|contains|s: a', '16: |s works on a regular expression (|re), not on text']])(
  '%s is refused: %s',
  (item, reason) => {
    expect(refusal(item)).toBe(reason);
  },
);
