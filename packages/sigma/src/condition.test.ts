import { expect, test } from 'vitest';
import { parseCondition } from './condition.ts';
import type { Condition } from './rule.ts';

const NAMES = ['sel', 'sel_a', 'sel_b', 'filter_main_x', '_hidden'];
const parse = (text: string): Condition => parseCondition(text, { line: 1, column: 1 }, NAMES, undefined);

/** The tree in prefix form: (and sel (not …)). */
function show(c: Condition): string {
  switch (c.kind) {
    case 'search':
      return c.name;
    case 'not':
      return `(not ${show(c.of)})`;
    case 'of':
      return `(${c.atLeast} of ${c.names.join(' ')})`;
    default:
      return `(${c.kind} ${c.of.map(show).join(' ')})`;
  }
}

test.each([
  ['sel', 'sel'],
  ['sel and not filter_main_x', '(and sel (not filter_main_x))'],
  ['sel or sel_a and sel_b', '(or sel (and sel_a sel_b))'],
  ['(sel or sel_a) and sel_b', '(and (or sel sel_a) sel_b)'],
  ['not not sel', '(not (not sel))'],
  ['NOT sel AND sel_a', '(and (not sel) sel_a)'],
  ['1 of sel*', '(1 of sel sel_a sel_b)'],
  ['all of sel_*', '(2 of sel_a sel_b)'],
  ['any of sel_*', '(1 of sel_a sel_b)'],
  ['2 of them', '(2 of sel sel_a sel_b filter_main_x)'],
  ['all of them', '(4 of sel sel_a sel_b filter_main_x)'],
  ['1 of _hid*', '(1 of _hidden)'],
  ['1 of f*_x', '(1 of filter_main_x)'],
  ['1 of *', '(1 of sel sel_a sel_b filter_main_x)'],
  ['sel and\n  not 1 of filter_*', '(and sel (not (1 of filter_main_x)))'],
])('%s', (text, tree) => {
  expect(show(parse(text))).toBe(tree);
});

test.each([
  ['', '1:1: an empty condition'],
  ['sel and', '1:5: the condition ends where a search is expected'],
  ['and sel', "1:1: a search is expected before 'and'"],
  ['sel sel_a', "1:5: 'and' or 'or' is expected before sel_a"],
  ['(sel', '1:1: this ( is never closed'],
  ['sel)', '1:4: this ) closes nothing'],
  ['sel and\n  sle_a', '2:3: no search is called sle_a; did you mean sel_a?'],
  ['5 of sel_*', '1:1: 5 of sel_* can never hold: it means 2 searches'],
  ['some of them', "1:1: 'some of' is neither a count, 'any' nor 'all'"],
  ['1 of', "1:1: '1 of' needs a pattern of search names, or them"],
  ['sel & sel_a', '1:5: unexpected & in a condition'],
  [`${'('.repeat(101)}sel`, '1:101: nested more than 100 deep'],
])('%j is refused', (text, message) => {
  expect(() => parse(text)).toThrow(`<rule>:${message}`);
});
