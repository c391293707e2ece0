import { expect, test } from 'vitest';
import { StoreError } from '../../store/index.ts';
import { languageOf, problemOf } from './problem.ts';

test.each([
  [undefined, 'en'],
  ['ko', 'ko'],
  ['ko-KR,ko;q=0.9,en-US;q=0.8', 'ko'],
  ['en;q=0.9,ko;q=0.8', 'en'],
  ['fr,ko;q=0.1', 'ko'],
  ['ko;q=0', 'en'],
  ['*', 'en'],
])('Accept-Language %s is answered in %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

test('an error of the store is told in the language asked for, with its detail', () => {
  const error = new StoreError('full', '/var/lib/haetae: 0 bytes left');
  expect(problemOf(error)).toMatchObject({ status: 507, code: 'full', message: '/var/lib/haetae: 0 bytes left' });
  expect(problemOf(error, 'ko')!.message).toBe('디스크 공간이 부족합니다: /var/lib/haetae: 0 bytes left');
});
