import { describe, expect, test } from 'vitest';
import { correlation, hear, type Row, RULES, run } from './testing/run.ts';

type Value = string | number | readonly (string | number)[] | undefined;

/** Events of rule `a`, a second apart, with these values in field V. */
const having = (...values: readonly Value[]): Row[] =>
  values.map((V, t) => [t, { E: 'a', ...(V === undefined ? {} : { V }) }]);

const of = (type: string, condition: string): string =>
  RULES + correlation(`type: ${type}\nrules: [a]\ntimespan: 10m\ncondition: ${condition}`);

/** The value of the only finding; undefined when there is none. */
const theValue = (type: string, condition: string, values: readonly Value[]): number | undefined =>
  hear(of(type, condition), having(...values)).at(-1)?.value;

describe('value_count counts distinct values', () => {
  test.each<[string, string, readonly Value[], number | undefined]>([
    ['repeated ones once', '{field: V, gte: 2}', ['x', 'x', 'y', 'x'], 2],
    ['not enough of them', '{field: V, gte: 3}', ['x', 'x', 'y', 'x'], undefined],
    ['in any case', '{field: V, gte: 2}', ['x', 'X'], undefined],
    ['an event without the field is not counted', '{field: V, gte: 2}', ['x', undefined, undefined], undefined],
    ['an empty value is one', '{field: V, gte: 2}', ['x', ''], 2],
    ['each of several values of an event', '{field: V, gte: 3}', [['x', 'y'], ['z']], 3],
    ['numbers', '{field: V, gt: 1}', [1, 2, 2], 2],
    ['an upper bound', '{field: V, lt: 3}', ['x', 'y'], 2],
    ['an upper bound, too many', '{field: V, lt: 3}', ['x', 'y', 'z'], undefined],
    ['a range', '{field: V, gte: 2, lte: 3}', ['x', 'y', 'z'], 3],
    ['exactly', '{field: V, eq: 1}', ['x', 'x'], 1],
    ['other than', '{field: V, neq: 1}', ['x', 'x'], undefined],
  ])('%s', (_what, condition, values, value) => {
    expect(theValue('value_count', condition, values)).toBe(value);
  });

  test('values leave with their events as the window slides', () => {
    const text = RULES + correlation('type: value_count\nrules: [a]\ntimespan: 10s\ncondition: {field: V, gte: 3}');
    const rows: Row[] = [
      [0, { E: 'a', V: 'x' }],
      [5, { E: 'a', V: 'y' }],
      [11, { E: 'a', V: 'z' }],
      [12, { E: 'a', V: 'y' }],
      [14, { E: 'a', V: 'x' }],
    ];
    expect(run(text, rows)).toEqual(['found @14 5-15 value=3 count=4']);
  });

  test('several fields count as one value together', () => {
    const rows: Row[] = [
      [0, { E: 'a', V: 'x', W: '1' }],
      [1, { E: 'a', V: 'x', W: '2' }],
      [2, { E: 'a', V: 'x' }],
      [3, { E: 'a', V: 'x', W: '2' }],
      [4, { E: 'a', V: 'y', W: '2' }],
    ];
    expect(run(of('value_count', '{field: [V, W], gte: 3}'), rows)).toEqual(['found @4 0-600 value=3 count=4']);
  });

  test('some of the values are told, as they were first written', () => {
    expect(hear(of('value_count', '{field: V, gte: 2}'), having('Ann', 'bob', 'ANN', 'Cy')).at(-1)!.values).toEqual([
      'Ann',
      'bob',
      'Cy',
    ]);
  });
});

