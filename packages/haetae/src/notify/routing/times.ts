import type { Zone } from '../../locale/index.ts';
import { fromWall } from '../../locale/index.ts';
import type { DayTimes, OnCall } from '../config/config.ts';

const MINUTE = 60_000;
const DAY = 1440;

/** Wall clock of an instant: minutes since midnight, day of the week. */
function wallOf(ms: number, zone: Zone): { minute: number; day: number; wall: number } {
  const wall = ms + zone.offsetMinutes(ms) * MINUTE;
  const minutes = Math.floor(wall / MINUTE);
  return { minute: ((minutes % DAY) + DAY) % DAY, day: (((Math.floor(minutes / DAY) + 4) % 7) + 7) % 7, wall };
}

const has = (days: readonly number[], day: number): boolean => days.length === 0 || days.includes(((day % 7) + 7) % 7);

/** When the stretch in which an instant lies ends; undefined where it lies in none. Over midnight it belongs to the day it began on. */
export function endOf({ from, to, days }: DayTimes, ms: number, zone: Zone): number | undefined {
  const { minute, day, wall } = wallOf(ms, zone);
  const midnight = wall - (((wall % (DAY * MINUTE)) + DAY * MINUTE) % (DAY * MINUTE));
  const at = (minutes: number): number => fromWall(midnight + minutes * MINUTE, zone);
  if (from < to) return minute >= from && minute < to && has(days, day) ? at(to) : undefined;
  // Over midnight, or (from = to) the whole day round.
  if (minute >= from && has(days, day)) return at(to + DAY);
  if (minute < to && has(days, day - 1)) return at(to);
  return undefined;
}

/** Whose turn it is. */
export function onCallAt({ channels, startMs, turnDays }: OnCall, ms: number): string | undefined {
  const turn = Math.floor((ms - startMs) / (turnDays * DAY * MINUTE));
  return channels[((turn % channels.length) + channels.length) % channels.length];
}
