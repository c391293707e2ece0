import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([
  { item: 'f|cased: Ab', event: { f: 'Ab' }, matches: true },
  { item: 'f|cased: Ab', event: { f: 'AB' }, matches: false },
  { item: 'f|contains|cased: B', event: { f: 'aBc' }, matches: true },
  { item: 'f|cased|contains: B', event: { f: 'abc' }, matches: false },
  { item: '"|cased": B', event: { x: 'abc' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});
