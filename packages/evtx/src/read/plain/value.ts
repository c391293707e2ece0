/** BinXML values: bytes → typed value → the text that `wevtutil /f:xml` prints. The plain path; `../text.ts` is its fast twin. */
import { type Bytes, cutAtNul } from '../bytes.ts';
import { ARRAY, LEAST_SIZE, TYPE } from '../value-type.ts';
import type { Node } from './tree.ts';

export type Value =
  | { readonly kind: 'null' }
  | { readonly kind: 'string'; readonly value: string }
  /** A bigint where the type has 64 bits. */
  | {
      readonly kind: 'integer';
      readonly value: number | bigint;
      readonly bits: 8 | 16 | 32 | 64;
      readonly signed: boolean;
    }
  /** HexInt32, HexInt64, SizeT; a bigint where it has 64 bits. */
  | { readonly kind: 'hex'; readonly value: number | bigint; readonly bits: 32 | 64 }
  | { readonly kind: 'float'; readonly value: number; readonly bits: 32 | 64 }
  /** `stored` is the number in the log; whatever is not 0 is true. */
  | { readonly kind: 'boolean'; readonly value: boolean; readonly stored: number }
  | { readonly kind: 'binary'; readonly value: Uint8Array }
  /** Upper case in braces. */
  | { readonly kind: 'guid'; readonly value: string }
  | { readonly kind: 'sid'; readonly value: string }
  /** 100 ns ticks since 1601-01-01T00:00:00Z. */
  | { readonly kind: 'filetime'; readonly value: bigint }
  /** Year, month, day of week (Sunday 0), day, hour, minute, second, millisecond; UTC. */
  | { readonly kind: 'systemtime'; readonly value: readonly number[] }
  /** Each item makes its element once (MS-EVEN6 3.1.4.7.5). */
  | { readonly kind: 'array'; readonly items: readonly Value[] }
  /** Embedded BinXML, resolved. */
  | { readonly kind: 'xml'; readonly nodes: readonly Node[] };

export const NULL: Value = { kind: 'null' };

const hex = (n: number | bigint, digits: number) => n.toString(16).padStart(digits, '0');
const upperHex = (bytes: Uint8Array) => Array.from(bytes, (b) => hex(b, 2).toUpperCase()).join('');

/** windows-1252: 0x80–0x9F are not Latin-1. */
const CP1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
export const ansiChar = (byte: number): string =>
  byte >= 0x80 && byte < 0xa0 ? CP1252[byte - 0x80]! : String.fromCharCode(byte);

const ANSI_UNITS = Uint16Array.from({ length: 256 }, (_, byte) => ansiChar(byte).charCodeAt(0));
/** Units that are made one text at a time: arguments lie on the stack. */
const AT_ONCE = 4096;

/** NUL bytes are left out, as padding is. */
function ansi(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) units[count++] = ANSI_UNITS[bytes[i]!]!;
  let text = '';
  for (let at = 0; at < count; at += AT_ONCE) {
    text += String.fromCharCode.apply(undefined, units.subarray(at, Math.min(count, at + AT_ONCE)) as never);
  }
  return text;
}

/** The value of `size` bytes at `at`. Embedded BinXML (0x21) is not read here: it needs the chunk's templates. */
export function readValue(b: Bytes, type: number, at: number, size: number): Value {
  if (size === 0 || type === TYPE.null) return NULL;
  const end = at + size;
  b.slice(at, size, b.bytes.length, 'value');
  if (size < LEAST_SIZE[type]!) {
    throw b.fail('value', at, `a value of type 0x${hex(type, 2)} cannot have ${size} bytes`);
  }
  if (type & ARRAY) return { kind: 'array', items: readItems(b, type & ~ARRAY, at, end) };
  const v = b.view;
  switch (type) {
    case TYPE.string:
    case TYPE.xml:
      return { kind: 'string', value: cutAtNul(b.utf16(at, size >> 1, end, 'string')) };
    case TYPE.ansi:
      return { kind: 'string', value: ansi(b.bytes.subarray(at, end)) };
    case TYPE.int8:
      return { kind: 'integer', value: v.getInt8(at), bits: 8, signed: true };
    case TYPE.uint8:
      return { kind: 'integer', value: v.getUint8(at), bits: 8, signed: false };
    case TYPE.int16:
      return { kind: 'integer', value: v.getInt16(at, true), bits: 16, signed: true };
    case TYPE.uint16:
      return { kind: 'integer', value: v.getUint16(at, true), bits: 16, signed: false };
    case TYPE.int32:
      return { kind: 'integer', value: v.getInt32(at, true), bits: 32, signed: true };
    case TYPE.uint32:
      return { kind: 'integer', value: v.getUint32(at, true), bits: 32, signed: false };
    case TYPE.int64:
      return { kind: 'integer', value: v.getBigInt64(at, true), bits: 64, signed: true };
    case TYPE.uint64:
      return { kind: 'integer', value: v.getBigUint64(at, true), bits: 64, signed: false };
    case TYPE.real32:
      return { kind: 'float', value: v.getFloat32(at, true), bits: 32 };
    case TYPE.real64:
      return { kind: 'float', value: v.getFloat64(at, true), bits: 64 };
    case TYPE.bool: {
      const stored = v.getInt32(at, true);
      return { kind: 'boolean', value: stored !== 0, stored };
    }
    case TYPE.guid:
      return { kind: 'guid', value: guidText(b.bytes.subarray(at, at + 16)) };
    case TYPE.sizeT:
      return size >= 8 ? hex64(v.getBigUint64(at, true)) : hex32(v.getUint32(at, true));
    case TYPE.filetime:
      return { kind: 'filetime', value: v.getBigUint64(at, true) };
    case TYPE.systime:
      return { kind: 'systemtime', value: Array.from({ length: 8 }, (_, i) => v.getUint16(at + 2 * i, true)) };
    case TYPE.sid:
      return { kind: 'sid', value: sidText(b, at, sidSize(b, at, end)) };
    case TYPE.hex32:
      return hex32(v.getUint32(at, true));
    case TYPE.hex64:
      return hex64(v.getBigUint64(at, true));
    default: // binary, and a handle, which has no text of its own
      return { kind: 'binary', value: b.bytes.slice(at, end) };
  }
}

