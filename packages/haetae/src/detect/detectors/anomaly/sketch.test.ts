import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashText } from './hash.ts';
import { CountMin, DELTA, EPSILON, HostCount } from './sketch.ts';

const keys = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 50 })), { maxLength: 300 });
const keyOf = (n: number): number => hashText(`key ${n}`);

describe('count-min', () => {
  test('never says less than the truth, and what two counted apart is what one counts', () => {
    fc.assert(
      fc.property(keys, keys, (left, right) => {
        const [a, b, both] = [new CountMin(10), new CountMin(10), new CountMin(10)];
        const truth = new Map<number, number>();
        for (const [sketch, some] of [
          [a, left],
          [b, right],
        ] as const) {
          for (const [key, n] of some) {
            sketch.add(keyOf(key), n);
            both.add(keyOf(key), n);
            truth.set(key, (truth.get(key) ?? 0) + n);
          }
        }
        a.merge(b);
        expect(a.cells).toEqual(both.cells);
        for (const [key, n] of truth) expect(a.estimate(keyOf(key))).toBeGreaterThanOrEqual(n);
      }),
      { numRuns: 30 },
    );
  });

  test('says more than the truth by over ε·N for at most a share δ of the keys', () => {
    const sketch = new CountMin();
    let state = 1;
    const counts = Array.from({ length: 400_000 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return 1 + Math.floor(10 * (state / 2 ** 32) ** 8);
    });
    counts.forEach((n, key) => sketch.add(keyOf(key), n));
    const total = counts.reduce((sum, n) => sum + n, 0);
    const beyond = counts.filter((n, key) => sketch.estimate(keyOf(key)) > n + EPSILON * total).length;
    expect(beyond / counts.length).toBeLessThanOrEqual(DELTA);
  });
});

describe('hosts with a key', () => {
  test.each([
    [0, 0, 0],
    [1, 1, 1],
    [3, 3, 3],
    [20, 18, 22],
    [40, 36, 44],
    [5000, 266, 266],
  ])('of %i hosts it says %i to %i', (n, least, most) => {
    const count = new HostCount();
    for (let host = 0; host < n; host++)
      for (let twice = 0; twice < 2; twice++) count.add(keyOf(7), hashText(`PC-${host}`));
    for (let other = 0; other < 500; other++) count.add(keyOf(1000 + other), hashText('PC-0'));
    expect(count.estimate(keyOf(7))).toBeGreaterThanOrEqual(least);
    expect(count.estimate(keyOf(7))).toBeLessThanOrEqual(most);
  });

  test('adds up', () => {
    const [a, b] = [new HostCount(), new HostCount()];
    a.add(keyOf(1), hashText('PC-1'));
    b.add(keyOf(1), hashText('PC-1'));
    b.add(keyOf(1), hashText('PC-2'));
    a.merge(b);
    expect(a.estimate(keyOf(1))).toBe(2);
  });
});
