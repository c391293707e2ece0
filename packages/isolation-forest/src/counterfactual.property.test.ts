import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counterfactual, type Forest, fit, score } from './index.ts';

const FEATURES = 3;
const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ min: 0, max: 9, noNaN: true }), fc.constant(NaN));
const row = fc.array(value, { minLength: FEATURES, maxLength: FEATURES });

/** All values of a feature that could matter: its own, each threshold, and just above each (all are below 16). */
function candidates(forest: Forest, feature: number, own: number): number[] {
  const cuts = Array.from(forest.threshold).filter(
    (_, node) => forest.left[node] !== 0 && forest.feature[node] === feature,
  );
  return [own, ...cuts.flatMap((cut) => [cut, cut + 2 ** -48])];
}

/** The least sum of changes that makes the row ordinary, by trying all. */
function leastOf(forest: Forest, own: readonly number[], threshold: number, changed: readonly number[]): number {
  const [f, g] = changed;
  const tried = candidates(forest, f, own[f]).flatMap((a) =>
    (g === undefined ? [NaN] : candidates(forest, g, own[g])).map((b) =>
      own.with(f, a).map((x, i) => (i === g ? b : x)),
    ),
  );
  const scores = score(forest, Float64Array.from(tried.flat()));
  const cost = (other: readonly number[]) =>
    changed.reduce((sum, i) => sum + Math.abs(other[i] - own[i]) / (forest.high[i] - forest.low[i] || 1), 0);
  return Math.min(Infinity, ...tried.filter((_, i) => scores[i] <= threshold).map(cost));
}

test('the change makes the row ordinary, anywhere in its range, and none of one or two features is smaller', () => {
  const input = fc.record({
    rows: fc.array(row, { minLength: 2, maxLength: 20 }),
    own: row,
    threshold: fc.double({ min: 0.35, max: 0.6, noNaN: true }),
  });
  const kinds = new Set<string>();
  fc.assert(
    fc.property(input, ({ rows, own, threshold }) => {
      const forest = fit(Float64Array.from(rows.flat()), { features: FEATURES, seed: 3, trees: 4 });
      const found = counterfactual(forest, own, threshold);
      kinds.add(found.kind === 'change' ? `${found.kind} of ${found.changes.length}` : found.kind);
      const present = [0, 1, 2].filter((f) => !Number.isNaN(own[f]));
      const single = Math.min(Infinity, ...present.map((f) => leastOf(forest, own, threshold, [f])));
      const pairs = present.flatMap((f, i) => present.slice(i + 1).map((g) => [f, g]));
      const least =
        single < Infinity ? single : Math.min(Infinity, ...pairs.map((pair) => leastOf(forest, own, threshold, pair)));
      if (found.kind === 'ordinary') expect(score(forest, Float64Array.from(own))[0]).toBeLessThanOrEqual(threshold);
      if (found.kind === 'none') expect(least).toBe(Infinity);
      if (found.kind !== 'change') return;
      expect(found.changes).toHaveLength(single < Infinity ? 1 : 2);
      const cost = found.changes.reduce((sum, { feature, from, to }) => {
        return sum + Math.abs(to - from) / (forest.high[feature] - forest.low[feature] || 1);
      }, 0);
      expect(cost).toBeCloseTo(least, 12);
      const changed = [...own];
      for (const { feature, to } of found.changes) changed[feature] = to;
      for (const { feature, above, atMost } of found.changes) {
        const inside = [Math.max(above, -1) + 2 ** -48, Math.min(atMost, 11)];
        const scores = score(forest, Float64Array.from(inside.flatMap((x) => changed.with(feature, x))));
        expect(Math.max(...scores)).toBeLessThanOrEqual(threshold);
      }
    }),
    { seed: 1, numRuns: 150 },
  );
  expect([...kinds].sort()).toEqual(['change of 1', 'change of 2', 'none', 'ordinary']);
});
