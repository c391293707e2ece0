import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSuspect } from './suspect.ts';

const SUSPECT =
  /\^|`|["']\s{0,8}\+|\[char\]|["']\s{0,8}-f\s{0,8}["']|[a-z]""[a-z]|[a-z]"[a-z]{1,12}"[a-z]|base64string|[A-Za-z0-9+/]{32}|[-\u2013\u2014\u2015/]e[a-z]{0,15}[\s:]{1,64}\\?["']?[A-Za-z0-9+/]{4}/i;

const LETTERS = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo+/a1b';

test.each([
  ['cmd /c who^ami', true],
  [`'a' + 'b'`, true],
  [`p""ower`, true],
  ['FromBase64String(', true],
  ['powershell -enc QUJD', true],
  [`x ${LETTERS.slice(0, 32)}`, true],
  [`x ${LETTERS.slice(0, 31)} y`, false],
  [`${' '.repeat(31)}${LETTERS.slice(0, 32)}`, true],
  ['notepad.exe C:\\a.txt', false],
  ['', false],
])('%s: %s', (text, suspect) => {
  expect(isSuspect(text)).toBe(suspect);
  expect(SUSPECT.test(text)).toBe(suspect);
});

test('it says what one regular expression would', () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      'a',
      'E',
      '-e',
      '/',
      '+',
      ' ',
      '"',
      "'",
      '[char]',
      'base64',
      'string',
      '-f',
      ':',
      '\\',
      '\u2013e',
      'ſ',
      '\u212a',
    ),
    fc.integer({ min: 1, max: 34 }).map((n) => LETTERS.slice(0, n)),
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 9 }).map((p) => p.join('')),
      (text) => isSuspect(text) === SUSPECT.test(text),
    ),
    { seed: 8, numRuns: 2000 },
  );
});
