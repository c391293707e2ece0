/** The parts of a time that a rule can ask for, with their values. Source: Sigma specification 2.1, "Time Modifiers". */
export const TIME_PARTS = {
  minute: { least: 0, most: 59 },
  hour: { least: 0, most: 23 },
  day: { least: 1, most: 31 },
  /** Weeks of ISO 8601, of which some years have 53; the specification says 52. */
  week: { least: 1, most: 53 },
  month: { least: 1, most: 12 },
  year: { least: 1, most: 9999 },
} as const;
export type TimePart = keyof typeof TIME_PARTS;

/** A point in time without a zone, as milliseconds since 1970 of a clock that shows it. */
type Clock = number;

interface Read {
  readonly clock: Clock;
  /** Minutes east of UTC; undefined where the text names no zone. */
  readonly offset: number | undefined;
}

/** `2025-06-23T12:27:33.462Z`, Sysmon's `2025-06-23 12:27:33.462`, `2025/06/23`, an offset `+09:00` or `+0900`. */
const ISO =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
/** `6/23/2025 12:27:33 PM`, as Windows writes times into messages in American English. */
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))? ?([AP])M$/i;
/** `20250623122733.462000+540`, as WMI writes times: the offset is in minutes. */
const CIM = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\.\d{6}([+-]\d{3})$/;

function clockOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): Clock | undefined {
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined;
  const made = new Date(0);
  made.setUTCFullYear(year, month - 1, day);
  // 31 April is no day.
  if (made.getUTCDate() !== day) return undefined;
  return made.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** Days from 1601 (FILETIME) to 1970, in milliseconds. */
const FILETIME_EPOCH = 11_644_473_600_000;

function read(value: string): Read | undefined {
  // Messages mark the direction of digits with invisible characters.
  const text = value.replace(/[\u200e\u200f]/g, '').trim();
  if (text.length > 64) return undefined;
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, , month, day, hour = 0, minute = 0, second = 0, , zone] = iso;
    const clock = clockOf(+year!, +month!, +day!, +hour, +minute, +second);
    return clock === undefined ? undefined : { clock, offset: offsetOf(zone) };
  }
  const american = AMERICAN.exec(text);
  if (american !== null) {
    const [, month, day, year, hour, minute, second = 0, half] = american;
    if (+hour! < 1 || +hour! > 12) return undefined;
    const clock = clockOf(+year!, +month!, +day!, (+hour! % 12) + (/p/i.test(half!) ? 12 : 0), +minute!, +second);
    return clock === undefined ? undefined : { clock, offset: undefined };
  }
  const cim = CIM.exec(text);
  if (cim !== null) {
    const [, year, month, day, hour, minute, second, offset] = cim;
    const clock = clockOf(+year!, +month!, +day!, +hour!, +minute!, +second!);
    return clock === undefined ? undefined : { clock, offset: +offset! };
  }
  // Unix time in seconds or milliseconds, FILETIME in decimals or hexadecimals.
  if (/^\d{10}$/.test(text)) return { clock: Number(text) * 1000, offset: 0 };
  if (/^\d{13}$/.test(text)) return { clock: Number(text), offset: 0 };
  if (/^1[234]\d{16}$/.test(text) || /^0x0?1[cdef][0-9a-f]{13,14}$/i.test(text))
    return { clock: Math.floor(Number(text) / 10_000) - FILETIME_EPOCH, offset: 0 };
  return undefined;
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Whether this is a time zone: `UTC`, or a name of the IANA database such as `Asia/Seoul`. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What a clock in `zone` shows at `ms` since 1970-01-01Z. */
function clockIn(zone: string, ms: number): Clock {
  if (zone === 'UTC') return ms;
  const parts = formatOf(zone).formatToParts(ms);
  const part = (type: string): number => Number(parts.find((p) => p.type === type)!.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/**
 * Reads one part of the time that a field holds; undefined where it holds none. A time without a zone is taken as it
 * stands (Windows logs UTC); one with a zone, or counted from a fixed moment, is read on a clock in `zone`.
 */
export function timePart(value: string, part: TimePart, zone: string): number | undefined {
  const found = read(value);
  if (found === undefined) return undefined;
  const clock = found.offset === undefined ? found.clock : clockIn(zone, found.clock - found.offset * 60_000);
  const date = new Date(clock);
  switch (part) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return isoWeek(date);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
    default:
      return part satisfies never;
  }
}

/** The week that holds this week's Thursday, counted from the one that holds the first Thursday of its year. */
function isoWeek(date: Date): number {
  const day = 86_400_000;
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * day);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - newYear) / day / 7) + 1;
}
