import { EvtxError, type EvtxErrorCode } from '../error.ts';
import { ARRAY, TYPE } from '../read/value-type.ts';
import { guidBytes, sidBytes, windows1252 } from './text.ts';

/** 100 ns ticks since 1601-01-01Z, or milliseconds since 1970-01-01Z with the ticks (0–9999) within that millisecond. */
export type EvtxTime = bigint | { readonly ms: number; readonly ticks?: number };

interface ScalarTypes {
  string: string;
  /** Stored in windows-1252. */
  ansi: string;
  int8: number;
  uint8: number;
  int16: number;
  uint16: number;
  int32: number;
  uint32: number;
  int64: number | bigint;
  uint64: number | bigint;
  float: number;
  double: number;
  boolean: boolean;
  binary: Uint8Array;
  /** With or without braces. */
  guid: string;
  /** Stored in 8 bytes, printed in hex. */
  sizeT: number | bigint;
  filetime: EvtxTime;
  /** Milliseconds since 1970-01-01Z. */
  systemtime: number;
  /** S-1-5-… */
  sid: string;
  hexInt32: number;
  hexInt64: number | bigint;
}

type ScalarType = keyof ScalarTypes;
/** Arrays of binaries do not exist; those of sizeT do, but not every reader knows them, so none are written. */
type ArrayItemType = Exclude<ScalarType, 'binary' | 'sizeT'>;

/** A value with the type that BinXML stores. Arrays are the scalar's name with `[]`. */
export type EvtxValue =
  | { readonly type: 'null' }
  | { readonly [T in ScalarType]: { readonly type: T; readonly value: ScalarTypes[T] } }[ScalarType]
  | {
      readonly [T in ArrayItemType]: { readonly type: `${T}[]`; readonly value: readonly ScalarTypes[T][] };
    }[ArrayItemType];

const CODE: Readonly<Record<ScalarType, number>> = {
  string: TYPE.string,
  ansi: TYPE.ansi,
  int8: TYPE.int8,
  uint8: TYPE.uint8,
  int16: TYPE.int16,
  uint16: TYPE.uint16,
  int32: TYPE.int32,
  uint32: TYPE.uint32,
  int64: TYPE.int64,
  uint64: TYPE.uint64,
  float: TYPE.real32,
  double: TYPE.real64,
  boolean: TYPE.bool,
  binary: TYPE.binary,
  guid: TYPE.guid,
  sizeT: TYPE.sizeT,
  filetime: TYPE.filetime,
  systemtime: TYPE.systime,
  sid: TYPE.sid,
  hexInt32: TYPE.hex32,
  hexInt64: TYPE.hex64,
};

const CODES: Readonly<Record<string, number>> = Object.fromEntries([
  ['null', TYPE.null],
  ...Object.entries(CODE),
  ...Object.entries(CODE)
    .filter(([type]) => type !== 'binary' && type !== 'sizeT')
    .map(([type, code]) => [`${type}[]`, code | ARRAY] as const),
]);

/** A descriptor holds a value's size in 16 bits. */
const MOST_BYTES = 0xffff;
const UNIX_EPOCH_TICKS = 116_444_736_000_000_000n;

/** BinXML type byte of a value; undefined for a type that does not exist (the draft came from untyped code). */
export function typeCode(value: EvtxValue | string): number | undefined {
  return typeof value === 'string' ? TYPE.string : CODES[value.type];
}

export function filetime(time: EvtxTime): bigint {
  if (typeof time === 'bigint') return time;
  return BigInt(time.ms) * 10_000n + BigInt(time.ticks ?? 0) + UNIX_EPOCH_TICKS;
}

/**
 * The values of one record, encoded one after another before their place in a chunk is known: `bytes` up to `length`,
 * and a size and a type for each. Reused from record to record. `where` and `offset` go into errors.
 */
export class ValueBuffer {
  bytes: Uint8Array = new Uint8Array(1 << 14);
  view: DataView = new DataView(this.bytes.buffer);
  length = 0;
  readonly sizes: number[] = [];
  readonly codes: number[] = [];
  where = '';
  /** File offset at which the record would lie. */
  offset = 0;

  clear(offset: number): void {
    this.length = 0;
    this.sizes.length = 0;
    this.codes.length = 0;
    this.where = '';
    this.offset = offset;
  }

  /** Appends a value and its descriptor; throws {@link EvtxError} when the value does not fit its type. */
  add(value: EvtxValue | string | undefined, where: string): void {
    this.where = where;
    const start = this.length;
    if (typeof value === 'string') {
      writeString(this, value);
      this.codes.push(TYPE.string);
    } else {
      if (value !== undefined) writeValue(this, value);
      this.codes.push(value === undefined ? TYPE.null : CODES[value.type]!);
    }
    const size = this.length - start;
    if (size > MOST_BYTES) this.fail('too-large', `a value of ${size} bytes does not fit (at most ${MOST_BYTES})`);
    this.sizes.push(size);
  }

