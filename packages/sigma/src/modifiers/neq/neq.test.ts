import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([
  { item: 'f|neq: a', event: { f: 'b' }, matches: true },
  { item: 'f|neq: a', event: { f: 'A' }, matches: false },
  { item: 'f|neq: 5', event: { f: '5.0' }, matches: false },
  { item: 'f|contains|neq: [a, b]', event: { f: 'xb' }, matches: false },
  { item: 'f|neq: a', event: {}, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});
