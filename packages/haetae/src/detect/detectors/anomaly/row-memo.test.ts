import { describe, expect, test } from 'vitest';
import { RowMemo } from './row-memo.ts';

const WIDTH = 5;
const FROM = 2;

function look(memo: RowMemo, row: readonly number[]): number {
  memo.draft.set(row);
  return memo.find();
}

describe('a memo of rows', () => {
  const cases: [what: string, kept: number[], asked: number[], score: number][] = [
    ['the same row', [0, 0, 1, 2, 3], [0, 0, 1, 2, 3], 0.5],
    ['a row that differs before its values', [7, 7, 1, 2, 3], [8, 9, 1, 2, 3], 0.5],
    ['a row with the same value missing', [0, 0, Number.NaN, 2, 3], [0, 0, Number.NaN, 2, 3], 0.5],
    ['another row', [0, 0, 1, 2, 3], [0, 0, 1, 2, 4], Number.NaN],
    ['a row with a value missing', [0, 0, 0, 2, 3], [0, 0, Number.NaN, 2, 3], Number.NaN],
    ['a row of zeros, when none was kept', [0, 0, 1, 1, 1], [0, 0, 0, 0, 0], Number.NaN],
  ];
  test.each(cases)('asked for %s', (_, kept, asked, score) => {
    const memo = new RowMemo(WIDTH, FROM, 16);
    look(memo, kept);
    memo.keep(0.5);
    expect(look(memo, asked)).toBe(score);
  });

  test('knows nothing at first, not even a row of zeros', () => {
    expect(look(new RowMemo(WIDTH, FROM, 16), [0, 0, 0, 0, 0])).toBeNaN();
  });

  test('of one place knows the last row alone; of many it never takes one for another', () => {
    const single = new RowMemo(WIDTH, FROM, 1);
    const rows = Array.from({ length: 1000 }, (_, i) => [0, 0, i % 10, (i / 10) | 0, i]);
    for (const [i, row] of rows.entries()) {
      look(single, row);
      single.keep(i);
    }
    expect([look(single, rows[998]!), look(single, rows[999]!)]).toEqual([Number.NaN, 999]);
    const memo = new RowMemo(WIDTH, FROM, 256);
    for (const [i, row] of rows.entries()) {
      look(memo, row);
      memo.keep(i);
    }
    const found = rows.map((row) => look(memo, row));
    expect(found.filter((score, i) => score !== i && !Number.isNaN(score))).toEqual([]);
    expect(found.filter((score) => !Number.isNaN(score)).length).toBeGreaterThan(200);
  });
});
