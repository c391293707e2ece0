import { describe, expect, test } from 'vitest';
import { attribute, averagePathLength, expectedPathLength, fit, pathLengths, score } from './index.ts';
import { made } from './testing/made.ts';

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 2 * (Math.log(2) + 0.5772156649015329) - 4 / 3],
  [256, 10.244770920119917],
])('c(%i) = %f', (n, wanted) => expect(averagePathLength(n)).toBeCloseTo(wanted, 12));

describe('fit', () => {
  test('two rows are parted by one split, so that each has the path length 1', () => {
    const forest = fit(Float64Array.of(1, 2), { features: 1, seed: 1, trees: 3 });
    expect(forest.sampleSize).toBe(2);
    expect(forest.roots).toEqual(Uint32Array.of(0, 3, 6, 9));
    expect(pathLengths(forest, Float64Array.of(1, 2))).toEqual(Float64Array.of(1, 1));
    expect(score(forest, Float64Array.of(1, 2))).toEqual(Float64Array.of(0.5, 0.5));
  });

  test('rows that are all the same cannot be parted', () => {
    const forest = fit(new Float64Array(40).fill(7), { features: 2, seed: 1, trees: 2 });
    expect(forest.roots).toEqual(Uint32Array.of(0, 1, 2));
    expect(score(forest, Float64Array.of(7, 7, 0, 900))).toEqual(Float64Array.of(0.5, 0.5));
  });

  test('one row alone is ordinary', () => {
    expect(score(fit(Float64Array.of(3), { features: 1, seed: 0 }), Float64Array.of(9))).toEqual(Float64Array.of(0.5));
  });

  test('no tree is deeper than ⌈log2 ψ⌉, and its leaves hold the whole sample', () => {
    const forest = fit(made(1000, 3), { features: 3, seed: 5, trees: 10, sampleSize: 100 });
    for (let tree = 0; tree < 10; tree++) {
      const depth = new Map([[forest.roots[tree], 0]]);
      let held = 0;
      for (const [node, at] of depth) {
        const left = forest.left[node];
        if (left === 0) held += forest.size[node];
        else depth.set(left, at + 1).set(left + 1, at + 1);
      }
      expect(Math.max(...depth.values())).toBeLessThanOrEqual(7);
      expect(held).toBe(100);
    }
  });

  test('the same seed gives the same forest, another seed another', () => {
    const rows = made(300, 2);
    expect(fit(rows, { features: 2, seed: 7 })).toEqual(fit(rows, { features: 2, seed: 7 }));
    expect(fit(rows, { features: 2, seed: 7 }).threshold).not.toEqual(fit(rows, { features: 2, seed: 8 }).threshold);
    expect(fit(rows, { features: 2, seed: 7 }).threshold).not.toEqual(
      fit(rows, { features: 2, seed: 7 + 2 ** 32 }).threshold,
    );
  });

  test('a row of weight 3 counts as three rows', () => {
    const rows = made(200, 2);
    const weights = Array.from({ length: 200 }, (_, i) => i % 4);
    const expanded = weights.flatMap((weight, i) =>
      Array.from({ length: weight }, () => [rows[2 * i], rows[2 * i + 1]]).flat(),
    );
    const weighted = fit(rows, { features: 2, seed: 3, weights });
    expect(weighted.rows).toBe(300);
    expect(weighted.threshold).toEqual(fit(Float64Array.from(expanded), { features: 2, seed: 3 }).threshold);
  });

  test.each([
    {
      what: 'half a row',
      rows: [1, 2, 3],
      options: { features: 2, seed: 1 },
      error: '3 values are no whole number of rows of 2',
    },
    { what: 'no row', rows: [], options: { features: 2, seed: 1 }, error: 'a forest needs at least one row' },
    {
      what: 'no seed',
      rows: [1],
      options: { features: 1, seed: NaN },
      error: /^seed: NaN is not a whole number from /,
    },
    {
      what: 'names',
      rows: [1],
      options: { features: 1, seed: 1, names: ['a', 'b'] },
      error: 'names: 2 names for 1 features',
    },
    { what: 'weights', rows: [1], options: { features: 1, seed: 1, weights: [0.5] }, error: /^weights: 0.5 of row 0 / },
    {
      what: 'an infinite value',
      rows: [1, 2, 3, -Infinity],
      options: { features: 2, seed: 1 },
      error: /^row 1, feature 1: -Infinity /,
    },
  ])('refuses $what', ({ rows, options, error }) => expect(() => fit(Float64Array.from(rows), options)).toThrow(error));
});

describe('missing values', () => {
  test('a feature that is always missing changes nothing', () => {
    const rows = made(300, 1);
    const beside = Float64Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? rows[i / 2] : NaN));
    const forest = fit(beside, { features: 2, seed: 2 });
    expect(new Set(forest.feature)).toEqual(new Set([0]));
    expect([forest.low[1], forest.high[1]]).toEqual([NaN, NaN]);
  });

  test('a row that lacks everything goes with the majority: it is ordinary', () => {
    const rows = made(300, 2);
    const forest = fit(rows, { features: 2, seed: 2 });
    const [missing] = score(forest, Float64Array.of(NaN, NaN));
    const scores = score(forest, rows).sort();
    expect(missing).toBeLessThan(scores[30]);
  });
});

test('contributions sum to E[h] − h(x), and are of the features that part the row', () => {
  const rows = made(500, 4);
  rows.set([0.5, 9, 0.5, NaN], 0);
  const forest = fit(rows, { features: 4, seed: 11 });
  const found = attribute(forest, rows.subarray(0, 4));
  expect(found.expected).toBe(expectedPathLength(forest));
  expect(found.pathLength).toBe(pathLengths(forest, rows.subarray(0, 4))[0]);
  expect(found.contributions.reduce((a, b) => a + b)).toBeCloseTo(found.expected - found.pathLength, 9);
  expect(found.contributions.indexOf(Math.max(...found.contributions))).toBe(1);
});
