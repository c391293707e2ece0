import { createHash } from 'node:crypto';
import { PullError } from './error.ts';
import { createBasket, type Fetched, PULL_LIMITS } from './fetched.ts';

/** The rule files of a zip. A folder that holds everything (`sigma-master/`) is taken off. `pin`: the SHA-256 it must have. */
export async function fromZip(
  bytes: Uint8Array,
  url: string,
  pin: string | undefined,
  folders: readonly string[],
): Promise<Fetched> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (pin !== undefined && pin.toLowerCase() !== sha256) throw new PullError((e) => e.pin(pin, sha256));
  const zip = await import('@zip.js/zip.js');
  zip.configure({ useWebWorkers: false });
  const reader = new zip.ZipReader(new zip.Uint8ArrayReader(bytes));
  const basket = createBasket(folders);
  try {
    const entries = await reader.getEntries({ strictness: 'tolerant' });
    const top = topFolder(entries.filter((entry) => !entry.directory).map(({ filename }) => filename));
    for (const entry of entries) {
      if (entry.directory) continue;
      const path = entry.filename.slice(top.length);
      const kind = entry.symlink ? 'link' : 'file';
      if (!basket.wants({ path, size: entry.uncompressedSize, kind })) continue;
      const read = entry.encrypted ? undefined : await bounded((writable) => entry.getData(writable));
      if (read === undefined) basket.leave(path, 'unreadable');
      else basket.put(path, read);
    }
  } catch (error) {
    throw new PullError((e) => e.zip(url, error instanceof Error ? error.message : String(error)), error);
  } finally {
    await reader.close();
  }
  return { origin: { kind: 'zip', url, sha256 }, files: basket.files, leftOut: basket.leftOut };
}

/** What is written, at most a rule file's bytes: what a zip says of a member's size need not be so. undefined for damage. */
async function bounded(
  write: (writable: WritableStream<Uint8Array>) => Promise<unknown>,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      size += chunk.length;
      if (size > PULL_LIMITS.file) throw new Error('too large');
      chunks.push(chunk.slice());
    },
  });
  try {
    await write(writable);
    return Buffer.concat(chunks);
  } catch {
    return undefined; // told as `unreadable`, with its path
  }
}

function topFolder(paths: readonly string[]): string {
  const first = paths[0]?.split('/') ?? [];
  if (first.length < 2) return '';
  const top = `${first[0]}/`;
  return paths.every((path) => path.startsWith(top)) ? top : '';
}