describe('sums and averages', () => {
  test.each<[string, string, string, readonly Value[], number | undefined]>([
    ['a sum', 'value_sum', '{field: V, gt: 10}', [4, 6, 1], 11],
    ['a sum, not enough', 'value_sum', '{field: V, gt: 11}', [4, 6, 1], undefined],
    ['a sum of fractions is exact', 'value_sum', '{field: V, gte: 1}', Array(10).fill('0.1'), 1],
    ['hexadecimal as Windows writes it', 'value_sum', '{field: V, gte: 1}', ['0x10', '0xFF'], 271],
    [
      'large and small do not swallow each other',
      'value_sum',
      '{field: V, gte: 1}',
      ['1e16', 1, 1],
      10_000_000_000_000_002,
    ],
    ['what is no number is not counted', 'value_sum', '{field: V, gte: 1}', ['x', '', '12 MB', 3], 3],
    ['a sum below', 'value_sum', '{field: V, lt: 10}', [4, 5], 9],
    ['an average', 'value_avg', '{field: V, gt: 500}', [400, 600, 800], 600],
    ['an average, not enough', 'value_avg', '{field: V, gt: 500}', [400, 600], undefined],
    [
      'an average is of the whole window, not of its beginning',
      'value_avg',
      '{field: V, gt: 500}',
      [900, 0, 0],
      undefined,
    ],
    ['an average may be compared with a fraction', 'value_avg', '{field: V, gte: 1.5}', [1, 2], 1.5],
    ['an average below', 'value_avg', '{field: V, lt: 2}', [1, 2], 1.5],
    ['an average in a range', 'value_avg', '{field: V, gt: 1, lt: 2}', [1, 2], 1.5],
  ])('%s', (_what, type, condition, values, value) => {
    expect(theValue(type, condition, values)).toBe(value);
  });

  test('numbers leave with their events as the window slides', () => {
    const text = RULES + correlation('type: value_sum\nrules: [a]\ntimespan: 10s\ncondition: {field: V, gte: 10}');
    const rows: Row[] = [
      [0, { E: 'a', V: 9 }],
      [11, { E: 'a', V: 4 }],
      [15, { E: 'a', V: 5 }],
      [20, { E: 'a', V: 1 }],
    ];
    expect(run(text, rows)).toEqual(['found @20 11-21 value=10 count=3']);
  });
});

describe('median and percentiles', () => {
  const hundred = Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
  test.each<[string, string, string, readonly Value[], number | undefined]>([
    ['the median of an odd number', 'value_median', '{field: V, gte: 3}', [9, 1, 3], 3],
    ['the median of an even number is between', 'value_median', '{field: V, gte: 2}', [1, 2, 3, 100], 2.5],
    ['the median, not enough', 'value_median', '{field: V, gt: 3}', [9, 1, 3], undefined],
    ['the median below', 'value_median', '{field: V, lt: 4}', [9, 1, 3], 3],
    ['percentile 95', 'value_percentile', '{field: V, percentile: 95, gte: 1}', hundred, 95],
    ['percentile 0 is the least', 'value_percentile', '{field: V, percentile: 0, gte: -5}', [4, -2, 7], -2],
    ['percentile 100 is the greatest', 'value_percentile', '{field: V, percentile: 100, gte: 0}', [4, -2, 7], 7],
    ['a percentile between two values', 'value_percentile', '{field: V, percentile: 25, gt: 0}', [10, 20], 12.5],
    ['a fraction of a per cent', 'value_percentile', '{field: V, percentile: 99.5, gt: 0}', hundred, 99.5],
    ['a percentile, not enough', 'value_percentile', '{field: V, percentile: 50, gt: 100}', hundred, undefined],
  ])('%s', (_what, type, condition, values, value) => {
    expect(theValue(type, condition, values)).toBe(value);
  });
});

describe("value_percentile without a percentile is about rare values, as in the specification's example", () => {
  const common = Array<Value>(99).fill('svchost.exe');
  test.each<[string, string, readonly Value[], string[]]>([
    ['one in a hundred', '{field: V, lte: 1}', [...common, 'odd.exe'], ['found @99 0-600 value=1 count=100']],
    ['two in a hundred is more', '{field: V, lte: 1}', [...common.slice(1), 'odd.exe', 'odd.exe'], []],
    [
      'two rare ones',
      '{field: V, lt: 2}',
      [...common.slice(1), 'odd.exe', 'odder.exe'],
      ['found @99 0-600 value=1 count=100'],
    ],
    ['few events have no rare value', '{field: V, lte: 1}', ['a', 'b'], []],
    ['a value that nearly all have', '{field: V, gte: 90}', ['a', ...common], ['found @99 0-600 value=99 count=100']],
  ])('%s', (_what, condition, values, findings) => {
    expect(run(of('value_percentile', condition), having(...values))).toEqual(findings);
  });

  test('the rare values are told', () => {
    const rows = [...common, 'odd.exe'].map((V, i): Row => [i / 10, { E: 'a', V: V as string }]);
    expect(hear(of('value_percentile', '{field: V, lte: 1}'), rows).at(-1)!.values).toEqual(['odd.exe']);
  });
});
