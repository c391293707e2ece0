/** A time zone: a fixed offset, or an IANA zone whose offset depends on the instant. */
export interface Zone {
  /** As people write it: `Asia/Seoul`, `UTC`, `+09:00`. */
  readonly name: string;
  /** Minutes to add to UTC at this instant (milliseconds since 1970). */
  offsetMinutes(unixMs: number): number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function fixed(name: string, minutes: number): Zone {
  return { name, offsetMinutes: () => minutes };
}

function iana(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  /** Offsets change on the quarter hour at the finest; Intl is slow, so each quarter hour is asked once. */
  const known = new Map<number, number>();
  const ask = (unixMs: number): number => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(unixMs)) part[type] = value;
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
    const wall = new Date(0);
    wall.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
    wall.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
    return Math.round((wall.getTime() - Math.floor(unixMs / 1000) * 1000) / 60_000);
  };
  return {
    name,
    offsetMinutes(unixMs) {
      const quarter = Math.floor(unixMs / 900_000);
      let minutes = known.get(quarter);
      if (minutes === undefined) {
        if (known.size > 10_000) known.clear();
        minutes = ask(quarter * 900_000);
        known.set(quarter, minutes);
      }
      return minutes;
    },
  };
}

export const UTC: Zone = fixed('UTC', 0);

/** Abbreviations that are unambiguous to our users; all others must be written out. */
const ABBREVIATIONS: Readonly<Record<string, string>> = { KST: 'Asia/Seoul', JST: 'Asia/Tokyo', GMT: 'UTC', Z: 'UTC' };

/** `Asia/Seoul`, `UTC`, `KST`, `+09:00`, `+0900`, `UTC+9`, `local`; undefined when it names no zone. */
export function parseZone(text: string): Zone | undefined {
  const name = ABBREVIATIONS[text.toUpperCase()] ?? text;
  if (name.toUpperCase() === 'UTC') return UTC;
  if (name.toLowerCase() === 'local') return systemZone();
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(name);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    if (minutes > 18 * 60 || Number(offset[3] ?? 0) > 59) return undefined;
    const signed = offset[1] === '-' ? -minutes : minutes;
    return fixed(offsetText(signed), signed);
  }
  try {
    return iana(new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone);
  } catch {
    return undefined; // RangeError: Intl knows no such zone
  }
}

export function systemZone(): Zone {
  const name = new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;
  return name === 'UTC' || name === 'Etc/UTC' || name === undefined ? UTC : iana(name);
}

/** Minutes as `+09:00`. */
export function offsetText(minutes: number): string {
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(abs / 60)).padStart(2, '0')}:${String(abs % 60).padStart(2, '0')}`;
}

/** Wall-clock fields in `zone`, `yyyy-MM-dd HH:mm:ss.fff`; '' for a time that is not known. */
export function formatLocal(unixMs: number, zone: Zone): string {
  if (!Number.isFinite(unixMs)) return '';
  const wall = unixMs + zone.offsetMinutes(unixMs) * 60_000;
  if (Math.abs(wall) > 8.64e15) return '';
  return new Date(wall).toISOString().replace('T', ' ').slice(0, -1);
}

/** UTC as `yyyy-MM-ddTHH:mm:ss.fffffffZ`; `ticks` are the 100 ns within the millisecond, `digits` (3–7) cuts. '' when not known. */
export function formatUtc(unixMs: number, ticks: number, digits = 7): string {
  if (!Number.isFinite(unixMs) || Math.abs(unixMs) > 8.64e15) return '';
  const fraction = String(ticks)
    .padStart(4, '0')
    .slice(0, digits - 3);
  return `${new Date(unixMs).toISOString().slice(0, -1)}${fraction}Z`;
}

/** How a zone stands in a table's head over events of this instant: `Asia/Seoul +09:00`, `UTC`. */
export function zoneLabel(zone: Zone, unixMs: number): string {
  if (zone.name === 'UTC') return 'UTC';
  const offset = offsetText(zone.offsetMinutes(Number.isFinite(unixMs) ? unixMs : 0));
  return zone.name === offset ? `UTC${offset}` : `${zone.name} ${offset}`;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * An instant from ISO 8601 or a bare date, read in `zone` unless it states its own offset. A bare date given as the end
 * of a range means the end of that day. undefined when the text is no time or no such date exists.
 */
export function parseInstant(text: string, zone: Zone, edge: 'start' | 'end'): number | undefined {
  const m = ISO.exec(text.trim());
  if (m === null) return undefined;
  const [year, month, day, hour, minute, second] = [m[1], m[2], m[3], m[4] ?? 0, m[5] ?? 0, m[6] ?? 0].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Math.floor(Number(`0.${m[7] ?? 0}`) * 1000);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return undefined;
  let wall = date.getTime();
  if (m[4] === undefined && edge === 'end') wall += DAY - 1;
  const stated = m[8];
  if (stated !== undefined) return wall - parseZone(stated)!.offsetMinutes(0) * 60_000;
  return fromWall(wall, zone);
}

/** The instant whose wall clock in `zone` reads `wall` (milliseconds as if UTC); the earlier one where a clock is set back. */
export function fromWall(wall: number, zone: Zone): number {
  const before = wall - zone.offsetMinutes(wall - DAY) * 60_000;
  const after = wall - zone.offsetMinutes(wall + DAY) * 60_000;
  const reads = (instant: number) => instant + zone.offsetMinutes(instant) * 60_000 === wall;
  const [first, second] = before <= after ? [before, after] : [after, before];
  return reads(first) ? first : reads(second) ? second : before;
}
