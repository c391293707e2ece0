import { expect, test } from 'vitest';
import { Ledger } from '../ledger.ts';
import { LocalClock, type Stamp } from './clock.ts';

const none = Number.NaN;
const iso = (ms: number) => (Number.isNaN(ms) ? '' : new Date(ms).toISOString());

function run(rows: readonly (readonly [date: string, utc: string])[], timeZone = 'Asia/Seoul') {
  const ledger = new Ledger();
  const clock = new LocalClock({ timeZone }, ledger);
  const stamps: Stamp[] = rows.map(([date, utc], i) => ({
    date,
    utcMs: utc === '' ? none : Date.parse(`${utc.replace(' ', 'T')}Z`),
    line: i + 2,
  }));
  clock.calibrate(stamps);
  const times = stamps.map((stamp) => iso(clock.time(stamp).ms));
  clock.finish();
  const notices = ledger
    .notices()
    .flatMap(({ kind, code, examples }) =>
      examples.map(({ where, detail }) => [kind, code, where.kind, detail].join(' | ')),
    );
  return { times, notices };
}

test('the offset is that of the rows that tell both times; their own time is the one in UTC', () => {
  expect(
    run([
      ['2025-06-23 오후 9:27:34', ''],
      ['2025-06-23 오후 9:27:33', '2025-06-23 12:27:32.962'],
      ['2025-06-23 오전 12:00:00', ''],
    ]),
  ).toEqual({
    times: ['2025-06-23T12:27:34.000Z', '2025-06-23T12:27:32.962Z', '2025-06-22T15:00:00.000Z'],
    notices: ['inferred | time-offset | whole | +09:00, vouched for by 1 of 3 rows'],
  });
});

test('without any such row the zone given is taken, with its daylight saving', () => {
  expect(
    run(
      [
        ['1/15/2025 12:00:00 PM', ''],
        ['7/15/2025 12:00:00 PM', ''],
      ],
      'Europe/Berlin',
    ),
  ).toEqual({
    times: ['2025-01-15T11:00:00.000Z', '2025-07-15T10:00:00.000Z'],
    notices: ['inferred | time-zone-assumed | whole | Europe/Berlin, 2 rows'],
  });
});

test('the offset may change within a file; a single clock that is wrong does not change it', () => {
  const at = (hour: number, local: number): [string, string] => [
    `2025-03-30 ${String(local).padStart(2, '0')}:00:00`,
    `2025-03-30 ${String(hour).padStart(2, '0')}:00:00.500`,
  ];
  const winter = Array.from({ length: 12 }, () => at(0, 1));
  const summer = Array.from({ length: 12 }, () => at(2, 4));
  const { times, notices } = run([
    ...winter,
    at(0, 3),
    ['2025-03-30 01:30:00', ''],
    ...summer,
    ['2025-03-30 04:30:00', ''],
  ]);
  expect(times[13]).toBe('2025-03-30T00:30:00.000Z');
  expect(times.at(-1)).toBe('2025-03-30T02:30:00.000Z');
  expect(notices).toEqual([
    'inferred | time-offset | whole | +01:00, vouched for by 12 of 17 rows',
    'inferred | time-offset | line | +02:00, vouched for by 9 of 10 rows',
  ]);
});

test('a UTC time that is of something else does not move the event', () => {
  const { times } = run([
    ['2025-06-23 21:00:00', '2025-06-23 12:00:00.100'],
    ['2025-06-23 21:00:00', '2025-06-23 11:53:00.000'],
    ['2025-06-23 21:00:00', '2021-01-01 00:00:00.000'],
  ]);
  expect(times).toEqual(['2025-06-23T12:00:00.100Z', '2025-06-23T12:00:00.000Z', '2025-06-23T12:00:00.000Z']);
});

test('stated offsets are obeyed; unreadable and missing dates are said', () => {
  expect(
    run([
      ['2025-06-23T21:00:00.1234567+09:00', ''],
      ['########', '2025-06-23 12:00:00.250'],
      ['########', ''],
      ['', ''],
    ]),
  ).toEqual({
    times: ['2025-06-23T12:00:00.123Z', '2025-06-23T12:00:00.250Z', '', ''],
    notices: [
      'repaired | time-unreadable | line | ######## (UtcTime was taken)',
      'lost | time-unreadable | line | ########',
      'lost | time-missing | line | no date',
    ],
  });
});

test('an order of day and month that was assumed is said, and corrected where a later date contradicts it', () => {
  expect(run([['3/4/2025 9:00:00', '']], 'UTC').notices).toEqual([
    'inferred | time-zone-assumed | whole | UTC, 1 rows',
    'inferred | date-order | whole | month before day, 1 rows',
  ]);
  const ledger = new Ledger();
  const clock = new LocalClock({ timeZone: 'UTC' }, ledger);
  const stamp = (date: string) => ({ date, utcMs: none, line: 2 });
  clock.calibrate([stamp('3/4/2025 9:00:00')]);
  expect(iso(clock.time(stamp('3/4/2025 9:00:00')).ms)).toBe('2025-03-04T09:00:00.000Z');
  expect(iso(clock.time(stamp('13/4/2025 9:00:00')).ms)).toBe('2025-04-13T09:00:00.000Z');
  expect(iso(clock.time(stamp('5/4/2025 9:00:00')).ms)).toBe('2025-04-05T09:00:00.000Z');
  expect(ledger.notices()).toMatchObject([
    {
      kind: 'lost',
      code: 'time-unreadable',
      count: 1,
      examples: [{ detail: 'day and month of the 1 rows before are exchanged' }],
    },
  ]);
});
