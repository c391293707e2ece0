import { crc32 } from 'node:zlib';
import type { FileEntry } from '@zip.js/zip.js';
import type { RandomAccess } from '../node.ts';
import { inflate } from './inflate.ts';
import { decodeName } from './names.ts';

const PIECE = 256 * 1024;
const LOCAL_HEADER = 30;

export interface ZipMember {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Unpacked, as the archive states it; undefined where only the data tell. */
  readonly size: number | undefined;
  /** Where its header lies. */
  readonly offset: number;
  /** Opens it; the stream hands out what is readable and tells `damaged` the rest. */
  open(password: string | undefined, damaged: ZipDamage): Promise<OpenedMember>;
}

export type OpenedMember =
  | { readonly kind: 'stream'; readonly stream: AsyncGenerator<Uint8Array> }
  | {
      readonly kind: 'refused';
      readonly code: 'archive-encrypted' | 'archive-wrong-password' | 'archive-unsupported' | 'archive-damaged';
      readonly detail: string;
    };

/** Where and how a zip is damaged; offsets are of the zip. */
export type ZipDamage = (offset: number, reason: string) => void;

/** Names of methods that are met in the wild and not unpacked here. Source: APPNOTE.TXT 4.4.5. */
const METHODS: Readonly<Record<number, string>> = {
  6: 'Implode',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
};

/** The members by the central directory; where that is damaged, the others by their own headers. */
export async function* zipMembers(file: RandomAccess, damaged: ZipDamage): AsyncGenerator<ZipMember> {
  const seen = new Set<number>();
  // Loaded when the first zip is met: most runs see none.
  const zip = await import('@zip.js/zip.js');
  zip.configure({ useWebWorkers: false });
  class FileReader extends zip.Reader<RandomAccess> {
    override size = file.size;
    override async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
      return file.read(offset, length);
    }
  }
  const reader = new zip.ZipReader(new FileReader(file));
  let failure: string | undefined;
  try {
    const entries = reader.getEntriesGenerator({ strictness: 'tolerant' });
    for (let next = await entries.next(); next.done !== true; next = await entries.next()) {
      seen.add(next.value.offset);
      yield listed(file, next.value as FileEntry | (typeof next.value & { directory: true }), zip);
    }
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  } finally {
    await reader.close();
  }
  if (failure === undefined && seen.size >= (await countedByDirectory(file))) return;
  damaged(file.size, `the central directory: ${failure ?? 'it holds more members than its end record counts'}`);
  for await (const member of strayMembers(file)) if (!seen.has(member.offset)) yield member;
}

type Entry = Omit<FileEntry, 'directory' | 'getData' | 'arrayBuffer'> & {
  readonly directory: boolean;
  readonly getData?: FileEntry['getData'] | undefined;
};

function listed(file: RandomAccess, entry: Entry, zip: typeof import('@zip.js/zip.js')): ZipMember {
  const { offset, compressedSize, uncompressedSize, compressionMethod: method } = entry;
  return {
    name: entry.filenameUTF8 ? entry.filename : decodeName(entry.rawFilename, entry.filename),
    // What calls itself a folder and has bytes was meant for a file, by an odd packer or before it was damaged.
    kind: entry.directory && uncompressedSize === 0 ? 'folder' : entry.symlink ? 'link' : 'file',
    size: uncompressedSize,
    offset,
    async open(password, damaged) {
      if (METHODS[method] !== undefined)
        return { kind: 'refused', code: 'archive-unsupported', detail: METHODS[method]! };
      if (!entry.encrypted && (method === 0 || method === 8)) {
        const header = localHeader(await file.read(offset, LOCAL_HEADER), 0);
        if (header === undefined)
          return { kind: 'refused', code: 'archive-damaged', detail: `no member at offset ${offset}` };
        const packed = pieces(file, header.length + offset, compressedSize);
        const end = { crc: entry.crc32, size: uncompressedSize };
        return { kind: 'stream', stream: unpacked(method, packed, header.length + offset, end, damaged) };
      }
      // Encryption and Deflate64 are zip.js's work.
      const refusal = await refusalOf(entry, password, zip);
      if (refusal !== undefined) return refusal;
      return { kind: 'stream', stream: byLibrary(entry, password, damaged) };
    },
  };
}

