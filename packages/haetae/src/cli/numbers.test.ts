import { expect, test } from 'vitest';
import { bytes, count, duration, percent } from './numbers.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1234, '1.2 kB'],
  [999_600, '1.0 MB'],
  [52_300_000, '52 MB'],
  [1_500_000_000, '1.5 GB'],
])('%i bytes are %s', (n, text) => {
  expect(bytes(n)).toBe(text);
});

test.each([
  [400, '0 s'],
  [45_000, '45 s'],
  [3_600_000, '1 h'],
  [11_520_000, '3 h 12 min'],
  [90_061_000, '1 d 1 h'],
])('%i ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('numbers are grouped; shares are whole percents above one', () => {
  expect([count(1234567), percent(0.666), percent(0.004)]).toEqual(['1,234,567', '67 %', '0.4 %']);
});
