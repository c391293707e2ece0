/** The door to Node's file system. It is looked up when it is called, so that a browser can load the package. */
import type { RandomAccess } from './read/read.ts';

/** A file as random access, to be closed after reading. Throws what Node's `openSync` throws. */
export function openFile(path: string): RandomAccess & { close(): void } {
  const { closeSync, fstatSync, openSync, readSync } = process.getBuiltinModule('node:fs');
  const file = openSync(path, 'r');
  return {
    size: fstatSync(file).size,
    read(offset, into) {
      let done = 0;
      while (done < into.length) {
        const got = readSync(file, into, done, into.length - done, offset + done);
        if (got === 0) break;
        done += got;
      }
      return done;
    },
    close: () => closeSync(file),
  };
}
