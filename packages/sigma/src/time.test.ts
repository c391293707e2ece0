import { expect, test } from 'vitest';
import { isTimeZone, timePart } from './time.ts';

test.each([
  ['2025-06-23 12:27:33.462', [27, 12, 23, 26, 6, 2025]],
  ['2025-06-23T12:27:33.4620000Z', [27, 12, 23, 26, 6, 2025]],
  ['2025-06-23T12:27:33+09:00', [27, 3, 23, 26, 6, 2025]],
  ['2025-06-23T23:27:33-0130', [57, 0, 24, 26, 6, 2025]],
  ['2025/06/23', [0, 0, 23, 26, 6, 2025]],
  ['\u200e2025\u200e-\u200e06\u200e-\u200e23T12:27:33.462Z', [27, 12, 23, 26, 6, 2025]],
  ['6/23/2025 12:27:33 AM', [27, 0, 23, 26, 6, 2025]],
  ['6/23/2025 12:27 PM', [27, 12, 23, 26, 6, 2025]],
  ['20250623122733.462000+540', [27, 3, 23, 26, 6, 2025]],
  ['1750681653', [27, 12, 23, 26, 6, 2025]],
  ['1750681653462', [27, 12, 23, 26, 6, 2025]],
  ['133951552534620000', [27, 12, 23, 26, 6, 2025]],
  ['0x1dbe43a31f02760', [27, 12, 23, 26, 6, 2025]],
  ['2024-12-30', [0, 0, 30, 1, 12, 2024]],
  ['2021-01-03', [0, 0, 3, 53, 1, 2021]],
])('%s', (value, parts) => {
  const read = (['minute', 'hour', 'day', 'week', 'month', 'year'] as const).map((p) => timePart(value, p, 'UTC'));
  expect(read).toEqual(parts);
});

test.each(['', '-', 'abc', '2025-13-01', '2025-04-31', '2025-06-23 25:00', '13/40/2025 1:00:00 PM', '0x3e7', '4624'])(
  '%s is no time',
  (value) => expect(timePart(value, 'hour', 'UTC')).toBeUndefined(),
);

test.each([
  ['2025-06-23T22:27:33Z', 'Asia/Seoul', 7, 24],
  ['2025-06-23 22:27:33', 'Asia/Seoul', 22, 23],
  ['2025-01-23T22:27:33Z', 'America/New_York', 17, 23],
  ['2025-06-23T22:27:33Z', 'America/New_York', 18, 23],
])('%s in %s: hour %i of day %i', (value, zone, hour, day) => {
  expect([timePart(value, 'hour', zone), timePart(value, 'day', zone)]).toEqual([hour, day]);
});

test('zones', () => {
  expect([isTimeZone('UTC'), isTimeZone('Asia/Seoul'), isTimeZone('Mars/Olympus')]).toEqual([true, true, false]);
});
