import { expect, test } from 'vitest';
import { Ring } from './ring.ts';

test('what is taken lies in one piece, and comes free in the order in which it was taken', () => {
  const ring = new Ring(100);
  expect(ring.take(40)).toEqual({ at: 0, taken: 40 });
  expect(ring.take(40)).toEqual({ at: 40, taken: 40 });
  expect(ring.take(21)).toBeUndefined();
  ring.giveBack(40);
  // The 20 at the end are too few: they go with the piece behind them.
  expect(ring.take(30)).toEqual({ at: 0, taken: 50 });
  expect(ring.take(11)).toBeUndefined();
  expect(ring.take(10)).toEqual({ at: 30, taken: 10 });
  for (const taken of [40, 50, 10]) ring.giveBack(taken);
  expect(ring.take(100)).toEqual({ at: 0, taken: 100 });
  expect(ring.take(1)).toBeUndefined();
  ring.giveBack(100);
  expect(ring.take(101)).toBeUndefined();
});