async function refusalOf(
  entry: Entry,
  password: string | undefined,
  zip: typeof import('@zip.js/zip.js'),
): Promise<OpenedMember | undefined> {
  if (!entry.encrypted) return undefined;
  const kind = entry.zipCrypto ? 'ZipCrypto' : 'AES';
  if (password === undefined) return { kind: 'refused', code: 'archive-encrypted', detail: kind };
  try {
    await entry.getData?.(new zip.Uint8ArrayWriter(), { password, checkPasswordOnly: true });
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message === zip.ERR_INVALID_PASSWORD) return { kind: 'refused', code: 'archive-wrong-password', detail: kind };
    const unsupported = message === zip.ERR_UNSUPPORTED_ENCRYPTION || message === zip.ERR_UNSUPPORTED_COMPRESSION;
    return { kind: 'refused', code: unsupported ? 'archive-unsupported' : 'archive-damaged', detail: message };
  }
}

async function* byLibrary(entry: Entry, password: string | undefined, damaged: ZipDamage): AsyncGenerator<Uint8Array> {
  const abort = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const options = { checkCrc32: true, checkAuthenticationCode: true, signal: abort.signal };
  let failure: unknown;
  const work = entry.getData!(writable, password === undefined ? options : { ...options, password }).catch(
    async (error: unknown) => {
      failure = error;
      // A no-op where the library has already closed or aborted its side.
      await writable.abort(error).catch(() => undefined);
    },
  );
  const reader = readable.getReader();
  try {
    for (;;) {
      const next = await reader.read().catch((error: unknown) => {
        failure ??= error;
        return undefined;
      });
      if (next === undefined || next.done) break;
      yield next.value;
    }
    await work;
    if (failure !== undefined) {
      const hint = entry.encrypted && entry.zipCrypto ? ' (or the password is wrong)' : '';
      damaged(entry.offset, `${failure instanceof Error ? failure.message : String(failure)}${hint}`);
    }
  } finally {
    abort.abort();
    await reader.cancel().catch(() => undefined);
  }
}

/** What a member should come to; undefined where nothing tells. */
interface Stated {
  readonly crc: number | undefined;
  readonly size: number | undefined;
}

async function* unpacked(
  method: number,
  packed: AsyncGenerator<Uint8Array>,
  dataOffset: number,
  stated: Stated,
  damaged: ZipDamage,
): AsyncGenerator<Uint8Array> {
  let crc = 0;
  let size = 0;
  let broken = false;
  const stream =
    method === 0
      ? packed
      : inflate('raw', packed, (offset, reason) => {
          broken = true;
          damaged(dataOffset + offset, reason);
        });
  for await (const chunk of stream) {
    crc = crc32(chunk, crc);
    size += chunk.length;
    yield chunk;
  }
  if (broken) return;
  if (stated.size !== undefined && size !== stated.size) damaged(dataOffset, `${size} of ${stated.size} bytes`);
  else if (stated.crc !== undefined && crc !== stated.crc) damaged(dataOffset, 'the checksum does not fit');
}

async function* pieces(file: RandomAccess, offset: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < offset + length; ) {
    const piece = await file.read(at, Math.min(PIECE, offset + length - at));
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}

const END_RECORD = 22;
/** Members that are counted at most, so that a forged directory costs little. */
const COUNTED = 1 << 20;

/**
 * Entries that really lie in the central directory: the end record's count of them may be damaged. 0 for ZIP64 and where
 * the directory cannot be found. Source: APPNOTE.TXT 4.3.12, 4.3.16.
 */
