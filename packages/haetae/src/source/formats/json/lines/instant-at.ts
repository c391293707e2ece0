import { type Instant, instant, readInstant } from '../../../instant.ts';
import * as window from './window.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BYTES = window.BYTES;
const BUFFER = window.BUFFER;
const VIEW = window.VIEW;

const ZERO = 48;
/** `YYYY-MM-DD`, and with it ` HH:MM:SS`. */
const DATE = 10;
const SHORTEST = 19;

/** Midnight of the date that was read last: logs hold few dates, one after the other. */
const midnight: Instant = instant();
let year = -1;
let monthAndDay = -1;
let dayEnd = -1;

/**
 * {@link readInstant} of the text at [start, end) of the window, for the two forms that nearly every log has: without a zone,
 * and with `Z`. False, and `into` untouched, for any other: then readInstant is asked.
 */
export function readInstantAt(start: number, end: number, into: Instant): boolean {
  if (end - start < SHORTEST || !readDate(start)) return false;
  const separator = BYTES[start + DATE]!;
  if (separator !== 32 && separator !== 84) return false;
  if (BYTES[start + 13] !== 58 || BYTES[start + 16] !== 58) return false;
  const hour = two(start + 11);
  const minute = two(start + 14);
  const second = two(start + 17);
  // Something that is no digit makes its number too large.
  if (hour > 23 || minute > 59 || second > 60) return false;
  let p = start + SHORTEST;
  let fraction = 0;
  if (p < end && BYTES[p] === 46) {
    const first = ++p;
    for (let unit = 1_000_000; p < end; p++, unit /= 10) {
      const digit = BYTES[p]! - ZERO;
      if (digit < 0 || digit > 9) break;
      if (unit >= 1) fraction += digit * unit;
    }
    if (p === first) return false;
  }
  const zoned = p < end;
  if (zoned && (p + 1 !== end || BYTES[p] !== 90)) return false;
  into.zoned = zoned;
  into.ms = midnight.ms + ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(fraction / 10_000);
  into.ticks = fraction % 10_000;
  return true;
}

/** Two digits; at least 100 where they are none. */
function two(at: number): number {
  const tens = BYTES[at]! - ZERO;
  const ones = BYTES[at + 1]! - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
}

function readDate(at: number): boolean {
  if (VIEW.getInt32(at) === year && VIEW.getInt32(at + 4) === monthAndDay && VIEW.getInt16(at + 8) === dayEnd)
    return true;
  if (!readInstant(`${BUFFER.latin1Slice(at, at + DATE)} 00:00:00`, midnight)) {
    year = -1;
    return false;
  }
  year = VIEW.getInt32(at);
  monthAndDay = VIEW.getInt32(at + 4);
  dayEnd = VIEW.getInt16(at + 8);
  return true;
}
