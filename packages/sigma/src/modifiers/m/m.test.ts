import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|re|m: ^b$', event: { f: 'a\nb\nc' }, matches: true },
  { item: 'f|re: ^b$', event: { f: 'a\nb\nc' }, matches: false },
  { item: 'f|re|multiline|i: ^B', event: { f: 'a\nb' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([['f|contains|m: a', '16: |m works on a regular expression (|re), not on text']])(
  '%s is refused: %s',
  (item, reason) => {
    expect(refusal(item)).toBe(reason);
  },
);
