import { describe, expect, test } from 'vitest';
import { correlation, hear, type Row, RULES, run } from './testing/run.ts';

/** `a0 b3.5 a4` as events of those rules at those seconds, all of user `u` unless `a0:v` says another. */
const events = (text: string): Row[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [, E, t, , U] = /^(\w)([\d.]+)(:(\w+))?$/.exec(word)!;
      return [Number(t), { E: E!, U: U ?? 'u' }];
    });

const temporal = (rules: string, condition = '', type = 'temporal'): string =>
  RULES +
  correlation(
    `type: ${type}\n${rules === '' ? '' : `rules: ${rules}\n`}group-by: [U]\ntimespan: 10s\n${condition === '' ? '' : `condition: ${condition}`}`,
  );

describe('temporal: all rules within a timespan, in any order', () => {
  test.each<[string, string, string[]]>([
    ['in order', 'a0 b1 c2', ['found u @2 0-10 value=3 count=3']],
    ['in another order', 'c0 a1 b2', ['found u @2 0-10 value=3 count=3']],
    ['one missing', 'a0 b1 b2 a3', []],
    ['exactly a timespan', 'a0 b5 c10', ['found u @10 0-10 value=3 count=3']],
    ['longer', 'a0 b5 c10.001', []],
    ['the latest of repeated ones counts', 'a0 a5 b11 c12', ['found u @12 5-15 value=3 count=3']],
    ['of another group', 'a0 b1:v c2', []],
    ['at one time', 'a5 b5 c5', ['found u @5 5-15 value=3 count=3']],
    ['further events are counted', 'a0 b1 c2 a3 b10', ['found u @2 0-10 value=3 count=5']],
    [
      'again, behind the window',
      'a0 b1 c2 a11 b12 c13',
      ['found u @2 0-10 value=3 count=3', 'found u @13 11-21 value=3 count=3'],
    ],
    ['not again out of what was counted', 'a0 b1 c9 a11 b12', ['found u @9 0-10 value=3 count=3']],
  ])('%s', (_what, rows, findings) => {
    expect(run(temporal('[a, b, c]'), events(rows))).toEqual(findings);
  });

  test.each<[string, string, string, string[]]>([
    ['two of three', '{gte: 2}', 'a0 c1', ['found u @1 0-10 value=2 count=2']],
    ['two of three, one rule twice', '{gte: 2}', 'a0 a1', []],
    ['more than one', '{gt: 1}', 'c0 b1', ['found u @1 0-10 value=2 count=2']],
    ['exactly two', '{eq: 2}', 'a0 b1', ['found u @1 0-10 value=2 count=2']],
    ['exactly two, three', '{eq: 2}', 'a0 b1 c9', []],
    ['fewer than three', '{lt: 3}', 'a0 b1', ['found u @1 0-10 value=2 count=2']],
  ])('%s', (_what, condition, rows, findings) => {
    expect(run(temporal('[a, b, c]', condition), events(rows))).toEqual(findings);
  });

  test('one event may match several rules', () => {
    const two = RULES.replace('s: {E: b}', 's: {U: u}');
    const text = two + correlation('type: temporal\nrules: [a, b]\ntimespan: 10s');
    expect(run(text, [[0, { E: 'a', U: 'u' }]])).toEqual(['found @0 0-10 value=2 count=2']);
  });
});

