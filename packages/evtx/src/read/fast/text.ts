/** Slots → strings and numbers: the fast twin of `plain/value.ts`. */
import { Bytes, wellFormed } from '../bytes.ts';
import { CHUNK, VIEW } from '../chunk-buffer.ts';
import { readValue, type Value, valueText } from '../plain/value.ts';
import { TYPE } from '../value-type.ts';
import { slotAt, slotSize, slotType } from './slots.ts';

/** Short strings repeat (channels, hosts, users, paths): they are kept by content, so that a repeat allocates nothing. */
const MEMOS = 4096;
const MEMO_UNITS = 48;
const memoText: string[] = new Array(MEMOS).fill('');
const memoLength = new Uint8Array(MEMOS);
const memoUnits = new Uint16Array(MEMOS * MEMO_UNITS);

/** Units to a call of fromCharCode, which takes them as arguments on the stack. */
const PIECE = 4096;
const scratch = new Uint16Array(PIECE);

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

/** `units` UTF-16 units as a string; unpaired surrogates become U+FFFD. */
export function utf16Text(at: number, units: number): string {
  if (units === 0) return '';
  if (units <= MEMO_UNITS) {
    const hash =
      Math.imul((units === 1 ? 0 : VIEW.getInt32(at, true)) ^ (units << 7), 0x9e3779b1) ^
      Math.imul(units === 1 ? 0 : VIEW.getInt32(at + ((units >> 1) & ~1) * 2, true), 0x85ebca6b) ^
      Math.imul(VIEW.getUint16(at + 2 * units - 2, true), 0xc2b2ae35);
    const slot = (hash ^ (hash >>> 15)) & (MEMOS - 1);
    const start = slot * MEMO_UNITS;
    if (memoLength[slot] === units) {
      let i = 0;
      while (i < units && memoUnits[start + i] === VIEW.getUint16(at + 2 * i, true)) i++;
      if (i === units) return memoText[slot]!;
    }
    const text = decode(at, units);
    memoLength[slot] = units;
    for (let i = 0; i < units; i++) memoUnits[start + i] = VIEW.getUint16(at + 2 * i, true);
    memoText[slot] = text;
    return text;
  }
  return decode(at, units);
}

function decode(at: number, units: number): string {
  let text = '';
  let surrogates = 0;
  for (let from = 0; from < units; from += PIECE) {
    const count = Math.min(PIECE, units - from);
    const start = at + 2 * from;
    for (let i = 0; i < count; i++) {
      const unit = VIEW.getUint16(start + 2 * i, true);
      scratch[i] = unit;
      if ((unit & 0xf800) === 0xd800) surrogates = 1;
    }
    text += String.fromCharCode.apply(null, scratch.subarray(0, count) as unknown as number[]);
  }
  return surrogates === 0 ? text : wellFormed(text);
}

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
      return utf16Text(at, unitsOf(at, slotSize[slot]!));
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

/** The time in a text `YYYY-MM-DDTHH:MM:SS.fffffff[ff]Z`, as logs forwarded as XML have it; undefined for any other. */
export function slotTime(slot: number): { ms: number; ticks: number } | undefined {
  const at = slotAt[slot]!;
  if (slotType[slot] !== TYPE.string || slotSize[slot]! < 56) return undefined;
  const units = unitsOf(at, slotSize[slot]!);
  const unit = (i: number) => VIEW.getUint16(at + 2 * i, true);
  if (
    unit(4) !== 0x2d ||
    unit(7) !== 0x2d ||
    unit(10) !== 0x54 ||
    unit(13) !== 0x3a ||
    unit(16) !== 0x3a ||
    unit(19) !== 0x2e
  ) {
    return undefined;
  }
  if (units < 28 || unit(units - 1) !== 0x5a) return undefined;
  const year = digits(at, 4);
  const month = digits(at + 10, 2);
  const day = digits(at + 16, 2);
  const hour = digits(at + 22, 2);
  const minute = digits(at + 28, 2);
  const second = digits(at + 34, 2);
  const ticks = digits(at + 40, 7);
  const rest = units > 28 ? digits(at + 54, units - 28) : 0;
  if (year < 1000 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0 || ticks < 0 || rest < 0)
    return undefined;
  const date = (year * 100 + month) * 100 + day;
  if (date !== lastDate) {
    lastDayMs = Date.UTC(year, month - 1, day);
    lastDate = date;
  }
  const ms = lastDayMs + (hour * 3600 + minute * 60 + second) * 1000 + Math.floor(ticks / 1e4);
  return { ms, ticks: ticks % 1e4 };
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
