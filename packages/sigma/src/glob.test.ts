import { expect, test } from 'vitest';
import { glob } from './glob.ts';
import { parseText, showText } from './text.ts';

test.each([
  ['a*c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*c', 'acd', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'acb', false],
  ['*ab?d*', 'xxabcdxx', true],
  ['?', '😀', true],
  ['??', '😀', false],
  ['a?', 'a\n', true],
  ['*a?', 'a😀', true],
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['*?*?*', 'x', false],
  ['*?*?*', 'xy', true],
  ['a*?', 'a', false],
])('%s over %s: %s', (pattern, value, matches) => {
  expect(glob(parseText(pattern))(value)).toBe(matches);
});

test('many stars over a long value that nearly matches take no time', () => {
  const began = performance.now();
  expect(glob(parseText(`${'*a'.repeat(40)}*b`))(`b${'a'.repeat(20_000)}`)).toBe(false);
  expect(performance.now() - began).toBeLessThan(1000);
});

test.each([
  [String.raw`\\*`, [{ kind: 'literal', text: '\\' }, { kind: 'star' }]],
  [String.raw`\*`, [{ kind: 'literal', text: '*' }]],
  [String.raw`a\b\?`, [{ kind: 'literal', text: 'a\\b?' }]],
  [String.raw`\\\\server`, [{ kind: 'literal', text: '\\\\server' }]],
  [`${String.raw`C:\dir`}\\`, [{ kind: 'literal', text: 'C:\\dir\\' }]],
])('the text %s', (text, parts) => {
  expect(parseText(text)).toEqual(parts);
});

test('shown text keeps plain wildcards apart', () => {
  expect(showText(parseText(String.raw`a\*b*`))).toBe(String.raw`a\*b*`);
});
