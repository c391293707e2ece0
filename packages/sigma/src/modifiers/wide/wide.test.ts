import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|wide|base64: ab', event: { f: 'YQBiAA==' }, matches: true },
  {
    item: 'f|wide|base64offset|contains: IEX',
    event: { f: Buffer.from('x; IEX (1)', 'utf16le').toString('base64') },
    matches: true,
  },
  { item: 'f|wide|base64: 한', event: { f: 'XNU=' }, matches: true },
  { item: 'f|wide|contains: ab', event: { f: 'xa\0b\0' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([['f|wide|wide: a', '12: |wide: the value is encoded as UTF-16 already']])(
  '%s is refused: %s',
  (item, reason) => {
    expect(refusal(item)).toBe(reason);
  },
);