  /** Makes room for `size` more bytes and returns where they begin. */
  reserve(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(2 ** Math.ceil(Math.log2(this.length)));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  fail(code: EvtxErrorCode, reason: string): never {
    throw new EvtxError(code, `${this.where}: ${reason}`, this.offset);
  }
}

function writeValue(out: ValueBuffer, value: Exclude<EvtxValue, string>): void {
  if (value.type === 'null') return;
  if (CODES[value.type] === undefined) out.fail('value', `no value type ${JSON.stringify(value.type)}`);
  if (!value.type.endsWith('[]')) {
    SCALAR[value.type as ScalarType](out, value.value as never);
    return;
  }
  const item = value.type.slice(0, -2) as ArrayItemType;
  for (const each of value.value as readonly unknown[]) {
    SCALAR[item](out, each as never);
    if (item === 'string') out.reserve(2);
    else if (item === 'ansi') out.reserve(1);
    else continue;
    // The room is reused: the end mark has to be written.
    out.bytes.fill(0, out.length - (item === 'string' ? 2 : 1), out.length);
  }
}

function writeString(out: ValueBuffer, text: string): void {
  const size = text.length * 2;
  if (size > MOST_BYTES) {
    out.fail('too-large', `a string of ${text.length} UTF-16 units does not fit (at most ${MOST_BYTES >> 1})`);
  }
  let at = out.reserve(size);
  const bytes = out.bytes;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) out.fail('value', `U+0000 at ${i}: readers would cut the string there`);
    bytes[at++] = unit;
    bytes[at++] = unit >> 8;
  }
}

function integer(out: ValueBuffer, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    out.fail('value', `${value} is no integer from ${least} to ${most}`);
  }
  return value;
}

function wide(out: ValueBuffer, value: number | bigint, least: bigint, most: bigint): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    out.fail('value', `${value} is no exact integer: give a bigint`);
  }
  const exact = BigInt(value);
  if (exact < least || exact > most) out.fail('value', `${exact} is not from ${least} to ${most}`);
  return exact;
}

function append(out: ValueBuffer, bytes: Uint8Array): void {
  if (bytes.length > MOST_BYTES) {
    out.fail('too-large', `a value of ${bytes.length} bytes does not fit (at most ${MOST_BYTES})`);
  }
  const at = out.reserve(bytes.length);
  out.bytes.set(bytes, at);
}

const U64 = 2n ** 64n - 1n;
const uint32 = (out: ValueBuffer, value: number) => {
  const at = out.reserve(4);
  out.view.setUint32(at, integer(out, value, 0, 0xffff_ffff), true);
};
const uint64 = (out: ValueBuffer, value: number | bigint) => {
  const at = out.reserve(8);
  out.view.setBigUint64(at, wide(out, value, 0n, U64), true);
};

const SCALAR: { readonly [T in ScalarType]: (out: ValueBuffer, value: ScalarTypes[T]) => void } = {
  string: writeString,
  ansi: (out, value) => {
    const bytes = windows1252(value);
    if (!bytes.ok) out.fail('value', bytes.reason);
    else append(out, bytes.bytes);
  },
  int8: (out, value) => {
    const at = out.reserve(1);
    out.view.setInt8(at, integer(out, value, -0x80, 0x7f));
  },
  uint8: (out, value) => {
    const at = out.reserve(1);
    out.view.setUint8(at, integer(out, value, 0, 0xff));
  },
  int16: (out, value) => {
    const at = out.reserve(2);
    out.view.setInt16(at, integer(out, value, -0x8000, 0x7fff), true);
  },
  uint16: (out, value) => {
    const at = out.reserve(2);
    out.view.setUint16(at, integer(out, value, 0, 0xffff), true);
  },
  int32: (out, value) => {
    const at = out.reserve(4);
    out.view.setInt32(at, integer(out, value, -0x8000_0000, 0x7fff_ffff), true);
  },
  uint32,
  int64: (out, value) => {
    const at = out.reserve(8);
    out.view.setBigInt64(at, wide(out, value, -(2n ** 63n), 2n ** 63n - 1n), true);
  },
  uint64,
  float: (out, value) => {
    const at = out.reserve(4);
    out.view.setFloat32(at, value, true);
  },
  double: (out, value) => {
    const at = out.reserve(8);
    out.view.setFloat64(at, value, true);
  },
  boolean: (out, value) => {
    const at = out.reserve(4);
    out.view.setUint32(at, value ? 1 : 0, true);
  },
  binary: append,
  guid: (out, value) => {
    const bytes = guidBytes(value);
    if (bytes === undefined) out.fail('value', `${JSON.stringify(value)} is no GUID`);
    else append(out, bytes);
  },
  sizeT: uint64,
  filetime: (out, value) => {
    if (typeof value !== 'bigint') {
      if (!Number.isSafeInteger(value.ms)) out.fail('value', `${value.ms} is no whole number of milliseconds`);
      integer(out, value.ticks ?? 0, 0, 9999);
    }
    uint64(out, filetime(value));
  },
  systemtime: (out, value) => {
    const date = new Date(value);
    if (!Number.isInteger(value) || !(date.getUTCFullYear() >= 1601 && date.getUTCFullYear() <= 30_827)) {
      out.fail('value', `${value} ms is no time that a SYSTEMTIME holds`);
    }
    const at = out.reserve(16);
    const parts = [
      date.getUTCFullYear(),
      date.getUTCMonth() + 1,
      date.getUTCDay(),
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
      date.getUTCMilliseconds(),
    ];
    parts.forEach((part, i) => {
      out.view.setUint16(at + 2 * i, part, true);
    });
  },
  sid: (out, value) => {
    const bytes = sidBytes(value);
    if (bytes === undefined) out.fail('value', `${JSON.stringify(value)} is no SID`);
    else append(out, bytes);
  },
  hexInt32: uint32,
  hexInt64: uint64,
};
