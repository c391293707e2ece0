/** BinXML value types (MS-EVEN6 2.2.12, "ValueType"); bit 0x80 makes an array of the type. */
export const TYPE = {
  null: 0x00,
  string: 0x01,
  ansi: 0x02,
  int8: 0x03,
  uint8: 0x04,
  int16: 0x05,
  uint16: 0x06,
  int32: 0x07,
  uint32: 0x08,
  int64: 0x09,
  uint64: 0x0a,
  real32: 0x0b,
  real64: 0x0c,
  bool: 0x0d,
  binary: 0x0e,
  guid: 0x0f,
  sizeT: 0x10,
  filetime: 0x11,
  systime: 0x12,
  sid: 0x13,
  hex32: 0x14,
  hex64: 0x15,
  handle: 0x20,
  binxml: 0x21,
  xml: 0x23,
} as const;

export const ARRAY = 0x80;

/** No value of a type that is not known is ever read: larger than any descriptor can say. */
const UNKNOWN = 0x10000;

/**
 * Least number of bytes of a value of each type; a value of 0 bytes is null whatever its type. A sizeT has 4 or 8. In an
 * array of these the items have exactly that size, save for text (NUL-terminated), binary (one item) and SIDs (self-sized).
 */
export const LEAST_SIZE: Int32Array = (() => {
  const least = new Int32Array(256).fill(UNKNOWN);
  const { int8, uint8, int16, uint16, int32, uint32, int64, uint64, real32, real64, bool, guid, sizeT } = TYPE;
  const { null: none, string, ansi, binary, filetime, systime, sid, hex32, hex64, handle, binxml, xml } = TYPE;
  for (const t of [none, string, ansi, binary, handle, binxml, xml]) least[t] = 0;
  for (const t of [int8, uint8]) least[t] = 1;
  for (const t of [int16, uint16]) least[t] = 2;
  for (const t of [int32, uint32, real32, bool, sizeT, hex32]) least[t] = 4;
  for (const t of [int64, uint64, real64, filetime, hex64, sid]) least[t] = 8;
  for (const t of [guid, systime]) least[t] = 16;
  for (let t = string; t <= hex64; t++) least[t | ARRAY] = least[t]!;
  return least;
})();
