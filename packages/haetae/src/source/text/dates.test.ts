import { describe, expect, test } from 'vitest';
import { findDateOrder, parseLocalTime } from './dates.ts';

const wall = (text: string, order: 'day-first' | 'month-first' = 'month-first') => {
  const time = parseLocalTime(text, order);
  return time === undefined ? undefined : new Date(time.wallMs).toISOString().slice(0, 19);
};

describe('one date', () => {
  test.each([
    ['2025-06-23 오후 9:27:33', '2025-06-23T21:27:33'],
    ['2025-06-23 오전 12:00:01', '2025-06-23T00:00:01'],
    ['2025-06-23 오후 12:00:01', '2025-06-23T12:00:01'],
    ['2025-06-23 오전 9:05:00', '2025-06-23T09:05:00'],
    ['2025. 6. 3. 오후 1:02:03', '2025-06-03T13:02:03'],
    ['2025년 6월 3일 오후 1:02:03', '2025-06-03T13:02:03'],
    ['2025년 6월 3일 화요일 오후 1:02:03', undefined],
    ['2025-06-23(월) 오후 9:27:33', '2025-06-23T21:27:33'],
    ['2025/06/23 21:27:33', '2025-06-23T21:27:33'],
    ['2025/06/23 午後 9:27:33', '2025-06-23T21:27:33'],
    ['2025-06-23 21:27', '2025-06-23T21:27:00'],
    ['2025-06-23  9:27:33 PM', '2025-06-23T21:27:33'],
    ['2025-06-23 오후 21:27:33', '2025-06-23T21:27:33'],
    ['6/23/2025 9:27:33 PM', '2025-06-23T21:27:33'],
    ['6/23/2025 9:27:33\u202fPM', '2025-06-23T21:27:33'],
    ['6/23/2025, 12:27:33 a.m.', '2025-06-23T00:27:33'],
    ['\u200e6/\u200e23/\u200e2025 \u200f\u200e9:27:33 PM', '2025-06-23T21:27:33'],
    ['6/23/25 21:27', '2025-06-23T21:27:00'],
    ['2025-06-23T12:27:33.4624118Z', '2025-06-23T12:27:33'],
    ['2025-06-23', '2025-06-23T00:00:00'],
    ['2025-02-29 09:00:00', undefined],
    ['2025-06-23 오전 13:00:00', undefined],
    ['2025-06-23 24:00:00', undefined],
    ['########', undefined],
    ['', undefined],
  ])('%s', (text, expected) => expect(wall(text)).toBe(expected));

  test('day first', () => {
    expect(wall('3/6/2025 21:27:33', 'day-first')).toBe('2025-06-03T21:27:33');
    expect(wall('23.06.2025 21:27:33', 'day-first')).toBe('2025-06-23T21:27:33');
    expect(wall('6/23/2025 21:27:33', 'day-first')).toBeUndefined();
    expect(wall('2025-06-03 21:27:33', 'day-first')).toBe('2025-06-03T21:27:33');
  });

  test('fractions and stated offsets', () => {
    expect(parseLocalTime('2025-06-23T21:27:33.4624118+09:00', 'month-first')).toEqual({
      wallMs: Date.UTC(2025, 5, 23, 21, 27, 33, 462),
      ticks: 4118,
      offsetMinutes: 540,
      seconds: true,
    });
    expect(parseLocalTime('2025-06-23 21:27:33 -0330', 'month-first')!.offsetMinutes).toBe(-210);
    expect(parseLocalTime('2025-06-23 21:27', 'month-first')).toMatchObject({
      offsetMinutes: undefined,
      seconds: false,
    });
  });
});

describe('the order of day and month over a file', () => {
  const none = Number.NaN;
  test.each([
    {
      what: 'a day above 12',
      dates: [
        ['3/4/2025 1:00:00', none],
        ['13/4/2025 1:00:00', none],
      ],
      order: 'day-first',
      because: 'told',
    },
    {
      what: 'a day above 12 in second place',
      dates: [
        ['3/4/2025 1:00:00', none],
        ['4/13/2025 1:00:00', none],
      ],
      order: 'month-first',
      because: 'told',
    },
    { what: 'UTC beside it', dates: [['3/4/2025 9:00:00', Date.UTC(2025, 3, 3)]], order: 'day-first', because: 'utc' },
    { what: 'slashes', dates: [['3/4/2025 1:00:00', none]], order: 'month-first', because: 'assumed' },
    { what: 'dots', dates: [['03.04.2025 01:00:00', none]], order: 'day-first', because: 'assumed' },
    { what: 'the year in front', dates: [['2025-04-13 1:00:00', none]], order: 'month-first', because: 'year-first' },
  ] as const)('$what', ({ dates, order, because }) => {
    expect(findDateOrder(dates.map(([text, utcMs]) => ({ text, utcMs })))).toEqual({ order, because });
  });
});
