import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';

/** Where in which file reading goes on. A file is known by its inode and its beginning: names move on. */
export interface Place {
  /** `device:inode`. */
  readonly file: string;
  /** Behind the last whole line. */
  readonly offset: number;
  /** Length of the beginning that was hashed, and its SHA-256 (hex, 32 digits). */
  readonly head: number;
  readonly hash: string;
}

/** So much of its beginning tells one file from another. */
const HEAD = 512;

export function idOf(file: number): string {
  const { dev, ino } = fstatSync(file, { bigint: true });
  return `${dev}:${ino}`;
}

export function hashOf(file: number, length: number): string {
  return createHash('sha256')
    .update(readAt(file, 0, length))
    .digest('hex')
    .slice(0, 32);
}

export function placeIn(file: number, offset: number): Place {
  const head = Math.min(HEAD, offset);
  return { file: idOf(file), offset, head, hash: hashOf(file, head) };
}

/** Whether the file still begins as the one that the place is in, and reaches as far. */
export const isIn = (place: Place, file: number): boolean =>
  fstatSync(file).size >= place.offset && hashOf(file, place.head) === place.hash;

/** Up to `length` bytes. */
export function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/** undefined for what is no place. */
export function readPlace(bookmark: string): Place | undefined {
  try {
    const place = JSON.parse(bookmark) as Place;
    const good =
      typeof place.file === 'string' &&
      Number.isSafeInteger(place.offset) &&
      Number.isSafeInteger(place.head) &&
      typeof place.hash === 'string';
    return good ? place : undefined;
  } catch {
    return undefined;
  }
}
