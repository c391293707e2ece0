import { expect, test } from 'vitest';
import { formatLocal, formatUtc, fromWall, offsetText, parseInstant, parseZone, UTC, zoneLabel } from './zone.ts';

const at = (iso: string) => Date.parse(iso);
const seoul = parseZone('Asia/Seoul')!;
const newYork = parseZone('America/New_York')!;

test.each([
  ['KST', 'Asia/Seoul', 540],
  ['Asia/Seoul', 'Asia/Seoul', 540],
  ['utc', 'UTC', 0],
  ['+09:00', '+09:00', 540],
  ['UTC+9', '+09:00', 540],
  ['-0330', '-03:30', -210],
])('zone %s is %s', (text, name, minutes) => {
  const zone = parseZone(text);
  expect([zone?.name, zone?.offsetMinutes(at('2025-06-23T12:00:00Z'))]).toEqual([name, minutes]);
});

test.each(['', 'Mars/Olympus', '+25:00', '+09:75', 'nine'])('%j names no zone', (text) => {
  expect(parseZone(text)).toBeUndefined();
});

test('summer time is the zone’s at that instant', () => {
  expect(newYork.offsetMinutes(at('2025-01-15T12:00:00Z'))).toBe(-300);
  expect(newYork.offsetMinutes(at('2025-07-15T12:00:00Z'))).toBe(-240);
});

test('times print in a zone with milliseconds, and in UTC with seven digits', () => {
  const ms = at('2025-06-23T12:27:33.462Z');
  expect(formatLocal(ms, seoul)).toBe('2025-06-23 21:27:33.462');
  expect(formatUtc(ms, 1234)).toBe('2025-06-23T12:27:33.4621234Z');
  expect([formatLocal(Number.NaN, seoul), formatUtc(Number.NaN, 0)]).toEqual(['', '']);
});

test.each([
  ['2025-06-23', 'start', '2025-06-22T15:00:00.000Z'],
  ['2025-06-23', 'end', '2025-06-23T14:59:59.999Z'],
  ['2025-06-23T10:00', 'start', '2025-06-23T01:00:00.000Z'],
  ['2025-06-23 10:00:00.5', 'end', '2025-06-23T01:00:00.500Z'],
  ['2025-06-23T10:00:00Z', 'start', '2025-06-23T10:00:00.000Z'],
  ['2025-06-23T10:00:00+02:00', 'start', '2025-06-23T08:00:00.000Z'],
] as const)('%s as the %s of a range in Seoul is %s', (text, edge, iso) => {
  expect(new Date(parseInstant(text, seoul, edge)!).toISOString()).toBe(iso);
});

test.each(['2025-02-30', '23.06.2025', '2025-06-23T25:00', 'yesterday', ''])('%j is no instant', (text) => {
  expect(parseInstant(text, UTC, 'start')).toBeUndefined();
});

test('a wall clock that was set back reads as the earlier instant; one that was skipped still gives an instant', () => {
  const wall = (iso: string) => at(`${iso}Z`);
  expect(new Date(fromWall(wall('2025-11-02T01:30:00'), newYork)).toISOString()).toBe('2025-11-02T05:30:00.000Z');
  expect(new Date(fromWall(wall('2025-03-09T02:30:00'), newYork)).toISOString()).toBe('2025-03-09T07:30:00.000Z');
});

test('a zone’s label names its offset', () => {
  const ms = at('2025-06-23T00:00:00Z');
  expect(zoneLabel(seoul, ms)).toBe('Asia/Seoul +09:00');
  expect(zoneLabel(parseZone('+05:30')!, ms)).toBe('UTC+05:30');
  expect(zoneLabel(UTC, ms)).toBe('UTC');
  expect(offsetText(-570)).toBe('-09:30');
});
