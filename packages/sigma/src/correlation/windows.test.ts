import { describe, expect, test } from 'vitest';
import { correlation, hear, type Row, RULES, run, seconds } from './testing/run.ts';

/** Events of rule `a`, of user `u`, at these seconds. */
const at = (...times: readonly number[]): Row[] => times.map((t) => [t, { E: 'a', U: 'u' }]);

const counting = (condition: string, timespan = '10s', rest = ''): string =>
  RULES +
  correlation(`type: event_count\nrules: [a]\ngroup-by: [U]\ntimespan: ${timespan}\ncondition: ${condition}\n${rest}`);

describe('event_count: a window begins with an event and lasts a timespan', () => {
  test.each<[string, string, readonly number[], string[]]>([
    ['too few', '{gte: 3}', [0, 1], []],
    ['enough', '{gte: 3}', [0, 1, 2], ['found u @2 0-10 value=3 count=3']],
    [
      'more than enough: the count goes on to the end of the window',
      '{gte: 3}',
      [0, 1, 2, 9],
      ['found u @2 0-10 value=4 count=4'],
    ],
    ['exactly a timespan apart is within it', '{gte: 2}', [0, 10], ['found u @10 0-10 value=2 count=2']],
    ['a tick more is not', '{gte: 2}', [0, 10.0000001], []],
    ['a millisecond more is not', '{gte: 2}', [0, 10.001], []],
    [
      'the window slides: no bucket of the clock cuts it',
      '{gte: 3}',
      [0, 9, 11, 12],
      ['found u @12 9-19 value=3 count=3'],
    ],
    ['equal times', '{gte: 3}', [5, 5, 5], ['found u @5 5-15 value=3 count=3']],
    [
      'the next window begins behind the end of the first',
      '{gte: 2}',
      [0, 1, 10, 11, 12],
      ['found u @1 0-10 value=3 count=3', 'found u @12 11-21 value=2 count=2'],
    ],
    ['it fires again only if the condition is met again', '{gte: 2}', [0, 1, 11], ['found u @1 0-10 value=2 count=2']],
    ['gt', '{gt: 2}', [0, 1, 2], ['found u @2 0-10 value=3 count=3']],
    ['gt, not more', '{gt: 2}', [0, 1], []],
    ['one is enough', '{gte: 1}', [0], ['found u @0 0-10 value=1 count=1']],
    ['always true', '{gte: 0}', [0, 30], ['found u @0 0-10 value=1 count=1', 'found u @30 30-40 value=1 count=1']],
    [
      'a day of steady events is a finding a window',
      '{gte: 2}',
      [0, 5, 10, 15, 20, 25],
      ['found u @5 0-10 value=3 count=3', 'found u @20 15-25 value=3 count=3'],
    ],
  ])('%s', (_what, condition, times, findings) => {
    expect(run(counting(condition), at(...times))).toEqual(findings);
  });
});

describe('a condition with an upper bound is judged when the window is over', () => {
  test.each<[string, string, readonly number[], string[]]>([
    ['lt', '{lt: 3}', [0, 1], ['found u @1 0-10 value=2 count=2']],
    ['lt, too many', '{lt: 3}', [0, 1, 2], []],
    ['lt, too many later', '{lt: 3}', [0, 1, 10], []],
    ['lte', '{lte: 3}', [0, 1, 2], ['found u @2 0-10 value=3 count=3']],
    ['eq', '{eq: 2}', [0, 9], ['found u @9 0-10 value=2 count=2']],
    ['eq: a part of a larger window is none', '{eq: 2}', [0, 1, 2], []],
    ['neq', '{neq: 2}', [0, 1, 2], ['found u @2 0-10 value=3 count=3']],
    ['neq, equal', '{neq: 2}', [0, 1], []],
    ['a range', '{gt: 1, lte: 3}', [0, 1, 2], ['found u @2 0-10 value=3 count=3']],
    ['a range, below', '{gt: 1, lte: 3}', [0], []],
    ['a range, above', '{gt: 1, lte: 3}', [0, 1, 2, 3], []],
    ['a range, above, with stragglers', '{gt: 1, lte: 3}', [0, 1, 2, 3, 11], []],
    [
      'a window that a later event begins and that adds an event is one',
      '{eq: 3}',
      [0, 6, 8, 12],
      ['found u @8 0-10 value=3 count=3'],
    ],
    ['of overlapping windows the first that fits', '{eq: 3}', [0, 8, 12, 13], ['found u @13 8-18 value=3 count=3']],
    ['a window whose events are all in the one before is none', '{eq: 1}', [0, 5], []],
  ])('%s', (_what, condition, times, findings) => {
    expect(run(counting(condition), at(...times))).toEqual(findings);
  });

  test('and not told before', () => {
    const states = (condition: string): string[] =>
      hear(counting(condition), at(0, 1)).map(({ state, count }) => `${state} ${count}`);
    expect(states('{gte: 2}')).toEqual(['open 2', 'closed 2']);
    expect(states('{gte: 2, lt: 9}')).toEqual(['closed 2']);
  });
});

