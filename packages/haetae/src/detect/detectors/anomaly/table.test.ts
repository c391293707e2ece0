import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AT, HEAD, RowTable } from './table.ts';
import { Tally } from './tally.ts';

describe('a table of distinct rows', () => {
  const add = (table: RowTable, host: number, values: readonly number[], time: number): number => {
    table.draft[AT.host] = host;
    table.draft.set(values, HEAD);
    const row = table.find();
    table.count(row, 1, time, time);
    return row;
  };

  test('counts equal rows, keeps the first and the last time; a missing value equals a missing value', () => {
    const table = new RowTable(2);
    expect([
      add(table, 1, [5, Number.NaN], 100),
      add(table, 1, [5, 6], 110),
      add(table, 1, [5, Number.NaN], 90),
      add(table, 2, [5, Number.NaN], 90),
    ]).toEqual([0, 1, 0, 2]);
    const rows = table.take();
    expect([...rows.subarray(0, 3)]).toEqual([2, 90, 100]);
    expect(rows.length).toBe(3 * table.stride);
    expect([table.size, add(table, 1, [5, 6], 1)]).toEqual([0, 0]);
  });

  test('is what a map of texts would be', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(40), fc.nat(40)), { maxLength: 5000 }), (all) => {
        const table = new RowTable(2);
        const plain = new Map<string, number>();
        for (const [host, a, b] of all) {
          add(table, host, [a, b], 0);
          plain.set(`${host} ${a} ${b}`, (plain.get(`${host} ${a} ${b}`) ?? 0) + 1);
        }
        const rows = table.take();
        const found: [string, number][] = [];
        for (let at = 0; at < rows.length; at += table.stride) {
          found.push([`${rows[at + AT.host]} ${rows[at + HEAD]} ${rows[at + HEAD + 1]}`, rows[at + AT.count]!]);
        }
        expect(new Map(found)).toEqual(plain);
      }),
      { numRuns: 20 },
    );
  });
});

test('a tally is what a map would be, however it grows', () => {
  const tally = new Tally();
  for (let i = 0; i < 20_000; i++) tally.add((i * 7919) % 5000, 2);
  expect([tally.size, tally.get(17), tally.get(0), tally.get(5001)]).toEqual([5000, 8, 8, 0]);
  expect(tally.take().length).toBe(10_000);
  expect([tally.size, tally.get(17)]).toEqual([0, 0]);
});
