import { expect, test } from 'vitest';
import { Bandwidth, backoffMs } from './pace.ts';

test.each([
  [0, 0, 1_000],
  [0, 0.999, 501],
  [3, 0, 8_000],
  [5, 0, 32_000],
  [6, 0, 60_000],
  [1_000, 0, 60_000],
  [6, 0.5, 45_000],
])('try %i, chance %d: again after %i ms', (attempt, chance, expected) =>
  expect(backoffMs(attempt, () => chance)).toBe(expected),
);

test('a second’s worth goes at once, then as much as the limit lets through', () => {
  const limit = new Bandwidth(1000, 0);
  expect([limit.take(1000, 0), limit.take(500, 0), limit.take(500, 500), limit.take(1000, 5000)]).toEqual([
    0, 500, 500, 0,
  ]);
});

test('no limit is none', () => expect(new Bandwidth(0, 0).take(1e9, 0)).toBe(0));