async function countedByDirectory(file: RandomAccess): Promise<number> {
  const from = Math.max(0, file.size - END_RECORD - 0xffff);
  const tail = await file.read(from, file.size - from);
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06'));
  if (end < 0 || end + END_RECORD > tail.length) return 0;
  let at = tail.readUInt32LE(end + 16);
  let window: Buffer = Buffer.alloc(0);
  let base = at;
  for (let count = 0; count < COUNTED; count++) {
    if (at + 46 > base + window.length) {
      window = await file.read(at, PIECE);
      base = at;
    }
    const here = at - base;
    if (here + 46 > window.length || window.readUInt32LE(here) !== 0x02014b50) return count;
    at += 46 + window.readUInt16LE(here + 28) + window.readUInt16LE(here + 30) + window.readUInt16LE(here + 32);
  }
  return COUNTED;
}

interface LocalHeader {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly nameLength: number;
  /** With name and extra field: the data begin here. */
  readonly length: number;
}

/** Source: APPNOTE.TXT 4.3.7. undefined when there is none at `at`, or it is cut. */
function localHeader(bytes: Buffer, at: number): LocalHeader | undefined {
  if (bytes.length < at + LOCAL_HEADER || bytes.readUInt32LE(at) !== 0x04034b50) return undefined;
  const nameLength = bytes.readUInt16LE(at + 26);
  return {
    flags: bytes.readUInt16LE(at + 6),
    method: bytes.readUInt16LE(at + 8),
    crc: bytes.readUInt32LE(at + 14),
    packedSize: bytes.readUInt32LE(at + 18),
    size: bytes.readUInt32LE(at + 22),
    nameLength,
    length: LOCAL_HEADER + nameLength + bytes.readUInt16LE(at + 28),
  };
}

const SIGNATURE = Buffer.from([0x50, 0x4b]);

/** Members found by their own headers in a zip whose directory is lost, as when a download broke off. */
async function* strayMembers(file: RandomAccess): AsyncGenerator<ZipMember> {
  for (let at = await nextHeader(file, 0, true); at < file.size; ) {
    const header = localHeader(await file.read(at, LOCAL_HEADER), 0)!;
    const data = at + header.length;
    // Bit 3: the sizes follow the data, so the data reach to whatever header comes next.
    const known = (header.flags & 8) === 0 && header.packedSize !== 0xffffffff;
    const end = known ? data + header.packedSize : await nextHeader(file, data, false);
    const raw = await file.read(at + LOCAL_HEADER, header.nameLength);
    const name = decodeName(raw, raw.toString('latin1'));
    const offset = at;
    yield {
      name,
      kind: name.endsWith('/') && known && header.size === 0 ? 'folder' : 'file',
      size: known ? header.size : undefined,
      offset,
      async open(_password, damaged) {
        if ((header.flags & 1) !== 0)
          return { kind: 'refused', code: 'archive-damaged', detail: `encrypted, at offset ${offset}` };
        if (header.method !== 0 && header.method !== 8)
          return {
            kind: 'refused',
            code: 'archive-unsupported',
            detail: METHODS[header.method] ?? `method ${header.method}`,
          };
        const stated = known ? { crc: header.crc, size: header.size } : { crc: undefined, size: undefined };
        return {
          kind: 'stream',
          stream: unpacked(header.method, pieces(file, data, end - data), data, stated, damaged),
        };
      },
    };
    at = await nextHeader(file, Math.max(data, Math.min(end, file.size)), true);
  }
}

/** Offset of the next plausible member header from `from` on (or, unless `membersOnly`, of any header); the file's size when there is none. */
async function nextHeader(file: RandomAccess, from: number, membersOnly: boolean): Promise<number> {
  for (let at = from; at < file.size; ) {
    const window = await file.read(at, PIECE + LOCAL_HEADER);
    if (window.length < 4) break;
    for (let i = window.indexOf(SIGNATURE); i >= 0 && i < PIECE; i = window.indexOf(SIGNATURE, i + 1)) {
      const kind = i + 4 <= window.length ? window.readUInt16BE(i + 2) : 0;
      if (kind === 0x0304 && plausible(localHeader(window, i))) return at + i;
      if (!membersOnly && (kind === 0x0102 || kind === 0x0506 || kind === 0x0708)) return at + i;
    }
    at += PIECE;
  }
  return file.size;
}

function plausible(header: LocalHeader | undefined): boolean {
  return header !== undefined && header.nameLength > 0 && header.nameLength < 4096 && header.method < 100;
}
