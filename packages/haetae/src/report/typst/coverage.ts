/** Which letters fonts have, from their own tables (cmap): what none of them has is written by its number and not as a box. */
export function coverageOf(fonts: readonly Uint8Array[]): (codePoint: number) => boolean {
  const had = new Uint8Array(0x110000 / 8);
  const add = (from: number, to: number): void => {
    for (let c = from; c <= to && c < 0x110000; c++) had[c >> 3]! |= 1 << (c & 7);
  };
  for (const font of fonts) readCmap(new DataView(font.buffer, font.byteOffset, font.byteLength), add);
  return (c) => (had[c >> 3]! & (1 << (c & 7))) !== 0;
}

/** Formats 4 and 12, which fonts of today have. Source: OpenType, “cmap – Character to Glyph Index Mapping Table”. */
function readCmap(font: DataView, add: (from: number, to: number) => void): void {
  const tables = font.getUint16(4);
  let cmap = -1;
  for (let i = 0; i < tables; i++)
    if (font.getUint32(12 + i * 16) === 0x636d6170) cmap = font.getUint32(12 + i * 16 + 8);
  if (cmap < 0) throw new RangeError('a font without cmap');
  const subtables = font.getUint16(cmap + 2);
  for (let i = 0; i < subtables; i++) {
    const at = cmap + font.getUint32(cmap + 4 + i * 8 + 4);
    const format = font.getUint16(at);
    if (format === 12) {
      const groups = font.getUint32(at + 12);
      for (let g = 0; g < groups; g++) add(font.getUint32(at + 16 + g * 12), font.getUint32(at + 20 + g * 12));
    } else if (format === 4) {
      const segments = font.getUint16(at + 6) / 2;
      for (let s = 0; s < segments; s++) {
        const end = font.getUint16(at + 14 + s * 2);
        const start = font.getUint16(at + 16 + segments * 2 + s * 2);
        if (start < 0xffff) add(start, Math.min(end, 0xfffe));
      }
    }
  }
}
