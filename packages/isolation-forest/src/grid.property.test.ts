import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Grid, gridOf } from './grid.ts';
import { fit } from './index.ts';
import { boxesOf, cells } from './reach.ts';

const FEATURES = 4;
const value = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.double({ min: -9, max: 9, noNaN: true }), fc.constant(-0));
const row = fc.array(fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant(NaN) }), {
  minLength: FEATURES,
  maxLength: FEATURES,
});

/** All that a grid says, of every other interval only if asked so. */
function told(grid: Grid, every: number): unknown {
  const rows: [number, number[]][] = [];
  grid.sweep(
    (i) => i % every === 0,
    (i, steps) => rows.push([i, [...steps]]),
  );
  return { edges: grid.edges.map((edges) => [...edges]), rows };
}

test('edges and sums are those of the plain version, to the last bit', () => {
  const input = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 60 }),
    own: fc.array(value, { minLength: FEATURES, maxLength: FEATURES }),
    missing: fc.integer({ min: 0, max: FEATURES - 1 }),
    changed: fc.constantFrom<number[]>([0], [3], [0, 1], [2, 1], [3, 0]),
    trees: fc.integer({ min: 1, max: 20 }),
    every: fc.integer({ min: 1, max: 2 }),
  });
  let most = 0;
  fc.assert(
    fc.property(input, ({ rows, own, missing, changed, trees, every }) => {
      const forest = fit(Float64Array.from(rows.flat()), { features: FEATURES, seed: 5, trees });
      const asked = Float64Array.from(changed.includes(missing) ? own : own.with(missing, NaN));
      const plain = cells(boxesOf(forest, asked, changed));
      most = Math.max(most, plain.edges[0].length);
      expect(told(gridOf(forest, asked, changed), every)).toEqual(told(plain, every));
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(most).toBeGreaterThan(30);
});
