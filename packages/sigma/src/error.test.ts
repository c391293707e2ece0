import { expect, test } from 'vitest';
import { didYouMean, SigmaError } from './error.ts';

test('an error says where, what to switch on, and keeps its cause', () => {
  const cause = new Error('inner');
  const error = new SigmaError(
    'unknown-modifier',
    'no modifier |containz',
    { file: 'rules/proc.yml', line: 12, column: 19 },
    cause,
  );
  expect(error.message).toBe('rules/proc.yml:12:19: no modifier |containz');
  expect(error).toMatchObject({ code: 'unknown-modifier', severity: 'error', line: 12, column: 19, cause });
});

test.each([
  ['containz', '; did you mean contains?'],
  ['endwith', '; did you mean endswith?'],
  ['cotnains', '; did you mean contains?'],
  ['Contains', '; did you mean contains?'],
  ['base46', '; did you mean base64?'],
  ['xyzzy', ''],
  ['', ''],
])('%s%s', (word, hint) => {
  expect(didYouMean(word, ['contains', 'endswith', 'base64'])).toBe(hint);
});
