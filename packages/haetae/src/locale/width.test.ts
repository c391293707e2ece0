import { expect, test } from 'vitest';
import { cut, padEnd, printable, width, wrap } from './width.ts';

test.each([
  ['한글abc', 7],
  ['한글'.normalize('NFD'), 4],
  ['日本', 4],
  ['cmd.exe', 7],
  ['カタカナひらがな', 16],
  ['é', 1],
  ['👍🏽', 2],
  ['…', 1],
  ['■ 심각', 6],
  ['', 0],
])('%s takes %i columns', (text, columns) => {
  expect(width(text)).toBe(columns);
});

test('Hangul is padded and cut by columns, never through a letter', () => {
  expect(padEnd('수준', 6)).toBe('수준  ');
  expect(cut('해태가 지킨다', 7)).toBe('해태가…');
  expect(cut('해태가 지킨다', 6)).toBe('해태…');
  expect(cut('short', 5)).toBe('short');
});

test('text is folded at blanks, and within a word only when it must be', () => {
  expect(wrap('powershell -enc AAAABBBBCCCC end', 12)).toEqual(['powershell', '-enc', 'AAAABBBBCCCC', 'end']);
  expect(wrap('AAAABBBBCCCC', 5)).toEqual(['AAAAB', 'BBBCC', 'CC']);
  expect(wrap('가나다라', 4)).toEqual(['가나', '다라']);
});

test('log text cannot drive the terminal', () => {
  expect(printable('a\u001b[2Jb\u202ec\r\nd\te')).toBe('a\\x1b[2Jb\\u{202e}c\\r\\nd e');
});
