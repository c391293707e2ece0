import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|re: b.d', event: { f: 'abcde' }, matches: true },
  { item: 'f|re: B', event: { f: 'b' }, matches: false },
  { item: 'f|re: a.c', event: { f: 'a\nc' }, matches: false },
  { item: 'f|re: a.c', event: { f: 'a\rc' }, matches: true },
  { item: 'f|re: (?i)AB', event: { f: 'xab' }, matches: true },
  { item: 'f|re: c$', event: { f: 'abc\n' }, matches: true },
  { item: 'f|re: c$', event: { f: 'c\n\n' }, matches: false },
  { item: String.raw`f|re: '^\w+$'`, event: { f: '한글ü_1' }, matches: true },
  { item: String.raw`f|re: '\\[0-9a-f]{8}\.txt$'`, event: { f: String.raw`C:\0123abcd.txt` }, matches: true },
  { item: 'f|re: 5', event: { f: '15' }, matches: true },
  { item: 'f|re: [x, b]', event: { f: 'abc' }, matches: true },
  { item: '"|re": b.d', event: { x: 'bcd' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|re: "a("', '11: this ( is never closed (at character 2 of the pattern)'],
  ['f|re: a\\1', '11: the back reference \\1 is not supported (at character 2 of the pattern)'],
  ['f|contains|re: a', '16: |re takes the value as it is written; it cannot follow |contains'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
