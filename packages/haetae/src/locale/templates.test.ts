import { expect, test } from 'vitest';
import { sayer } from './templates.ts';

const say = sayer({
  'no modifier |{0}': '|{0:이라는/라는} 수정자는 없습니다',
  '|{0}: {1~}': '|{0}: {1~}',
  'a set of {0} (or {1})': '{1} 또는 {0}',
  'an empty {0}': '빈 {0}',
});

test.each([
  ['no modifier |containz', '|containz라는 수정자는 없습니다'],
  ['no modifier |utf8', '|utf8이라는 수정자는 없습니다'],
  ['|re: an empty search', '|re: 빈 search'],
  ['|re: what nobody knows', '|re: what nobody knows'],
  ['a set of a.b (or (c))', '(c) 또는 a.b'],
  ['an empty line\nor two', '빈 line\nor two'],
  ['nothing of these', undefined],
])('%s', (text, said) => {
  expect(say(text)).toBe(said);
});
