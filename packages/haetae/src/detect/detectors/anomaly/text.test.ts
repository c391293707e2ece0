import { expect, test } from 'vitest';
import { measureText } from './text.ts';

test.each([
  { text: '', length: 0, entropy: 0, symbols: 0, digits: 0, longestWord: 0 },
  { text: 'aaaa', length: 4, entropy: 0, symbols: 0, digits: 0, longestWord: 4 },
  { text: 'abcd', length: 4, entropy: 2, symbols: 0, digits: 0, longestWord: 4 },
  { text: 'net user /add a1', length: 16, entropy: 3.3, symbols: 6, digits: 6, longestWord: 4 },
  { text: '12345678', length: 8, entropy: 3, symbols: 0, digits: 100, longestWord: 8 },
  { text: '"^^"', length: 4, entropy: 1, symbols: 100, digits: 0, longestWord: 2 },
  { text: '가나다라', length: 4, entropy: 0, symbols: 0, digits: 0, longestWord: 4 },
])('$text', ({ text, ...measures }) => expect(measureText(text)).toEqual(measures));

test('of a long text the length is whole, the rest of its beginning', () => {
  const { length, digits } = measureText(`${'a'.repeat(4096)}${'1'.repeat(4096)}`);
  expect([length, digits]).toEqual([8192, 0]);
});
