import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, numbersOf, readSparse, writeSparse } from './bytes.ts';
import { stability } from './drift.ts';
import { chosen, joined, type Reservoir, weightsIn } from './reservoir.ts';

test('sparse counts come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(999), fc.nat(0xffffffff)), { maxLength: 50 }), (some) => {
      const cells = new Uint32Array(1000);
      for (const [at, n] of some) cells[at] = n;
      const again = new Uint32Array(1000);
      readSparse(writeSparse(cells), again);
      expect(again).toEqual(cells);
    }),
  );
});

test.each([
  ['cut', [5, 1]],
  ['outside', [1, 0xff, 0xff, 1, 1]],
  ['too long', [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
])('sparse counts that are %s are refused', (_, bytes) =>
  expect(() => readSparse(Uint8Array.from(bytes), new Uint32Array(100))).toThrow(RangeError),
);

test('numbers come back out of the middle of a buffer', () => {
  const all = Buffer.concat([Buffer.from('abc'), bytesOf(Float64Array.of(1.5, Number.NaN, 2 ** 53))]);
  expect(numbersOf(all.subarray(3))).toEqual(Float64Array.of(1.5, Number.NaN, 2 ** 53));
});

describe('a reservoir', () => {
  const reservoir = (from: number, to: number): Reservoir => ({
    rows: Float64Array.from({ length: to - from }, (_, i) => from + i),
    matrix: Float64Array.from({ length: to - from }, (_, i) => 2 * (from + i)),
    counts: new Float64Array(to - from).fill(1),
    floor: 0,
  });

  test('holds all while there is room', () => {
    const both = joined(reservoir(0, 30), reservoir(20, 50), 1, 1, 100);
    expect([both.counts.length, both.floor]).toEqual([50, 0]);
    expect([...both.counts].reduce((a, b) => a + b)).toBe(60);
    expect(both.matrix).toEqual(both.rows.map((x) => 2 * x));
  });

  test('stands for as many events as there were, about, and keeps the most frequent', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({ key: i * 7919, count: i === 77 ? 100_000 : 1 + (i % 5) }));
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    const { held, floor } = chosen(rows, 1000);
    const weights = weightsIn({
      rows: new Float64Array(),
      matrix: new Float64Array(),
      counts: Float64Array.from(held, (i) => rows[i]!.count),
      floor,
    });
    const stands = weights.reduce((a, b) => a + b);
    expect(held.length).toBe(1000);
    expect(held).toContain(77);
    expect(Math.abs(stands - total) / total).toBeLessThan(0.02);
  });
});

describe('stability of a feature', () => {
  const set = (values: readonly number[]) => ({ matrix: Float64Array.from(values), weights: values.map(() => 1) });
  const rising = Array.from({ length: 100 }, (_, i) => i);

  test.each([
    { what: 'itself', now: rising, least: 0, most: 0 },
    { what: 'a little later', now: rising.map((x) => x + 2), least: 0, most: 0.1 },
    { what: 'twice as large', now: rising.map((x) => 2 * x), least: 0.25, most: 5 },
    { what: 'missing', now: rising.map(() => Number.NaN), least: 5, most: 30 },
    { what: 'one value', now: rising.map(() => 50), least: 5, most: 30 },
  ])('against $what', ({ now, least, most }) => {
    const psi = stability(set(rising), set(now), 0, 1);
    expect(psi).toBeGreaterThanOrEqual(least);
    expect(psi).toBeLessThanOrEqual(most);
  });
});
