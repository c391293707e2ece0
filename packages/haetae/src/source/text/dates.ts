/** A date and time as a Windows tool or a spreadsheet of some culture writes it. */
export interface LocalTime {
  /** The wall clock read as if it were UTC, whole milliseconds. */
  readonly wallMs: number;
  /** 100 ns ticks within the millisecond, 0–9999. */
  readonly ticks: number;
  /** Minutes east of UTC where the text states its offset (`Z` is 0). */
  readonly offsetMinutes: number | undefined;
  /** Seconds were written: false where a spreadsheet dropped them. */
  readonly seconds: boolean;
}

/** Which of the two numbers before a year is the day. A year in front decides by itself: year, month, day everywhere. */
export type DateOrder = 'day-first' | 'month-first';

const HALF = '오전|오후|午前|午後|上午|下午|[AP]\\.?\\s?M\\.?';
/**
 * `2025-06-23 오후 9:27:33`, `2025. 6. 23. 오후 9:27:33`, `2025年6月23日 21:27`, `6/23/2025 9:27:33 PM`, `23.06.2025 21:27:33`,
 * `2025-06-23T12:27:33.4624118Z`, `2025-06-23 12:27:33.462 +09:00`.
 */
const DATE_TIME = new RegExp(
  `^\\s*(\\d{1,4})\\s?([-/.년年])\\s?(\\d{1,2})\\s?[-/.월月]\\s?(\\d{1,4})[.일日]?(?:\\s*\\([^)]{1,12}\\))?,?` +
    `(?:(?:\\s+|T)(${HALF})?\\s*(\\d{1,2})(?:[:.시時]\\s?)(\\d{1,2})(?:[:.분分]\\s?(\\d{1,2})초?秒?(?:[.,](\\d{1,9}))?)?분?分?` +
    `\\s*(${HALF})?\\s*(Z|[+-]\\d{2}:?\\d{2})?)?\\s*$`,
  'i',
);

/** Windows event times and nothing else: what lies outside is a misreading. */
const FIRST_YEAR = 1980;
const LAST_YEAR = 2200;

/** undefined when the text is no such date, or names one that does not exist. */
export function parseLocalTime(text: string, order: DateOrder): LocalTime | undefined {
  // .NET and Windows mark the direction of writing within dates of some cultures.
  const m = DATE_TIME.exec(/[\u200e\u200f]/.test(text) ? text.replace(/[\u200e\u200f]/g, '') : text);
  if (m === null) return undefined;
  const first = Number(m[1]);
  const second = Number(m[3]);
  const third = Number(m[4]);
  let year = third;
  let month = order === 'day-first' ? second : first;
  let day = order === 'day-first' ? first : second;
  if (m[1]!.length === 4) [year, month, day] = [first, second, third];
  else if (m[4]!.length === 2) year += 2000;
  const half = m[5] ?? m[10];
  let hour = Number(m[6] ?? 0);
  if (half !== undefined) {
    if (hour < 1 || hour > 12)
      return hour > 12 && hour < 24 && isAfternoon(half) ? timeOf(m, year, month, day, hour) : undefined;
    hour = (hour % 12) + (isAfternoon(half) ? 12 : 0);
  }
  return timeOf(m, year, month, day, hour);
}

function isAfternoon(half: string): boolean {
  return /^(?:오후|午後|下午|p)/i.test(half);
}

function timeOf(m: RegExpExecArray, year: number, month: number, day: number, hour: number): LocalTime | undefined {
  const minute = Number(m[7] ?? 0);
  const second = Number(m[8] ?? 0);
  if (year < FIRST_YEAR || year > LAST_YEAR || hour > 23 || minute > 59 || second > 60) return undefined;
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const fraction = (m[9] ?? '').padEnd(7, '0');
  return {
    wallMs: midnight + ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3)),
    ticks: Number(fraction.slice(3, 7)),
    offsetMinutes: offsetOf(m[11]),
    seconds: m[8] !== undefined,
  };
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'Z' || text === 'z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text[0] === '-' ? -minutes : minutes;
}

/** One row's date, and its time in UTC where the row states that too. */
export interface DateSample {
  readonly text: string;
  /** NaN where the row states none. */
  readonly utcMs: number;
}

export interface DateOrderFound {
  readonly order: DateOrder;
  /** `year-first`: no date depends on it. `told`: a number above 12 is a day. `utc`: the other order contradicts UTC. */
  readonly because: 'year-first' | 'told' | 'utc' | 'assumed';
}

/**
 * Day or month first? Told by the first date with a number above 12, else by times in UTC beside the dates, else assumed:
 * day first between dots or hyphens, month first between slashes.
 */
export function findDateOrder(samples: Iterable<DateSample>): DateOrderFound {
  let slash: boolean | undefined;
  let lead = 0;
  for (const { text, utcMs } of samples) {
    if (/^\s*\d{4}/.test(text)) continue;
    const day = parseLocalTime(text, 'day-first');
    const month = parseLocalTime(text, 'month-first');
    if (day === undefined && month === undefined) continue;
    if (day === undefined) return { order: 'month-first', because: 'told' };
    if (month === undefined) return { order: 'day-first', because: 'told' };
    slash ??= text.includes('/');
    if (Number.isNaN(utcMs) || day.wallMs === month.wallMs) continue;
    if (isNear(day.wallMs, utcMs)) lead++;
    if (isNear(month.wallMs, utcMs)) lead--;
  }
  if (slash === undefined) return { order: 'month-first', because: 'year-first' };
  if (lead !== 0) return { order: lead > 0 ? 'day-first' : 'month-first', because: 'utc' };
  return { order: slash ? 'month-first' : 'day-first', because: 'assumed' };
}

/** No local time is further from UTC than 14 hours. */
function isNear(wallMs: number, utcMs: number): boolean {
  return Math.abs(wallMs - utcMs) <= 14.5 * 3_600_000;
}
