import { closeSync, fsyncSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One file of the log, named after the first seq that it holds or will hold. */
export interface Segment {
  readonly path: string;
  readonly first: number;
}

const NAME = /^(\d{16})\.log$/;

export const segmentPath = (directory: string, first: number): string =>
  join(directory, `${String(first).padStart(16, '0')}.log`);

/** The segments of a folder in order of seq. */
export function segmentsIn(directory: string): Segment[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match === null ? [] : [{ path: join(directory, name), first: Number(match[1]) }];
    })
    .sort((a, b) => a.first - b.first);
}

export const bytesOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);

/** Makes a new or removed file's name durable. Windows cannot open a folder: there the file system does it by itself. */
export function syncFolder(directory: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
