import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growPlainly, plainPathLength, type Tree } from './forest.ts';
import { attribute, type Forest, fit, load, pathLengths, save } from './index.ts';
import { treeRandom } from './random.ts';
import { rowOf, sampleOf } from './sample.ts';

/** Few different values, so that there are ties, missing ones, zeros of both signs, and extremes. */
const value = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, -0, 5e-324, 1e308, -1.7e308, 1e-300, 2 ** 53) },
);
const input = fc
  .record({ features: fc.integer({ min: 1, max: 5 }), count: fc.integer({ min: 1, max: 70 }) })
  .chain(({ features, count }) =>
    fc.record({
      features: fc.constant(features),
      rows: fc.array(fc.array(value, { minLength: features, maxLength: features }), {
        minLength: count,
        maxLength: count,
      }),
      others: fc.array(
        fc.array(fc.oneof(value, fc.constantFrom(Infinity, -Infinity)), { minLength: features, maxLength: features }),
      ),
      weights: fc.option(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: count, maxLength: count }), {
        nil: undefined,
      }),
      trees: fc.integer({ min: 1, max: 6 }),
      sampleSize: fc.integer({ min: 1, max: 40 }),
      seed: fc.maxSafeInteger(),
    }),
  );

/** A tree of the forest as nested objects. */
function treeOf(forest: Forest, node: number, depth = 0): Tree {
  const left = forest.left[node];
  const size = forest.size[node];
  if (left === 0) return { kind: 'leaf', depth, size };
  const { feature, threshold } = { feature: forest.feature[node], threshold: forest.threshold[node] };
  const sides = { left: treeOf(forest, left, depth + 1), right: treeOf(forest, left + 1, depth + 1) };
  return { kind: 'split', size, feature, threshold, ...sides };
}

test('trees and path lengths are those of the plain version, to the last bit', () => {
  fc.assert(
    fc.property(input, ({ rows, others, weights, seed, trees, sampleSize, features }) => {
      const forest = fit(Float64Array.from(rows.flat()), {
        features,
        seed,
        trees,
        sampleSize,
        ...(weights && { weights }),
      });
      const ends = Float64Array.from(rows, (_, i) =>
        (weights ?? rows.map(() => 1)).slice(0, i + 1).reduce((a, b) => a + b),
      );
      const plain = Array.from({ length: trees }, (_, tree) => {
        const random = treeRandom(seed, tree);
        const sample = sampleOf(ends.at(-1)!, forest.sampleSize, random);
        return growPlainly(
          Array.from(sample, (number) => rows[rowOf(number, ends)]),
          random,
        );
      });
      expect(plain.map((_, tree) => treeOf(forest, forest.roots[tree]))).toEqual(plain);
      const all = [...rows, ...others];
      const wanted = all.map((row) => plain.reduce((sum, tree) => sum + plainPathLength(tree, row), 0) / trees);
      expect(pathLengths(forest, Float64Array.from(all.flat()))).toEqual(Float64Array.from(wanted));
      expect(pathLengths(load(save(forest)), Float64Array.from(all.flat()))).toEqual(Float64Array.from(wanted));
      expect(all.map((row) => pathLengths(forest, Float64Array.from(row))[0])).toEqual(wanted);
    }),
    { numRuns: 400, seed: 1 },
  );
});

test('contributions sum to E[h] − h(x) within 1e-9', () => {
  fc.assert(
    fc.property(input, ({ rows, others, seed, sampleSize, features }) => {
      const forest = fit(Float64Array.from(rows.flat()), { features, seed, trees: 100, sampleSize });
      for (const row of [...rows, ...others]) {
        const { contributions, expected, pathLength } = attribute(forest, row);
        const sum = contributions.reduce((a, b) => a + b);
        expect(Math.abs(sum - (expected - pathLength))).toBeLessThan(1e-9);
        expect(pathLength).toBe(pathLengths(forest, Float64Array.from(row))[0]);
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});
