import { fromWall, parseZone, type Zone } from '../locale/index.ts';
/** Where {@link readInstant} puts what it read; made once and used again, since it is filled for every event. */
export interface Instant {
  /** Milliseconds since 1970-01-01T00:00:00Z; of a time without a zone: as if it had been UTC. */
  ms: number;
  /** 100 ns ticks within the millisecond, 0–9999. */
  ticks: number;
  /** The text says Z or an offset. */
  zoned: boolean;
}

export const instant = (): Instant => ({ ms: Number.NaN, ticks: 0, zoned: false });

const ZERO = 48;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads `YYYY-MM-DD[T ]HH:MM:SS[.f…][ ][Z|UTC|±HH[:]MM]` (also with `/` in the date and `,` before the fraction); digits
 * beyond 100 ns are cut. False, and `into` untouched, for anything else.
 */
export function readInstant(text: string, into: Instant): boolean {
  if (text.length < 19) return false;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  // A missing digit makes its number negative.
  if ((year | month | day | hour | minute | second) < 0) return false;
  const dash = text.charCodeAt(4);
  const separator = text.charCodeAt(10);
  if ((dash !== 45 && dash !== 47) || text.charCodeAt(7) !== dash) return false;
  if (separator !== 84 && separator !== 32 && separator !== 116) return false;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return false;
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]! || hour > 23 || minute > 59 || second > 60)
    return false;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return false;
  let at = 19;
  let fraction = 0;
  const mark = text.charCodeAt(at);
  if (mark === 46 || mark === 44) {
    let unit = 1_000_000;
    const first = ++at;
    for (; ; at++) {
      const digit = text.charCodeAt(at) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      if (unit >= 1) fraction += digit * unit;
      unit /= 10;
    }
    if (at === first) return false;
  }
  const zone = at === text.length ? undefined : zoneMinutes(text, at);
  if (Number.isNaN(zone)) return false;
  into.zoned = zone !== undefined;
  into.ms =
    daysFromCivil(year, month, day) * 86_400_000 +
    ((hour * 60 + minute - (zone ?? 0)) * 60 + second) * 1000 +
    Math.floor(fraction / 10_000);
  into.ticks = fraction % 10_000;
  return true;
}

/** `count` decimal digits at `from`; negative when one is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

const ZONE = /^\s?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)$/i;

/** Minutes east of UTC; NaN when it is no zone. */
function zoneMinutes(text: string, from: number): number {
  if (from === text.length - 1 && text.charCodeAt(from) === 90) return 0;
  const match = ZONE.exec(text.slice(from));
  if (match === null) return Number.NaN;
  if (match[1] !== undefined) return 0;
  const minutes = Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[2] === '-' ? -minutes : minutes;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

const zones = new Map<string, Zone>();

/**
 * UTC of a local time in an IANA zone or at a fixed offset (`+09:00`): `localMs` is the local time as if it were UTC. In
 * the hour that a clock change repeats, the earlier of the two. Throws RangeError for an unknown zone.
 */
export function utcOfLocal(localMs: number, zone: string): number {
  let known = zones.get(zone);
  if (known === undefined) {
    known = parseZone(zone);
    if (known === undefined) throw new RangeError(`no such time zone: ${zone}`);
    zones.set(zone, known);
  }
  return fromWall(localMs, known);
}
