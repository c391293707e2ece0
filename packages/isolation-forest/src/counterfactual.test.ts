import { describe, expect, test } from 'vitest';
import { type Counterfactual, counterfactual, fit, score, thresholdByContamination } from './index.ts';
import { made } from './testing/made.ts';

/** Most rows near the middle, three far off. */
const rows = made(1800, 3)
  .map((_, i, all) => (all[i] + all[(i * 7) % all.length] + all[(i * 13) % all.length]) / 3)
  .subarray(0, 1800);
rows.set([7, 0.5, 0.5, 0.5, -3, 0.5, 6, 0.5, -9], 0);
const forest = fit(rows, { features: 3, seed: 4, names: ['length', 'hour', 'depth'], sampleSize: 600 });
const threshold = thresholdByContamination(score(forest, rows), 0.02);
const ordinary = (row: readonly number[]): boolean => score(forest, Float64Array.from(row))[0] <= threshold;

function changes(found: Counterfactual) {
  if (found.kind !== 'change') throw new Error(`it is ${found.kind}`);
  return found.changes;
}

describe('counterfactual', () => {
  test('an ordinary row needs no change', () => {
    expect(counterfactual(forest, [0.5, 0.5, 0.5], threshold)).toMatchObject({ kind: 'ordinary' });
  });

  test('one value far off: that it were no greater', () => {
    const found = changes(counterfactual(forest, [7, 0.5, 0.5], threshold));
    expect(found).toMatchObject([{ feature: 0, name: 'length', from: 7 }]);
    const [{ to, atMost, above }] = found;
    expect(to).toBe(atMost);
    expect(ordinary([to, 0.5, 0.5])).toBe(true);
    expect(ordinary([to + 1e-12, 0.5, 0.5])).toBe(false);
    expect(above).toBeLessThan(0.1);
  });

  test('no smaller change of any one feature would do', () => {
    const row = [0.99, 0.2, 0.6];
    const found = changes(counterfactual(forest, row, threshold));
    expect(found).toHaveLength(1);
    const least =
      Math.abs(found[0].to - found[0].from) / (forest.high[found[0].feature] - forest.low[found[0].feature]);
    for (let f = 0; f < 3; f++) {
      for (let part = -0.999; part < 1; part += 0.01) {
        const other = row.with(f, row[f] + part * least * (forest.high[f] - forest.low[f]));
        expect(ordinary(other)).toBe(false);
      }
    }
  });

  test('whole numbers only, where values are whole', () => {
    const counts = Float64Array.from(made(500, 2), (x) => Math.floor(x * 30));
    counts[0] = 300;
    const counted = fit(counts, { features: 2, seed: 1, sampleSize: 500 });
    const limit = thresholdByContamination(score(counted, counts), 0.01);
    const [change] = changes(counterfactual(counted, [300, 12], limit, { whole: [0, 1] }));
    expect(change).toMatchObject({ feature: 0, from: 300, name: '' });
    expect(Number.isInteger(change.to)).toBe(true);
    expect(score(counted, Float64Array.of(change.to, 12))[0]).toBeLessThanOrEqual(limit);
    expect(score(counted, Float64Array.of(change.to + 1, 12))[0]).toBeGreaterThan(limit);
  });

  test('two values far off: both', () => {
    const found = changes(counterfactual(forest, [7, 0.5, -9], threshold));
    expect(found.map(({ feature }) => feature).sort()).toEqual([0, 2]);
    const row = [7, 0.5, -9];
    for (const { feature, to } of found) row[feature] = to;
    expect(ordinary(row)).toBe(true);
    for (const { feature, from } of found) expect(ordinary(row.with(feature, from))).toBe(false);
  });

  test('only what may change does', () => {
    expect(counterfactual(forest, [7, 0.5, 0.5], threshold, { features: [1, 2] })).toEqual({ kind: 'none' });
    expect(counterfactual(forest, [7, NaN, 9], threshold, { features: [1] })).toEqual({ kind: 'none' });
  });

  test('what is missing stays missing', () => {
    const found = changes(counterfactual(forest, [7, NaN, 0.5], threshold));
    expect(found.map(({ feature }) => feature)).toEqual([0]);
  });

  test('a feature that is none is refused', () => {
    expect(() => counterfactual(forest, [7, 1, 1], threshold, { features: [3] })).toThrow(
      "3 is none of the forest's 3 features",
    );
  });
});
