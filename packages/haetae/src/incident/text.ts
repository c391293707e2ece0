/** Small readings of texts that Windows writes. */

/** `C:\Windows\System32\Cmd.exe` → `Cmd.exe`, as it is written. */
export const fileName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);

/** The same in lower case, to be compared. */
export const baseName = (path: string): string => fileName(path).toLowerCase();

/** Compares by code units: the same in every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Times, those that are not told last. */
export function compareTimes(a: number | null, b: number | null): number {
  if (a === b) return 0;
  return a === null ? 1 : b === null ? -1 : a - b;
}

/** null for NaN. */
export const told = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);

/** A hash of 64 bits as 16 hex digits: two rounds of FNV-1a over UTF-16 units, with different starts, each mixed at the end. */
export function contentHash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ ((unit << 7) | (unit >>> 9)), 0x01000193) ^ (a >>> 15);
  }
  return hex(mixed(a)) + hex(mixed(b ^ text.length));
}

function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');
