import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|utf16le|base64: ab', event: { f: 'YQBiAA==' }, matches: true },
  {
    item: 'f|utf16le|base64offset|contains: IEX',
    event: { f: Buffer.from('x; IEX (1)', 'utf16le').toString('base64') },
    matches: true,
  },
  { item: 'f|utf16le|base64: 한', event: { f: 'XNU=' }, matches: true },
  { item: 'f|utf16le|contains: ab', event: { f: 'xa\0b\0' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([['f|utf16le|utf16le: a', '15: |utf16le: the value is encoded as UTF-16 already']])(
  '%s is refused: %s',
  (item, reason) => {
    expect(refusal(item)).toBe(reason);
  },
);
