import { expect, test } from 'vitest';
import { distributionOf, flagByContamination, pValue, thresholdByContamination } from './index.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => (i + 1) / n);

test.each([
  { n: 473, share: 0.05, flagged: 24 },
  { n: 101, share: 0.05, flagged: 5 },
  { n: 100, share: 0.05, flagged: 5 },
  { n: 1000, share: 0.001, flagged: 1 },
  { n: 1, share: 0.5, flagged: 0 },
])('of $n scores $flagged are above the threshold of $share', ({ n, share, flagged }) => {
  const threshold = thresholdByContamination(upTo(n), share);
  expect(upTo(n).filter((score) => score > threshold)).toHaveLength(flagged);
  expect(flagByContamination(upTo(n), share)).toEqual(Uint32Array.from({ length: flagged }, (_, i) => n - 1 - i));
});

test('rows of equal scores are flagged in their order, and the count stays', () => {
  const scores = [0.5, 0.6, 0.6, 0.6, 0.4];
  expect(flagByContamination(scores, 0.5)).toEqual(Uint32Array.of(1, 2));
  expect(scores.filter((score) => score > thresholdByContamination(scores, 0.5))).toEqual([]);
});

test('a share above a half is refused', () => {
  expect(() => thresholdByContamination([1], 0.6)).toThrow('share: 0.6 is not in (0, 0.5]');
});

test.each([
  { score: 0.95, p: 1 / 5 },
  { score: 0.9, p: 2 / 5 },
  { score: 0.6, p: 2 / 5 },
  { score: 0.5, p: 4 / 5 },
  { score: 0.4, p: 5 / 5 },
  { score: 0.1, p: 5 / 5 },
])('among 0.9, 0.5, 0.5, 0.4 the p-value of $score is $p', ({ score, p }) => {
  expect(pValue(distributionOf([0.5, 0.9, 0.4, 0.5]), score)).toBe(p);
  expect(pValue(distributionOf([0.4, 0.5, 0.9], { weights: [1, 2, 1] }), score)).toBe(p);
});

test('a distribution of few values is exact in the tail and an upper bound within 2/keep elsewhere', () => {
  const scores = upTo(10_000);
  const whole = distributionOf(scores, { keep: 10_000 });
  const few = distributionOf(scores, { keep: 100 });
  expect(few.values.length).toBeLessThanOrEqual(101);
  for (const score of [...scores, 0, 0.00005, 0.55555, 1.1]) {
    const exact = pValue(whole, score);
    const kept = pValue(few, score);
    expect(kept).toBeGreaterThanOrEqual(exact);
    expect(kept - exact).toBeLessThanOrEqual(score > 0.995 ? 0 : 2 / 100);
  }
});
