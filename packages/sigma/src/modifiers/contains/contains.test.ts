import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([
  { item: String.raw`f|contains: '\foo\'`, event: { f: String.raw`C:\FOO\x` }, matches: true },
  { item: String.raw`f|contains: '\foo\'`, event: { f: String.raw`C:\foo` }, matches: false },
  { item: 'f|contains: "a*c"', event: { f: 'xx a\nb c yy' }, matches: true },
  { item: String.raw`f|contains: 'a\*c'`, event: { f: 'a*c' }, matches: true },
  { item: String.raw`f|contains: 'a\*c'`, event: { f: 'abc' }, matches: false },
  { item: 'f|contains: 00000429', event: { f: 'x00000429' }, matches: true },
  { item: 'f|contains: 443', event: { f: ':4430' }, matches: true },
  { item: 'f|contains: ""', event: { f: '' }, matches: true },
  { item: 'f|contains: ""', event: { g: 'x' }, matches: false },
  { item: 'f|contains: b', event: { f: ['a', 'abc'] }, matches: true },
  { item: 'f|contains: x', event: { F: 'x' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});
