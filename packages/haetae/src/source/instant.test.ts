import { describe, expect, test } from 'vitest';
import { formatUtc } from '../locale/index.ts';
import { instant, readInstant, utcOfLocal } from './instant.ts';

describe('readInstant', () => {
  test.each([
    { text: '2026-11-22T01:02:03Z', is: '2026-11-22T01:02:03.0000000Z', zoned: true },
    { text: '2026-11-22T01:02:03.4567891234Z', is: '2026-11-22T01:02:03.4567891Z', zoned: true },
    { text: '2026-11-22 01:02:03.456', is: '2026-11-22T01:02:03.4560000Z', zoned: false },
    { text: '2026-11-22T01:02:03.5+09:00', is: '2026-11-21T16:02:03.5000000Z', zoned: true },
    { text: '2026/11/22 01:02:03,25 -0430', is: '2026-11-22T05:32:03.2500000Z', zoned: true },
    { text: '1601-01-01T00:00:00.0000001Z', is: '1601-01-01T00:00:00.0000001Z', zoned: true },
    { text: '2024-02-29T23:59:59.999999Z', is: '2024-02-29T23:59:59.9999990Z', zoned: true },
  ])('$text', ({ text, is, zoned }) => {
    const into = instant();
    expect(readInstant(text, into)).toBe(true);
    expect(formatUtc(into.ms, into.ticks, 7)).toBe(is);
    expect(into.zoned).toBe(zoned);
  });

  test.each([
    '',
    '2026-11-22',
    '2026-13-22T01:02:03Z',
    '2023-02-29T01:02:03Z',
    '2026-11-22T01:02:03.Z',
    '2026-11-22T01:02:03 KST',
    '2026-11-22T24:02:03Z',
  ])('refuses "%s"', (text) => expect(readInstant(text, instant())).toBe(false));
});

test.each([
  { local: '2025-06-23T21:27:33Z', zone: 'Asia/Seoul', utc: '2025-06-23T12:27:33.000Z' },
  { local: '2025-06-23T21:27:33Z', zone: '+09:00', utc: '2025-06-23T12:27:33.000Z' },
  { local: '2025-06-23T21:27:33Z', zone: 'UTC', utc: '2025-06-23T21:27:33.000Z' },
  { local: '2025-07-01T12:00:00Z', zone: 'America/New_York', utc: '2025-07-01T16:00:00.000Z' },
  { local: '2025-11-02T01:30:00Z', zone: 'America/New_York', utc: '2025-11-02T05:30:00.000Z' },
])('$local in $zone is $utc', ({ local, zone, utc }) => {
  expect(new Date(utcOfLocal(Date.parse(local), zone)).toISOString()).toBe(utc);
});
