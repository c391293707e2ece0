import { expect, test } from 'vitest';
import { endAll, isAway } from './ending.ts';

const here = async (): Promise<boolean> => false;
const never = (): Promise<never> => new Promise(() => {});

test('what was opened last is ended first, each once', async () => {
  const order: number[] = [];
  const closers = [1, 2, 3].map((n) => () => order.push(n));
  expect(await endAll(closers, here)).toBe('whole');
  expect([order, closers]).toEqual([[3, 2, 1], []]);
});

test('what takes long is waited for while the database answers', async () => {
  let asked = 0;
  const slow = new Promise<void>((resolve) => {
    const ask = (): void => (asked >= 1 ? resolve() : void setTimeout(ask, 10));
    ask();
  });
  const away = async (): Promise<boolean> => {
    asked++;
    return false;
  };
  expect(await endAll([() => slow], away)).toBe('whole');
});

test('what waits for a database that does not answer is left, and the rest is ended all the same', async () => {
  const ended: string[] = [];
  const closers = [() => ended.push('first'), never, () => Promise.reject(new Error('unreachable')), never];
  const begun = performance.now();
  expect(await endAll(closers, async () => true)).toBe('left');
  expect(ended).toEqual(['first']);
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('an error while the database answers is told', async () => {
  await expect(endAll([() => Promise.reject(new Error('broken'))], here)).rejects.toThrow('broken');
});

test('away is what refuses and what never answers', async () => {
  expect(await isAway(async () => 1)).toBe(false);
  expect(await isAway(() => Promise.reject(new Error('refused')))).toBe(true);
  expect(await isAway(never)).toBe(true);
});
