import { access, mkdir, open, readdir, readFile, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type FilePlace, MARK } from './place.ts';

/** A folder on a disk, or on a share that all servers see. */
export function folderPlace(folder: string): FilePlace {
  const at = (path: string): string => join(folder, path);
  return {
    name: folder,
    attach: async () => {},
    at,
    draft: at,
    // Where a share is not mounted any more stands an empty folder, which takes files as well.
    reach: () => access(at(MARK)),
    async makeRoom(path) {
      const made = await mkdir(at(path), { recursive: true });
      if (made === undefined) return;
      for (let on = at(path); on.length >= made.length; on = dirname(on)) await syncFolder(dirname(on));
    },
    async settled(path) {
      const file = await open(at(path), 'r+');
      try {
        await file.sync();
        const { size } = await file.stat();
        await syncFolder(dirname(at(path)));
        return size;
      } finally {
        await file.close();
      }
    },
    mark: () => readFile(at(MARK), 'utf8').catch(unless('ENOENT', undefined)),
    async setMark(text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return writeFile(at(MARK), text, { flag: 'wx' }).then(() => true, unless('EEXIST', false));
    },
    async older(_, beforeMs) {
      const old: string[] = [];
      for (const name of await readdir(folder, { recursive: true })) {
        if (!name.endsWith('.parquet')) continue;
        const { mtimeMs } = await stat(at(name)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
        if (mtimeMs < beforeMs) old.push(name.replaceAll(sep, '/'));
      }
      return old;
    },
    async remove(path, emptied) {
      await unlink(at(path)).catch(unless('ENOENT', undefined));
      if (!emptied) return;
      const hosts = dirname(at(path));
      for (const on of [hosts, dirname(hosts)]) {
        // What is not empty stays.
        const isGone = await rmdir(on).then(
          () => true,
          () => false,
        );
        if (!isGone) return;
      }
    },
  };
}

const unless =
  <T>(code: string, instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === code) return instead;
    throw error;
  };

/** Folders of Windows, and those of mounted buckets, know nothing of it. */
const NO_SYNC = new Set(['EPERM', 'EISDIR', 'EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP']);
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!NO_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
