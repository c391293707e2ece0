import { expect, test } from 'vitest';
import { type EvtxValue, ValueBuffer } from './values.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const encode = (value: EvtxValue | string) => {
  const out = new ValueBuffer();
  out.clear(0x1200);
  out.add(value, 'EventData/X');
  return { type: out.codes[0], bytes: hex(out.bytes.subarray(0, out.length)) };
};

const GUID = '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}';
test.each<[EvtxValue | string, number, string]>([
  ['한A', 0x01, '5cd54100'],
  ['', 0x01, ''],
  [{ type: 'null' }, 0x00, ''],
  [{ type: 'string', value: '\r\n' }, 0x01, '0d000a00'],
  [{ type: 'ansi', value: 'a€é\u0081' }, 0x02, '6180e981'],
  [{ type: 'int8', value: -128 }, 0x03, '80'],
  [{ type: 'uint8', value: 255 }, 0x04, 'ff'],
  [{ type: 'int16', value: -2 }, 0x05, 'feff'],
  [{ type: 'uint16', value: 4688 }, 0x06, '5012'],
  [{ type: 'int32', value: -2 }, 0x07, 'feffffff'],
  [{ type: 'uint32', value: 0xfffffffe }, 0x08, 'feffffff'],
  [{ type: 'int64', value: -2 }, 0x09, 'feffffffffffffff'],
  [{ type: 'uint64', value: 2n ** 64n - 1n }, 0x0a, 'ffffffffffffffff'],
  [{ type: 'float', value: 1.5 }, 0x0b, '0000c03f'],
  [{ type: 'double', value: -0.1 }, 0x0c, '9a9999999999b9bf'],
  [{ type: 'boolean', value: true }, 0x0d, '01000000'],
  [{ type: 'binary', value: Uint8Array.of(1, 0, 255) }, 0x0e, '0100ff'],
  [{ type: 'guid', value: GUID }, 0x0f, '5f3870572ac2e043bf4c06f5698ffbd9'],
  [{ type: 'guid', value: GUID.slice(1, -1).toLowerCase() }, 0x0f, '5f3870572ac2e043bf4c06f5698ffbd9'],
  [{ type: 'sizeT', value: 0x1000 }, 0x10, '0010000000000000'],
  // 2023-11-14T22:13:20.1234567Z
  [{ type: 'filetime', value: { ms: 1_700_000_000_123, ticks: 4567 } }, 0x11, '87d67fc64717da01'],
  [{ type: 'filetime', value: 133_444_736_001_234_567n }, 0x11, '87d67fc64717da01'],
  [{ type: 'systemtime', value: 1_700_000_000_123 }, 0x12, 'e7070b0002000e0016000d0014007b00'],
  [{ type: 'sid', value: 'S-1-5-18' }, 0x13, '010100000000000512000000'],
  [
    { type: 'sid', value: 'S-1-5-21-1-2-4294967295-1001' },
    0x13,
    '01050000000000051500000001000000' + '02000000ffffffffe9030000',
  ],
  [{ type: 'hexInt32', value: 255 }, 0x14, 'ff000000'],
  [{ type: 'hexInt64', value: 0x8000000000000000n }, 0x15, '0000000000000080'],
  [{ type: 'string[]', value: ['a', '', 'b'] }, 0x81, '6100000000006200' + '0000'],
  [{ type: 'ansi[]', value: ['a', ''] }, 0x82, '610000'],
  [{ type: 'uint16[]', value: [1, 2] }, 0x86, '01000200'],
  [{ type: 'boolean[]', value: [false, true] }, 0x8d, '0000000001000000'],
  [{ type: 'sid[]', value: ['S-1-5-18', 'S-1-1-0'] }, 0x93, '010100000000000512000000010100000000000100000000'],
  [{ type: 'uint8[]', value: [] }, 0x84, ''],
])('stored value %#', (value, type, bytes) => {
  expect(encode(value)).toEqual({ type, bytes });
});

test('room that was used before holds no rests', () => {
  const out = new ValueBuffer();
  out.add({ type: 'binary', value: new Uint8Array(64).fill(0xee) }, 'X');
  out.clear(0);
  out.add({ type: 'string[]', value: ['a'] }, 'X');
  expect(hex(out.bytes.subarray(0, out.length))).toBe('61000000');
});

const untyped = (value: unknown) => value as EvtxValue;
test.each<[EvtxValue | string, string, string]>([
  ['a\0b', 'value', 'U+0000 at 1: readers would cut the string there'],
  [{ type: 'string[]', value: ['a\0'] }, 'value', 'U+0000 at 1: readers would cut the string there'],
  [{ type: 'ansi', value: '한' }, 'value', '"한" at 0 is not in windows-1252'],
  [{ type: 'uint8', value: 256 }, 'value', '256 is no integer from 0 to 255'],
  [{ type: 'int8', value: -129 }, 'value', '-129 is no integer from -128 to 127'],
  [{ type: 'uint32', value: 1.5 }, 'value', '1.5 is no integer from 0 to 4294967295'],
  [{ type: 'int64', value: 2 ** 60 }, 'value', '1152921504606847000 is no exact integer: give a bigint'],
  [{ type: 'hexInt64', value: -1n }, 'value', '-1 is not from 0 to 18446744073709551615'],
  [{ type: 'guid', value: '{5770385F}' }, 'value', '"{5770385F}" is no GUID'],
  [{ type: 'sid', value: 'S-1-5-4294967296' }, 'value', '"S-1-5-4294967296" is no SID'],
  [{ type: 'filetime', value: { ms: 0, ticks: 10_000 } }, 'value', '10000 is no integer from 0 to 9999'],
  [{ type: 'filetime', value: { ms: Number.NaN } }, 'value', 'NaN is no whole number of milliseconds'],
  [
    { type: 'systemtime', value: -12_000_000_000_000 },
    'value',
    '-12000000000000 ms is no time that a SYSTEMTIME holds',
  ],
  ['x'.repeat(32_768), 'too-large', 'a string of 32768 UTF-16 units does not fit (at most 32767)'],
  [
    { type: 'binary', value: new Uint8Array(65_536) },
    'too-large',
    'a value of 65536 bytes does not fit (at most 65535)',
  ],
  [
    { type: 'uint8[]', value: new Array(65_536).fill(0) },
    'too-large',
    'a value of 65536 bytes does not fit (at most 65535)',
  ],
  [untyped({ type: 'uint128', value: 1 }), 'value', 'no value type "uint128"'],
])('value %# is refused', (value, code, reason) => {
  expect(() => encode(value)).toThrow(
    expect.objectContaining({ code, offset: 0x1200, message: `0x00001200: EventData/X: ${reason}` }),
  );
});