const hex32 = (value: number): Value => ({ kind: 'hex', value, bits: 32 });
const hex64 = (value: bigint): Value => ({ kind: 'hex', value, bits: 64 });

function readItems(b: Bytes, type: number, at: number, end: number): Value[] {
  const items: Value[] = [];
  if (type === TYPE.string || type === TYPE.ansi) {
    const unit = type === TYPE.string ? 2 : 1;
    let start = at;
    for (let p = at; p + unit <= end; p += unit) {
      if ((unit === 2 ? b.view.getUint16(p, true) : b.view.getUint8(p)) !== 0) continue;
      items.push(readValue(b, type, start, p - start));
      start = p + unit;
    }
    if (end - start >= unit) items.push(readValue(b, type, start, end - start));
    return items;
  }
  if (type === TYPE.binary) return [readValue(b, type, at, end - at)];
  if (type === TYPE.sid) {
    for (let p = at; p < end; p += sidSize(b, p, end))
      items.push({ kind: 'sid', value: sidText(b, p, sidSize(b, p, end)) });
    return items;
  }
  // A sizeT array does not say whether its items have 4 or 8 bytes: 8, unless they do not fit.
  const size = type === TYPE.sizeT && (end - at) % 8 === 0 ? 8 : LEAST_SIZE[type]!;
  for (let p = at; p + size <= end; p += size) items.push(readValue(b, type, p, size));
  return items;
}

/** Bytes of the SID at `at`: revision, count, 48-bit big-endian authority, `count` sub-authorities of 32 bits. */
function sidSize(b: Bytes, at: number, end: number): number {
  const size = 8 + 4 * b.u8(at + 1, end, 'SID: count of sub-authorities');
  if (at + size > end) throw b.fail('value', at, `SID needs ${size} bytes, has ${end - at}`);
  return size;
}

function sidText(b: Bytes, at: number, size: number): string {
  const authority = b.view.getUint16(at + 2) * 0x1_0000_0000 + b.view.getUint32(at + 4);
  let text = `S-${b.view.getUint8(at)}-${authority}`;
  for (let p = at + 8; p < at + size; p += 4) text += `-${b.view.getUint32(p, true)}`;
  return text;
}

/** `{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}`; the first three groups are little-endian integers. */
export function guidText(g: Uint8Array): string {
  const part = (...order: number[]) => upperHex(Uint8Array.from(order, (i) => g[i]!));
  return `{${part(3, 2, 1, 0)}-${part(5, 4)}-${part(7, 6)}-${part(8, 9)}-${part(10, 11, 12, 13, 14, 15)}}`;
}

/** `YYYY-MM-DDTHH:MM:SS.fffffffZ` of a FILETIME; a FILETIME reaches the year 60056, written with five digits. */
export function filetimeText(ticks: bigint): string {
  const day = new Date(Number(ticks / 10_000n) - 11_644_473_600_000).toISOString(); // past 9999: +0YYYYY-…
  const date = day.replace(/^\+0*/, '').slice(0, -'.mmmZ'.length);
  return `${date}.${(ticks % 10_000_000n).toString().padStart(7, '0')}Z`;
}

function systemtimeText([year, month, , day, hour, minute, second, ms]: readonly number[]): string {
  if (!year && !month && !day && !hour && !minute && !second && !ms) return '1601-01-01T00:00:00.0000000Z'; // unset
  const n = (value: number | undefined, digits: number) => String(value).padStart(digits, '0');
  return `${n(year, 4)}-${n(month, 2)}-${n(day, 2)}T${n(hour, 2)}:${n(minute, 2)}:${n(second, 2)}.${n(ms, 3)}0000Z`;
}

/** The shortest decimal that reads back as the same float of its width. */
export function floatText(value: number, bits: 32 | 64): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  let text = String(value);
  if (bits === 32) {
    for (let digits = 1; digits <= 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) {
        text = String(short);
        break;
      }
    }
  }
  return /^-?\d+$/.test(text) ? `${text}.0` : text.replace('e+', 'e');
}

export function valueText(value: Value): string {
  switch (value.kind) {
    case 'null':
      return '';
    case 'string':
    case 'guid':
    case 'sid':
      return value.value;
    case 'integer':
      return value.value.toString();
    case 'hex':
      return `0x${value.value.toString(16)}`;
    case 'float':
      return floatText(value.value, value.bits);
    case 'boolean':
      return value.value ? 'true' : 'false';
    case 'binary':
      return upperHex(value.value);
    case 'filetime':
      return filetimeText(value.value);
    case 'systemtime':
      return systemtimeText(value.value);
    case 'array':
      return value.items.map(valueText).join(',');
    case 'xml':
      return '';
    default:
      return value satisfies never;
  }
}
