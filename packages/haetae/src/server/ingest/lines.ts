const LF = 10;
const OPEN = 123;
const CLOSE = 125;

/** How many lines are not blank. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    let end = bytes.indexOf(LF, at);
    if (end < 0) end = bytes.length;
    if (!isBlank(bytes, at, end)) count++;
    at = end + 1;
  }
  return count;
}

export function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i]! > 32) return false;
  return true;
}

/** Whether the stretch is one object by its first and last sign; what is between is the reader's to judge. */
export function looksLikeObject(bytes: Uint8Array, from: number, to: number): boolean {
  let start = from;
  let end = to;
  while (start < end && bytes[start]! <= 32) start++;
  while (end > start && bytes[end - 1]! <= 32) end--;
  return end - start >= 2 && bytes[start] === OPEN && bytes[end - 1] === CLOSE;
}
