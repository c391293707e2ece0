import { expect, test } from 'vitest';
import { systemLanguage, wordsOf } from './language.ts';

test.each([
  [{ LANG: 'ko_KR.UTF-8' }, 'en-US', 'ko'],
  [{ LANG: 'en_US.UTF-8' }, 'ko-KR', 'en'],
  [{ LC_ALL: 'ko_KR.EUC-KR', LANG: 'en_US.UTF-8' }, 'en-US', 'ko'],
  [{ LANG: 'C.UTF-8' }, 'en-US', 'en'],
  [{}, 'ko-KR', 'ko'],
  [{}, 'kok-IN', 'en'],
])('%j on a %s runtime speaks %s', (env, runtime, language) => {
  expect(systemLanguage(env, runtime)).toBe(language);
});

/** Every leaf as `path: text`, functions called with marks that must come out again. */
function leaves(value: unknown, path: string): string[] {
  if (typeof value === 'string') return [`${path}: ${value}`];
  if (typeof value === 'function') {
    const marks = Array.from({ length: value.length }, (_, i) => `<${i}>`);
    return [`${path}: ${(value as (...args: string[]) => string)(...marks)}`];
  }
  return Object.entries(value as object).flatMap(([key, child]) => leaves(child, `${path}.${key}`));
}

test.each(['ko', 'en'] as const)('every word of %s is there and keeps its parameters', (language) => {
  for (const [i, line] of leaves(wordsOf(language), '').entries()) {
    expect(line).not.toMatch(/: $/);
    const marks = (text: string) => [...text.matchAll(/<\d>/g)].map(String).sort();
    expect(marks(line)).toEqual(marks(leaves(wordsOf('en'), '')[i]!));
  }
});

test('Korean has Hangul wherever English has words, save for names that both write alike', () => {
  const same = leaves(wordsOf('ko'), '').filter((line, i) => line === leaves(wordsOf('en'), '')[i]);
  const words = same.map((line) => line.replace(/^[^:]*: /, '').replace(/ATT&CK|SHA-256|<\d>/g, ''));
  expect(words.filter((text) => /[A-Za-z]/.test(text))).toEqual([]);
});
