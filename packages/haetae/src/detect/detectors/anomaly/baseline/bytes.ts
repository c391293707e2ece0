/** Numbers as bytes, for what a baseline keeps. Little-endian. */

/** A sparse array of counts: the number of those that are not 0, then the gap to each and the count, as LEB128. */
export function writeSparse(cells: Uint32Array): Uint8Array {
  let filled = 0;
  for (let i = 0; i < cells.length; i++) if (cells[i] !== 0) filled++;
  const bytes = new Uint8Array(5 + 10 * filled);
  let at = varint(bytes, 0, filled);
  let last = 0;
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] === 0) continue;
    at = varint(bytes, at, i - last);
    at = varint(bytes, at, cells[i]!);
    last = i;
  }
  return bytes.slice(0, at);
}

/** Throws RangeError where the bytes are not such an array of this length. */
export function readSparse(bytes: Uint8Array, cells: Uint32Array): void {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= bytes.length) throw new RangeError('counts end too early');
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a count is too long');
  };
  const filled = next();
  let i = 0;
  for (let n = 0; n < filled; n++) {
    i += next();
    if (i >= cells.length) throw new RangeError('a count lies outside');
    cells[i] = next();
  }
}

function varint(bytes: Uint8Array, at: number, value: number): number {
  while (value >= 0x80) {
    bytes[at++] = (value & 0x7f) | 0x80;
    value = Math.floor(value / 128);
  }
  bytes[at++] = value;
  return at;
}

export const bytesOf = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).slice();

/** Throws RangeError where it is no whole number of them. */
export function numbersOf(bytes: Uint8Array): Float64Array {
  if (bytes.length % 8 !== 0) throw new RangeError('numbers are cut short');
  // A Buffer may be a part of a larger one, and begin anywhere: a copy begins at 0.
  return new Float64Array(new Uint8Array(bytes).buffer);
}
