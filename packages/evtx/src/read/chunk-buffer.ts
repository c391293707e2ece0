/**
 * The one place where a chunk's bytes lie while its records are read. A module-level constant on purpose: the compiler then
 * knows base and length of every read in the hot loops. Readers that take turns are safe: who finds the buffer in other hands
 * fills it again.
 *
 * V8 takes only what a module declares for itself as constant; an imported or exported name is loaded anew at each use, with its
 * type and length. So modules with hot loops do not use such names in them but constants of their own, taken out of a namespace
 * import (a tenth of the CPU of a cold reading, a sixth of a dump's).
 */
export const CHUNK_SIZE = 0x10000;

/** Texts that are put together from pieces lie behind the chunk, where slots can refer to them as well. */
export const COMPOSED = CHUNK_SIZE + 8;

/** Between chunk and composed texts, and at the end, eight bytes are always zero, so that a word may be read at any offset. */
export const CHUNK = new Uint8Array(COMPOSED + CHUNK_SIZE + 8);
export const VIEW = new DataView(CHUNK.buffer);

let holder: object | undefined;
/** Behind as many bytes there is nothing but zeros. */
let filled = 0;

export const isHeldBy = (who: object | undefined): boolean => holder === who;

/** From now on the bytes are `who`'s to fill and to read; so many of them may have been written since they were asked for. */
export function hold(who: object, written = 0): void {
  holder = who;
  if (written > filled) filled = written;
}

/** The first `size` bytes of a chunk, to be read into. */
export function room(size: number): Uint8Array {
  if (size > filled) filled = size;
  return CHUNK.subarray(0, size);
}

/** From `end` to the chunk's end there are zeros now. */
export function clearBehind(end: number): void {
  if (end < filled) CHUNK.fill(0, end, filled);
  filled = end;
}
