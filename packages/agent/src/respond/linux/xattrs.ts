import { libc } from './libc.ts';

/** Extended attributes of an opened file: access control lists and capabilities are such too. */
export interface Attributes {
  read(file: number): readonly Attribute[];
  /** The names of those that could not be set. */
  write(file: number, attributes: readonly Attribute[]): readonly string[];
}
export type Attribute = readonly [name: string, base64: string];

/** Of the kernel: no list of names, and no value, is longer. */
const MOST = 64 * 1024;

/** By libc through koffi; undefined where koffi is not installed: Node itself has no way to them. */
export const xattrs = (): Promise<Attributes | undefined> =>
  libc((library) => {
    const list = library.func('long flistxattr(int file, void *names, size_t size)');
    const get = library.func('long fgetxattr(int file, const char *name, void *value, size_t size)');
    const set = library.func('int fsetxattr(int file, const char *name, void *value, size_t size, int flags)');
    return {
      read(file) {
        const bytes = Buffer.alloc(MOST);
        // Less than 0: the file system has none.
        const length = Math.max(0, Number(list(file, bytes, MOST)));
        const names = bytes.toString('utf8', 0, length).split('\0').slice(0, -1);
        return names.flatMap((name): Attribute[] => {
          const size = Number(get(file, name, bytes, MOST));
          return size < 0 ? [] : [[name, bytes.toString('base64', 0, size)]];
        });
      },
      write: (file, attributes) =>
        attributes.flatMap(([name, base64]) => {
          const value = Buffer.from(base64, 'base64');
          return Number(set(file, name, value, value.length, 0)) === 0 ? [] : [name];
        }),
    };
  });
