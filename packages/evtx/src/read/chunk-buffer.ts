/**
 * The one place where a chunk's bytes lie while its records are read. A module-level constant on purpose: the compiler then
 * knows base and length of every read in the hot loops (a fifth of a dump's CPU). Readers that take turns are safe: who finds
 * the buffer in other hands fills it again.
 */
export const CHUNK_SIZE = 0x10000;

/** Texts that are put together from pieces lie behind the chunk, where slots can refer to them as well. */
export const COMPOSED = CHUNK_SIZE + 8;

/** Between chunk and composed texts, and at the end, eight bytes are always zero, so that a word may be read at any offset. */
export const CHUNK = new Uint8Array(COMPOSED + CHUNK_SIZE + 8);
export const VIEW = new DataView(CHUNK.buffer);

let holder: object | undefined;

export const isHeldBy = (who: object | undefined): boolean => holder === who;

/** From now on the bytes are `who`'s to fill and to read. */
export function hold(who: object): void {
  holder = who;
}
