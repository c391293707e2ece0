import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|base64: foobar', event: { f: 'Zm9vYmFy' }, matches: true },
  { item: 'f|base64|contains: "ab"', event: { f: 'xYWI=x' }, matches: true },
  { item: 'f|base64|contains: 한', event: { f: '7ZWc' }, matches: true },
  { item: 'f|base64: 12', event: { f: 'MTI=' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  [
    'f|contains|base64: foo',
    '16: |base64: a wildcard cannot be encoded; put contains, startswith or endswith behind the encoding',
  ],
  ['f|re|base64: foo', '10: |base64 works on text, not on a regular expression (|re)'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
