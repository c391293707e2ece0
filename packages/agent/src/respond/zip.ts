import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive: its name there, and where its bytes are. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array | { readonly path: string };
}

/** 1980-01-01: archives of the same files have the same bytes. */
const DATE = 0x0021;
const UTF8 = 0x0800;
const MOST_BYTES = 0xfffffff0;

/**
 * Writes a zip, one file after the other, each held in memory while it is packed. Nothing of 4 GiB or more.
 * Source: PKWARE APPNOTE 6.3.10, 4.3.7, 4.3.12, 4.3.16.
 */
export function writeZip(
  path: string,
  entries: Iterable<ZipEntry>,
): { readonly files: number; readonly bytes: number } {
  const out = openSync(path, 'wx', 0o600);
  let at = 0;
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length; ) done += writeSync(out, bytes, done);
    at += bytes.length;
  };
  const directory: Buffer[] = [];
  try {
    for (const { name, bytes: source } of entries) {
      const bytes = source instanceof Uint8Array ? source : readFileSync(source.path);
      const packed = deflateRawSync(bytes);
      if (at + packed.length > MOST_BYTES) throw new RangeError(`${path}: an archive of 4 GiB`);
      const label = Buffer.from(name, 'utf8');
      const common = Buffer.alloc(26);
      common.writeUInt16LE(20, 0);
      common.writeUInt16LE(UTF8, 2);
      common.writeUInt16LE(8, 4);
      common.writeUInt16LE(0, 6);
      common.writeUInt16LE(DATE, 8);
      common.writeUInt32LE(crc32(bytes), 10);
      common.writeUInt32LE(packed.length, 14);
      common.writeUInt32LE(bytes.length, 18);
      common.writeUInt16LE(label.length, 22);
      const offset = Buffer.alloc(4);
      offset.writeUInt32LE(at, 0);
      directory.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), common, Buffer.alloc(14 - 4), offset, label]));
      write(Buffer.from('504b0304', 'hex'));
      write(common);
      write(label);
      write(packed);
    }
    const start = at;
    for (const one of directory) write(one);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(directory.length, 8);
    end.writeUInt16LE(directory.length, 10);
    end.writeUInt32LE(at - start, 12);
    end.writeUInt32LE(start, 16);
    write(end);
    return { files: directory.length, bytes: at };
  } finally {
    closeSync(out);
  }
}
