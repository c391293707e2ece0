import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Snapshot, Snapshots } from './commit.ts';
import { StoreError } from './error.ts';

/** How many are kept: should the newest be damaged, the one before it still serves. */
const KEPT = 2;
const MAGIC = 'HAETAESN';
/** Magic, u32 CRC-32 of the rest, u32 zero. */
const HEADER = 16;
const NAME = /^(\d{16})\.snapshot$/;

/** The reader's states as files of a folder, whatever the engine: a blob of tens of megabytes is no row. */
export function snapshotsIn(folder: string, committed: () => Promise<number>): Snapshots {
  const seqs = async (): Promise<number[]> => {
    const names = await readdir(folder).catch(() => [] as string[]);
    return names
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a);
  };
  const pathOf = (seq: number): string => join(folder, `${String(seq).padStart(16, '0')}.snapshot`);
  const read = async (seq: number): Promise<Snapshot | undefined> => {
    const file = await readFile(pathOf(seq)).catch(() => undefined);
    if (file === undefined || file.length < HEADER || file.toString('latin1', 0, 8) !== MAGIC) return undefined;
    const bytes = file.subarray(HEADER);
    return crc32(bytes) === file.readUInt32LE(8) ? { seq, bytes: new Uint8Array(bytes) } : undefined;
  };

  return {
    async save({ seq, bytes }) {
      const done = await committed();
      if (seq > done) {
        throw new StoreError('invalid', `a snapshot of seq ${seq}, but the store has committed ${done}: commit first`);
      }
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const header = Buffer.alloc(HEADER);
      header.write(MAGIC, 0, 'latin1');
      header.writeUInt32LE(crc32(bytes), 8);
      const part = `${pathOf(seq)}.part`;
      try {
        const file = await open(part, 'w', 0o600);
        try {
          await file.writev([header, bytes]);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(part, pathOf(seq));
      } catch (error) {
        await unlink(part).catch(() => {});
        const { code, message } = error as NodeJS.ErrnoException;
        throw new StoreError(code === 'ENOSPC' ? 'full' : 'damaged', `${part}: ${message}`, { cause: error });
      }
      for (const old of (await seqs()).slice(KEPT)) await unlink(pathOf(old));
    },
    async latest() {
      const done = await committed();
      for (const seq of await seqs()) {
        const snapshot = seq <= done ? await read(seq) : undefined;
        if (snapshot !== undefined) return snapshot;
      }
      return undefined;
    },
    async releasable() {
      const [done, kept] = [await committed(), await seqs()];
      return kept.length < KEPT ? 0 : Math.min(done, kept.at(-1)!);
    },
  };
}
