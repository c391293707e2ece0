/** Slots → strings and numbers: the fast twin of `plain/value.ts`. */
import { Bytes } from '../bytes.ts';
import * as buffer from '../chunk-buffer.ts';
import { readValue, type Value, valueText } from '../plain/value.ts';
import * as valueType from '../value-type.ts';
import * as slotTable from './slots.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK, VIEW } = buffer;
const { TYPE } = valueType;
const { slotAt, slotSize, slotType } = slotTable;

/** Short strings repeat (channels, hosts, users, paths): they are kept by content, so that a repeat allocates nothing. */
const MEMOS = 4096;
/** Two units each. */
const MEMO_PAIRS = 24;
const memoText: string[] = new Array(MEMOS).fill('');
const memoSize = new Uint8Array(MEMOS);
const memoPairs = new Int32Array(MEMOS * MEMO_PAIRS);

/** Reads an unpaired surrogate as U+FFFD, too. */
const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true });

/** The units of a UTF-16 value before its first NUL. */
export function unitsOf(at: number, size: number): number {
  const end = at + (size & ~1);
  let p = at;
  for (; p + 4 <= end; p += 4) {
    const two = VIEW.getInt32(p, true);
    if ((two & 0xffff) === 0 || two >>> 16 === 0) break;
  }
  while (p < end && VIEW.getUint16(p, true) !== 0) p += 2;
  return (p - at) >> 1;
}

/** A UTF-16 value as a string: cut at its first NUL; unpaired surrogates become U+FFFD. */
function utf16Text(at: number, size: number): string {
  const pairs = (size + 3) >> 2;
  if (pairs > MEMO_PAIRS || size < 4) return decode(at, unitsOf(at, size));
  // the last two units stand for an odd one at the end, too
  const last = VIEW.getInt32(at + (size & ~1) - 4, true);
  const middle = VIEW.getInt32(at + ((size >> 1) & ~3), true);
  const hash =
    Math.imul(VIEW.getInt32(at, true) ^ (size << 7), 0x9e3779b1) ^
    Math.imul(middle, 0x85ebca6b) ^
    Math.imul(last, 0xc2b2ae35);
  const slot = (hash ^ (hash >>> 15)) & (MEMOS - 1);
  const start = slot * MEMO_PAIRS;
  if (memoSize[slot] === size && memoPairs[start + pairs - 1] === last) {
    let i = 0;
    while (i < pairs - 1 && memoPairs[start + i] === VIEW.getInt32(at + 4 * i, true)) i++;
    if (i === pairs - 1) return memoText[slot]!;
  }
  const text = decode(at, unitsOf(at, size));
  memoSize[slot] = size;
  for (let i = 0; i < pairs - 1; i++) memoPairs[start + i] = VIEW.getInt32(at + 4 * i, true);
  memoPairs[start + pairs - 1] = last;
  memoText[slot] = text;
  return text;
}

const decode = (at: number, units: number): string => utf16.decode(CHUNK.subarray(at, at + 2 * units));

const UPPER: readonly string[] = Array.from({ length: 256 }, (_, b) => b.toString(16).toUpperCase().padStart(2, '0'));

function guidText(at: number): string {
  const b = (i: number) => UPPER[CHUNK[at + i]!]!;
  return (
    `{${b(3)}${b(2)}${b(1)}${b(0)}-${b(5)}${b(4)}-${b(7)}${b(6)}-${b(8)}${b(9)}-` +
    `${b(10)}${b(11)}${b(12)}${b(13)}${b(14)}${b(15)}}`
  );
}

/** Text of a slot that is neither an array nor embedded BinXML, as `wevtutil /f:xml` prints it. */
export function slotText(slot: number): string {
  const at = slotAt[slot]!;
  switch (slotType[slot]) {
    case TYPE.null:
      return '';
    case TYPE.string:
      return utf16Text(at, slotSize[slot]! & ~1);
    case TYPE.uint8:
      return String(CHUNK[at]!);
    case TYPE.uint16:
      return String(VIEW.getUint16(at, true));
    case TYPE.int32:
      return String(VIEW.getInt32(at, true));
    case TYPE.uint32:
      return String(VIEW.getUint32(at, true));
    case TYPE.hex32:
      return `0x${VIEW.getUint32(at, true).toString(16)}`;
    case TYPE.hex64: {
      const high = VIEW.getUint32(at + 4, true);
      const low = VIEW.getUint32(at, true).toString(16);
      return high === 0 ? `0x${low}` : `0x${high.toString(16)}${low.padStart(8, '0')}`;
    }
    case TYPE.bool:
      return VIEW.getInt32(at, true) === 0 ? 'false' : 'true';
    case TYPE.guid:
      return guidText(at);
    default:
      return valueText(slotValue(slot));
  }
}

