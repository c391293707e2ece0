import { CHECKS, lintText } from '@haetae/sigma';
import { expect, test } from 'vitest';
import { wordsOf } from '../packages/haetae/src/locale/index.ts';
import { lintAdvice } from '../packages/haetae/src/rules/advice.ts';
import { SAMPLES } from '../packages/sigma/src/lint/testing/samples.ts';
import { SUBCATEGORIES } from '../packages/sigma/src/windows/audit.ts';

const { check, ready } = wordsOf('ko').ruleTools;
const HANGUL = /[가-힣]/;

test('every check says in Korean what it finds', () => {
  const silent = Object.entries(CHECKS).filter(([id, { what }]) => !HANGUL.test(check.what(id, what)));
  expect(silent.map(([id]) => id)).toEqual([]);
});

test('what the linter says of its samples is said in Korean', () => {
  const advice = lintAdvice(check);
  const english = new Set<string>();
  // What is wrong with YAML is told by its own parser.
  for (const { text, file } of SAMPLES)
    for (const { check: id, message } of lintText(text, { ...advice, ...(file === undefined ? {} : { file }) }))
      if (id !== 'yaml' && !HANGUL.test(check.said(message))) english.add(message);
  expect([...english]).toEqual([]);
});

test('every audit policy has its Korean name', () => {
  const names = SUBCATEGORIES.flatMap(({ category, name }) => [category, name]);
  expect(names.filter((name) => name !== 'SAM' && !HANGUL.test(ready.named(name)))).toEqual([]);
});
