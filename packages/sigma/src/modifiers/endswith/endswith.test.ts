import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([
  { item: String.raw`f|endswith: '\Cmd.exe'`, event: { f: String.raw`C:\W\cmd.EXE` }, matches: true },
  { item: String.raw`f|endswith: '\cmd.exe'`, event: { f: 'cmd.exe' }, matches: false },
  { item: 'f|re|endswith: b|c', event: { f: 'abc' }, matches: true },
  { item: 'f|re|endswith: a|b', event: { f: 'abc' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});
