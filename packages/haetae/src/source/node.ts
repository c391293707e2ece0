/** All that the source room does with the disk and with stdin. */
import { closeSync, type Dirent, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, opendir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes of one read from a pipe or device: each goes through a thread of its own. */
const READ = 1024 * 1024;
/** Bytes of one read from a file: done at once, so that small ones are as good, and stay in the processor's cache. */
const READ_NOW = 256 * 1024;
/** After so many bytes the event loop gets a turn, and with it Ctrl-C. */
const TURN = 16 * 1024 * 1024;

/** What the disk says of a path; undefined where nothing is there. Throws what else goes wrong (EACCES, ELOOP…). */
export function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** The path with every symbolic link followed. Throws when it cannot be. */
export function realPath(path: string): string {
  return realpathSync.native(path);
}

/** Entries of a folder by name, in code unit order; the disk's own order differs from machine to machine. */
export async function listFolder(path: string): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(path, { bufferSize: 512 })) entries.push(entry);
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Bytes on disk by position. */
export interface RandomAccess {
  readonly size: number;
  /** The bytes at `offset`, fewer at the end, in a buffer of the caller's: a new one unless `into` is given. */
  read(offset: number, length: number, into?: Buffer): Promise<Buffer>;
  /** All bytes from `offset` (0) to the end as it is then; every chunk lies in the same buffer. */
  stream(offset?: number): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

export interface OpenFile extends RandomAccess {
  /** False for a pipe or a device: it can be streamed once and knows no size. */
  readonly regular: boolean;
}

/**
 * A file is read synchronously: a folder of small logs costs a fifth of what it does through threads. A pipe is not, since
 * it may keep us waiting.
 */
export async function openFile(path: string): Promise<OpenFile> {
  if (statOf(path)?.isFile() === true) {
    const fd = openSync(path, 'r');
    try {
      const stats = fstatSync(fd);
      if (stats.isFile()) return { ...accessNow(fd, stats.size), regular: true };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
    return { ...access(handle, stats.size, stats.isFile()), regular: stats.isFile() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function accessNow(fd: number, size: number): RandomAccess {
  return {
    size,
    async read(offset, length, into) {
      const room = Math.max(0, Math.min(length, size - offset));
      const buffer = into === undefined ? Buffer.allocUnsafe(room) : into.subarray(0, room);
      return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
    },
    async *stream(offset = 0) {
      // No larger than the file; one byte more, as it may have grown.
      const buffer = Buffer.allocUnsafe(Math.min(READ_NOW, Math.max(0, size - offset) + 1));
      for (let at = offset, turn = offset + TURN; ; ) {
        const bytesRead = readSync(fd, buffer, 0, buffer.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        if (at >= turn) {
          turn = at + TURN;
          await new Promise(setImmediate);
        }
        yield buffer.subarray(0, bytesRead);
      }
    },
    async close() {
      closeSync(fd);
    },
  };
}

function access(handle: FileHandle, size: number, regular: boolean): RandomAccess {
  return {
    size,
    async read(offset, length, into) {
      const room = Math.max(0, Math.min(length, size - offset));
      const buffer = into === undefined ? Buffer.allocUnsafe(room) : into.subarray(0, room);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      return buffer.subarray(0, bytesRead);
    },
    async *stream(offset = 0) {
      const buffer = Buffer.allocUnsafe(READ);
      for (let at = offset; ; ) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, regular ? at : null);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close: () => handle.close(),
  };
}

/** Stdin from its first byte. */
export async function* stdinBytes(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin) yield chunk as Uint8Array;
}

/**
 * Copies a stream to a temporary file of mode 0600 for random access. Closing it removes it; on systems where an open file
 * can be removed it is so from the start, so that not even a crash leaves it behind.
 */
export async function spool(bytes: AsyncIterable<Uint8Array>): Promise<RandomAccess> {
  const folder = await mkdtemp(join(tmpdir(), 'haetae-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  let handle: FileHandle | undefined;
  try {
    handle = await open(join(folder, 'spool'), 'wx+', 0o600);
    if (process.platform !== 'win32') await remove();
    let size = 0;
    for await (const chunk of bytes) {
      await handle.writeFile(chunk);
      size += chunk.length;
    }
    const opened = handle;
    const close = async (): Promise<void> => {
      await opened.close();
      await remove();
    };
    return { ...access(opened, size, true), close };
  } catch (error) {
    await handle?.close();
    await remove();
    throw error;
  }
}