describe('timespans', () => {
  const day = 86_400;
  test.each<[string, number]>([
    ['90s', 90],
    ['2m', 120],
    ['1h', 3600],
    ['1d', day],
    ['1w', 7 * day],
    ['1M', 2_629_746],
    ['1y', 31_556_952],
  ])('%s', (timespan, length) => {
    expect(run(counting('{gte: 2}', timespan), at(0, length))).toHaveLength(1);
    expect(run(counting('{gte: 2}', timespan), at(0, length + 0.0001))).toHaveLength(0);
  });
});

describe('groups', () => {
  const rows: Row[] = [
    [0, { E: 'a', U: 'Ann', H: 'h1' }],
    [1, { E: 'a', U: 'bob', H: 'h1' }],
    [2, { E: 'a', U: 'ANN', H: 'h2' }],
    [3, { E: 'a', H: 'h1' }],
    [4, { E: 'a', U: 'bob', H: 'H1' }],
    [5, { E: 'a', U: '', H: 'h1' }],
    [6, { E: 'a', U: '', H: 'h1' }],
  ];
  const by = (fields: string): string =>
    RULES + correlation(`type: event_count\nrules: [a]\n${fields}timespan: 1m\ncondition: {gte: 2}`);
  test.each<[string, string, string[]]>([
    [
      'by one field, in any case; an absent field is in no group, an empty one in its own',
      'group-by: [U]\n',
      [
        'found Ann @2 0-60 value=2 count=2',
        'found bob @4 1-61 value=2 count=2',
        'found  @6 5-65 value=2 count=2'.replace('  @', ' @'),
      ],
    ],
    [
      'by several, all of them',
      'group-by: [U, H]\n',
      ['found bob/h1 @4 1-61 value=2 count=2', 'found /h1 @6 5-65 value=2 count=2'],
    ],
    ['by a text for one', 'group-by: H\n', ['found h1 @1 0-60 value=6 count=6']],
    ['by nothing', '', ['found @1 0-60 value=7 count=7']],
    ['by an empty list', 'group-by: []\n', ['found @1 0-60 value=7 count=7']],
    ['by a field that no event has', 'group-by: [Nope]\n', []],
  ])('%s', (_what, fields, findings) => {
    expect(run(by(fields), rows)).toEqual(findings);
  });

  test('the first of several values names the group', () => {
    expect(
      run(by('group-by: [U]\n'), [
        [0, { E: 'a', U: ['x', 'y'] }],
        [1, { E: 'a', U: ['x', 'z'] }],
      ]),
    ).toEqual(['found x @1 0-60 value=2 count=2']);
  });

  test('of several rules', () => {
    const text =
      RULES + correlation('type: event_count\nrules: [a, b]\ngroup-by: [U]\ntimespan: 1m\ncondition: {gte: 3}');
    const found = hear(text, [
      [0, { E: 'a', U: 'x' }],
      [1, { E: 'b', U: 'x' }],
      [2, { E: 'c', U: 'x' }],
      [3, { E: 'b', U: 'x' }],
    ]);
    expect(found.at(-1)).toMatchObject({ value: 3, counts: [1, 2] });
  });
});

test('a finding names its events: the first, the last, the one that met the condition', () => {
  const rows = at(...Array.from({ length: 30 }, (_, i) => i / 10));
  const found = hear(counting('{gte: 12}'), rows, { references: 3 }).at(-1)!;
  expect(found).toMatchObject({ state: 'closed', count: 30, value: 30, counts: [30], approximate: false });
  expect([...found.first, ...found.last].map(({ ref }) => ref)).toEqual([0, 1, 2, 27, 28, 29]);
  expect(found.met).toMatchObject({ ref: 11, rule: 0, id: '000011', detail: 'event 11' });
  expect(seconds(found)).toBe(1.1);
});
