import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([
  { item: 'f|utf16|base64: ab', event: { f: '//5hAGIA' }, matches: true },
  { item: 'f|utf16|base64: ab', event: { f: 'YQBiAA==' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});
