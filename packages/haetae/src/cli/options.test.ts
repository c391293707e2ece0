import { describe, expect, test } from 'vitest';
import { parseZone, wordsOf } from '../locale/index.ts';
import { languageFlag, levelOption, pathsOption, rangeOption, threadsOption, zoneOption } from './options.ts';
import { UsageError } from './usage.ts';

const words = wordsOf('en');
const seoul = parseZone('KST')!;

test.each([
  ['high', 'high'],
  ['HIGH', 'high'],
  ['info', 'informational'],
  ['높음', 'high'],
])('--min-level %s is %s', (text, level) => {
  expect(levelOption('--min-level', text, wordsOf('ko'))).toBe(level);
});

test('--from and --to are read in the zone, and a bare end date includes its day', () => {
  const range = rangeOption({ from: '2025-06-23', to: '2025-06-23' }, seoul, words);
  expect(range).toEqual({ from: Date.parse('2025-06-22T15:00:00Z'), to: Date.parse('2025-06-23T14:59:59.999Z') });
  expect(rangeOption({}, seoul, words)).toEqual({ from: -Infinity, to: Infinity });
});

describe('what cannot be done as asked is a usage error that says what to do', () => {
  test.each([
    [
      () => zoneOption('Mars', words),
      '--timezone Mars: no such time zone. Give a name such as Asia/Seoul, or an offset such as +09:00.',
    ],
    [
      () => rangeOption({ from: 'soon' }, seoul, words),
      '--from soon: not a time. Give ISO 8601, such as 2025-06-23T09:00 or 2025-06-23.',
    ],
    [() => rangeOption({ from: '2025-06-24', to: '2025-06-23' }, seoul, words), '--from is later than --to.'],
    [
      () => levelOption('--fail-on', 'bad', words),
      '--fail-on bad: no such level. Levels are informational, low, medium, high, critical.',
    ],
    [() => threadsOption('0', words), '--threads 0: give a whole number from 1 to 64.'],
    [() => pathsOption(['-', '-'], words), 'Standard input (-) can be read once only.'],
  ])('%#', (ask, message) => {
    expect(ask).toThrow(new UsageError(message));
  });
});

test.each([
  [['scan', '--lang', 'ko', 'x'], 'ko'],
  [['scan', '--lang=en'], 'en'],
  [['scan', 'x'], undefined],
])('%j asks for language %s', (argv, language) => {
  expect(languageFlag(argv)).toBe(language);
});