describe('temporal_ordered: in the order of the rules', () => {
  test.each<[string, string, string[]]>([
    ['in order', 'a0 b1 c2', ['found u @2 0-10 value=3 count=3']],
    ['in another order', 'a0 c1 b2', []],
    ['the right order within the wrong one', 'b0 a1 b2 a3 c4', ['found u @4 0-10 value=3 count=5']],
    ['equal times follow each other either way', 'c5 b5 a5', ['found u @5 5-15 value=3 count=3']],
    ['equal times in part', 'a0 c3 b3', ['found u @3 0-10 value=3 count=3']],
    ['out of order by a tick', 'a0 b3.0000001 c3', []],
    ['exactly a timespan', 'a0 b5 c10', ['found u @10 0-10 value=3 count=3']],
    ['longer', 'a0 b5 c10.001', []],
    ['the latest beginning counts', 'a0 a5 b11 c12', ['found u @12 5-15 value=3 count=3']],
    ['a later beginning that is too late does not hide the first', 'a0 b1 a2 c3', ['found u @3 0-10 value=3 count=4']],
    [
      'again, behind the window',
      'a0 b1 c2 c11 b12 a13 b14 c15',
      ['found u @2 0-10 value=3 count=3', 'found u @15 11-21 value=3 count=5'],
    ],
    ['of another group', 'a0 b1:v c2', []],
  ])('%s', (_what, rows, findings) => {
    expect(run(temporal('[a, b, c]', '', 'temporal_ordered'), events(rows))).toEqual(findings);
  });

  test.each<[string, string, string, string[]]>([
    ['two of three in order', '{gte: 2}', 'a0 c1', ['found u @1 0-10 value=2 count=2']],
    ['two of three, in another order', '{gte: 2}', 'c0 a1', []],
    ['two of three at one time', '{gte: 2}', 'c5 a5', ['found u @5 5-15 value=2 count=2']],
  ])('%s', (_what, condition, rows, findings) => {
    expect(run(temporal('[a, b, c]', condition, 'temporal_ordered'), events(rows))).toEqual(findings);
  });

  test('one event is one step', () => {
    const two = RULES.replace('s: {E: b}', 's: {U: u}');
    const text = two + correlation('type: temporal_ordered\nrules: [a, b]\ntimespan: 10s');
    expect(run(text, [[0, { E: 'a', U: 'u' }]])).toEqual([]);
    expect(
      run(text, [
        [0, { E: 'a', U: 'u' }],
        [0, { E: 'x', U: 'u' }],
      ]),
    ).toEqual(['found @0 0-10 value=2 count=3']);
  });
});

describe('boolean conditions', () => {
  test.each<[string, string, string, string[]]>([
    ['or', 'a or b', 'b1', ['found u @1 1-11 value=1 count=1']],
    ['and binds before or', 'a or b and c', 'b0 c1', ['found u @1 0-10 value=2 count=2']],
    ['and binds before or, half', 'a or b and c', 'c1', []],
    ['parentheses', '(a or b) and c', 'b0 c1', ['found u @1 0-10 value=2 count=2']],
    ['parentheses, half', '(a or b) and c', 'a0 b1', []],
    ['two of', '2 of them and a', 'a0 c1', ['found u @1 0-10 value=2 count=2']],
    ['not', 'a and b and not c', 'a0 b1', ['found u @1 0-10 value=2 count=2']],
    ['not: c before', 'a and b and not c', 'c0 a1 b2', []],
    ['not: c between', 'a and b and not c', 'a0 c1 b2', []],
    ['not: c later in the window', 'a and b and not c', 'a0 b1 c10', []],
    ['not: c behind the window', 'a and b and not c', 'a0 b1 c10.001', ['found u @1 0-10 value=2 count=2']],
    [
      'not: c before a window that adds an event',
      'a and b and not c',
      'c0 a4 b11',
      ['found u @11 4-14 value=2 count=2'],
    ],
    ['not: c of another group', 'a and b and not c', 'a0 c1:v b2', ['found u @2 0-10 value=2 count=2']],
    ['not of several', 'a and not (b or c)', 'a0', ['found u @0 0-10 value=1 count=1']],
    ['not of several, one there', 'a and not (b or c)', 'a0 c5', []],
    ['not all of several', 'a and not (b and c)', 'a0 c5', ['found u @5 0-10 value=2 count=2']],
    [
      'a rule that must and must not',
      'a and b and c or a and not b and not c',
      'a0',
      ['found u @0 0-10 value=1 count=1'],
    ],
  ])('%s', (_what, condition, rows, findings) => {
    const rules = ['a', 'b', 'c'].filter(
      (rule) => condition === '2 of them and a' || new RegExp(`\\b${rule}\\b`).test(condition),
    );
    expect(run(temporal(`[${rules}]`, `'${condition}'`), events(rows))).toEqual(findings);
  });

  test('the rules may be left out: they are those of the condition', () => {
    expect(run(temporal('', 'b and not a'), events('b0'))).toEqual(['found u @0 0-10 value=1 count=1']);
  });

  test.each<[string, string, string[]]>([
    ['in order', 'a0 b1', ['found u @1 0-10 value=2 count=2']],
    ['in another order', 'b0 a1', []],
    ['with what must not be', 'a0 b1 c2', []],
  ])('of temporal_ordered: %s', (_what, rows, findings) => {
    expect(run(temporal('[a, b, c]', 'a and b and not c', 'temporal_ordered'), events(rows))).toEqual(findings);
  });

  test('only what has no not is told before the window is over', () => {
    const states = (condition: string): string[] =>
      hear(temporal('', condition), events('a0 b1')).map(({ state }) => state);
    expect(states('a and b')).toEqual(['open', 'closed']);
    expect(states('a and b and not c')).toEqual(['closed']);
  });
});
