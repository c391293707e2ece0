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

/** Integer of a slot: undefined if it is not an unsigned one, or is beyond 2^53. */
export function slotInteger(slot: number): number | undefined {
  const at = slotAt[slot]!;
  switch (slotType[slot]) {
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
