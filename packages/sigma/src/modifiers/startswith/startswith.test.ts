import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([
  { item: 'f|startswith: Ab', event: { f: 'aBc' }, matches: true },
  { item: 'f|startswith: b', event: { f: 'abc' }, matches: false },
  { item: 'f|startswith: "a?c"', event: { f: 'a😀cd' }, matches: true },
  { item: 'f|re|startswith: b+', event: { f: 'bbc' }, matches: true },
  { item: 'f|re|startswith: b+', event: { f: 'abb' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});
