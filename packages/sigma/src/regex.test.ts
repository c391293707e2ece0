import { describe, expect, test } from 'vitest';
import { compileRegex, RegexProblem } from './regex.ts';

const compiled = (pattern: string, flags = ''): ((value: string) => boolean) => {
  const made = compileRegex(pattern, { flags, from: 'anywhere', to: 'anywhere' });
  if (made instanceof RegexProblem) throw new Error(`${made.offset}: ${made.reason}`);
  return made;
};

describe('means what it means to Python', () => {
  test.each([
    { pattern: 'b', value: 'abc', found: true },
    { pattern: String.raw`\d+`, value: '٣', found: true },
    { pattern: String.raw`^[\w.]+$`, value: 'é.한_1', found: true },
    { pattern: String.raw`^[^\W_]+$`, value: 'é1', found: true },
    { pattern: String.raw`^[\W]+$`, value: 'é', found: false },
    { pattern: String.raw`^[\W]+$`, value: '-☃ ', found: true },
    { pattern: String.raw`^[\S]+$`, value: 'a☃é', found: true },
    { pattern: String.raw`[\S]`, value: '\u3000\u00a0\n', found: false },
    { pattern: String.raw`a\sb`, value: 'a\u00a0b', found: true },
    { pattern: String.raw`^\S$`, value: '\u3000', found: false },
    { pattern: '[]a]', value: ']', found: true },
    { pattern: '[^]a]', value: ']a', found: false },
    { pattern: '[a-]', value: '-', found: true },
    { pattern: '[[:]', value: ':', found: true },
    { pattern: '[+--]', value: ',', found: true },
    { pattern: 'a{,2}b', value: 'aab', found: true },
    { pattern: '^a{2}$', value: 'aaa', found: false },
    { pattern: 'a{x}', value: 'a{x}', found: true },
    { pattern: '{', value: '{', found: true },
    { pattern: String.raw`\x41\u0042\103`, value: 'ABC', found: true },
    { pattern: String.raw`\"\-\/\ \_`, value: '"-/ _', found: true },
    { pattern: String.raw`\Aa\Z`, value: 'a\n', found: false },
    { pattern: 'a$', value: 'a\n', found: true },
    { pattern: '(?P<n>a)(?:b)(?#no)c', value: 'abc', found: true },
    { pattern: '(?is)A.B', value: 'a\nb', found: true },
    { pattern: '^😀.$', value: '😀😀', found: true },
    { pattern: '(?<=a)b', value: 'ab', found: true },
    { pattern: '(?<!a)b', value: 'ab', found: false },
    { pattern: 'a(?=b)', value: 'ab', found: true },
    { pattern: 'a(?!b).$', value: 'ac\n', found: true },
    { pattern: 'a(?!b)', value: 'ab', found: false },
    { pattern: String.raw`^(?!a)\w{1,3}[.]$`, value: 'bcd.', found: true },
    { pattern: '(?m)^(?!a)b$', value: 'x\nb\ny', found: true },
    { pattern: '', value: '', found: true },
    { pattern: '(?!.*a)b', value: 'ba', found: false },
    { pattern: '^(?!.*a).*b', value: 'bcd', found: true },
    { pattern: '^(?!.*a).*b', value: 'bcda', found: false },
    { pattern: '(?<=a.*)b', value: 'axxb', found: true },
    { pattern: '(?<!a.*)b', value: 'axxb', found: false },
    { pattern: '(?=(?!ab)a.)ac', value: 'abac', found: true },
    { pattern: 'b(?i:a)c', value: 'bAc', found: true },
    { pattern: 'b(?i:a)c', value: 'bAC', found: false },
    { pattern: '(?i)a(?-i:b)', value: 'AB', found: false },
    { pattern: 'a(?i:é)', value: 'aÉ', found: true },
    { pattern: '(?s:a.)b.c', value: 'a\nb\nc', found: false },
    { pattern: '(?m:^a$)', value: 'b\na\nc', found: true },
    { pattern: String.raw`\bnet\b`, value: 'énet', found: false },
    { pattern: String.raw`\bnet\b`, value: '한net', found: false },
    { pattern: String.raw`\bnet\b`, value: '☃net ', found: true },
    { pattern: String.raw`a\Bé`, value: 'aé', found: true },
    { pattern: String.raw`(?a)\bnet\b`, value: 'énet', found: true },
    { pattern: String.raw`(?a)^\w$`, value: 'é', found: false },
    { pattern: String.raw`(?a)^[\W]$`, value: 'é', found: true },
    { pattern: '(?i)k', value: '\u212a', found: true },
    { pattern: '(?ai)k', value: '\u212a', found: false },
    { pattern: '^()*a', value: 'a', found: true },
    { pattern: '.', value: '\n', found: false },
    { pattern: '^.$', value: '\ud800', found: true },
    { pattern: '(?<=^😀)a$', value: '😀a', found: true },
  ])('$pattern in $value: $found', ({ pattern, value, found }) => {
    expect(compiled(pattern)(value)).toBe(found);
  });
});

test.each([
  ['a(b', '1: this ( is never closed'],
  ['a)', '1: this ) closes nothing'],
  ['[a', '0: this [ is never closed'],
  ['*a', '0: nothing to repeat with *'],
  ['a**', '1: two repeats in a row: **'],
  ['a++', '1: possessive ++ is not supported; write +'],
  ['a{3,2}', '1: the repeat {3,2} ends before it begins'],
  ['[z-a]', '1: no range: z-a'],
  [String.raw`\q`, '0: no escape \\q; write \\\\q for a backslash and q'],
  ['a\\', '1: a lone \\ at the end'],
  [String.raw`\xZZ`, '0: \\x needs 2 hexadecimal digits'],
  ['(?P=n)', '0: a back reference (?P=name) is not supported'],
  [String.raw`(a)\1`, '3: the back reference \\1 is not supported'],
  ['(?>a)', '0: an atomic group (?>…) is not supported; write (?:…)'],
  ['(?x)a', '0: the flag (?x) is not supported'],
  [
    'b(?i)a',
    '1: flags for the rest of a pattern are not supported; write (?i) at its beginning, or (?i:…) around the part',
  ],
  ['(?:ab{100}){100}', '11: {100} makes a pattern of 10100 steps; at most 5000'],
  ['x{900}'.repeat(6), 'undefined: a pattern of 5400 steps; at most 5000'],
  ['a{5001}', '1: {5001} makes a pattern of 5001 steps; at most 5000'],
  ['(?=a)'.repeat(21), 'undefined: more than 20 looks ahead or behind; use several patterns'],
  ['('.repeat(200), '101: nested more than 100 deep'],
])('%s is refused', (pattern, reason) => {
  expect(() => compiled(pattern)).toThrow(new Error(reason));
});

test.each(['(a+)+$', '(a|a)*b', '(a*)*c', '^(([a-z])+.)+[A-Z]([a-z])+$', '(?:a?){500}a{500}b', '(x+x+)+y'])(
  'the trap %s ends at once',
  (pattern) => {
    const began = performance.now();
    compiled(pattern)(`${'a'.repeat(50_000)}!`);
    expect(performance.now() - began).toBeLessThan(3000);
  },
);