const whole = new Bytes(CHUNK);

/** The typed value of such a slot. */
export const slotValue = (slot: number): Value => readValue(whole, slotType[slot]!, slotAt[slot]!, slotSize[slot]!);

/** Whether a slot's text is empty or nothing but white space. */
export function slotIsBlank(slot: number): boolean {
  if (slotType[slot] === TYPE.null) return true;
  if (
    slotType[slot] === TYPE.string &&
    VIEW.getUint16(slotAt[slot]!, true) > 0x20 &&
    VIEW.getUint16(slotAt[slot]!, true) < 0x80
  ) {
    return false;
  }
  return slotText(slot).trim() === '';
}

/** The number that decimal digits of a UTF-16 value say; -1 if one of them is none. */
function digits(at: number, count: number): number {
  let value = 0;
  for (let p = at; p < at + 2 * count; p += 2) {
    const digit = VIEW.getUint16(p, true) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

let lastDate = -1;
let lastDayMs = 0;

/** What stands in `YYYY-MM-DDTHH:MM:SS.fffffff`: a digit where it is '0'. */
const ISO_SHAPE = Uint8Array.from('0000-00-00T00:00:00.0000000', (c) => c.charCodeAt(0));
const isoDigits = new Float64Array(8);

/** The time in a text `YYYY-MM-DDTHH:MM:SS.fffffff[ff]Z`, as logs forwarded as XML have it; undefined for any other. */
export function slotTime(slot: number): { ms: number; ticks: number } | undefined {
  const at = slotAt[slot]!;
  const units = slotType[slot] === TYPE.string ? unitsOf(at, slotSize[slot]!) : 0;
  if ((units !== 28 && units !== 30) || VIEW.getUint16(at + 2 * units - 2, true) !== 0x5a) return undefined;
  let field = 0;
  let value = 0;
  for (let i = 0; i < ISO_SHAPE.length; i++) {
    const unit = VIEW.getUint16(at + 2 * i, true);
    if (ISO_SHAPE[i] === 0x30) {
      if (unit < 0x30 || unit > 0x39) return undefined;
      value = value * 10 + unit - 0x30;
    } else {
      if (unit !== ISO_SHAPE[i]) return undefined;
      isoDigits[field++] = value;
      value = 0;
    }
  }
  if (units === 30 && digits(at + 54, 2) < 0) return undefined;
  const year = isoDigits[0]!;
  const month = isoDigits[1]!;
  const day = isoDigits[2]!;
  const hour = isoDigits[3]!;
  const minute = isoDigits[4]!;
  const second = isoDigits[5]!;
  if (year < 1000) return undefined;
  const date = (year * 100 + month) * 100 + day;
  if (date !== lastDate) {
    lastDayMs = Date.UTC(year, month - 1, day);
    lastDate = date;
  }
  const ms = lastDayMs + (hour * 3600 + minute * 60 + second) * 1000 + Math.floor(value / 1e4);
  return { ms, ticks: value % 1e4 };
}

/** Integer of a slot: undefined if it is none that is unsigned and at most 2^53, or few decimal digits as text. */
export function slotInteger(slot: number): number | undefined {
  const at = slotAt[slot]!;
  switch (slotType[slot]) {
    case TYPE.string: {
      const units = unitsOf(at, slotSize[slot]!);
      const value = units > 0 && units < 16 ? digits(at, units) : -1;
      return value < 0 ? undefined : value;
    }
    case TYPE.uint16:
      return VIEW.getUint16(at, true);
    case TYPE.uint32:
    case TYPE.hex32:
      return VIEW.getUint32(at, true);
    case TYPE.uint64:
    case TYPE.hex64: {
      const high = VIEW.getUint32(at + 4, true);
      return high < 0x200000 ? high * 0x1_0000_0000 + VIEW.getUint32(at, true) : undefined;
    }
    default:
      return undefined;
  }
}
