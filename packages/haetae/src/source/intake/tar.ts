import { isTarHeader } from './recognise.ts';

const BLOCK = 512;
/** Longest name or pax header that is read, bytes. */
const HEADER_LIMIT = 1 << 20;

export interface TarMember {
  /** As the archive has it, undecoded. */
  readonly name: Uint8Array;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  /** Where its header lies in the archive. */
  readonly offset: number;
  /** Its bytes, once; what is left unread is skipped when the next member is asked for. */
  bytes(): AsyncGenerator<Uint8Array>;
}

/** Where and how a tar is damaged. */
export type TarDamage = (offset: number, reason: string) => void;

/**
 * The members of a tar (v7, ustar, pax, GNU long names) as it streams by. After damage it goes on at the next block that
 * is a header. Written here rather than taken from a library because a library stops at the first bad block and cannot
 * say where it lies.
 */
export async function* tarMembers(stream: AsyncGenerator<Uint8Array>, damaged: TarDamage): AsyncGenerator<TarMember> {
  const cursor = new Cursor(stream);
  let longName: Uint8Array | undefined;
  let pax: ReadonlyMap<string, Uint8Array> = new Map();
  let lost = false;
  let ended = false;
  for (;;) {
    const offset = cursor.offset;
    const header = await cursor.take(BLOCK);
    if (header.length < BLOCK) {
      if (header.length > 0 && !ended) damaged(offset, 'the archive ends inside a header');
      else if (!ended && !lost) damaged(offset, 'the archive ends without its end mark');
      return;
    }
    if (!isTarHeader(header)) {
      if (header.every((byte) => byte === 0)) ended = true;
      else if (!ended && !lost) {
        damaged(offset, 'no header where one should be');
        lost = true;
      }
      continue;
    }
    lost = false;
    ended = false;
    const type = String.fromCharCode(header[156]!);
    const stated = pax.get('size');
    const size = stated === undefined ? number(header.subarray(124, 136)) : Number(Buffer.from(stated).toString());
    if (!Number.isSafeInteger(size) || size < 0) {
      damaged(offset, 'the size of the member cannot be read');
      lost = true;
      continue;
    }
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      const body = size <= HEADER_LIMIT ? await cursor.take(size) : undefined;
      if (body === undefined) damaged(offset, `an extended header of ${size} bytes`);
      await cursor.skip((body === undefined ? size : 0) + padding(size));
      if (type === 'x' && body !== undefined) pax = paxRecords(body);
      if (type === 'L' && body !== undefined) longName = untilNul(body);
      continue;
    }
    const name = pax.get('path') ?? longName ?? headerName(header);
    longName = undefined;
    pax = new Map();
    // Links and folders state a size in some old archives, and have no bytes.
    const length = type === '1' || type === '2' || type === '5' ? 0 : size;
    const end = cursor.offset + length;
    yield {
      name,
      kind: kindOf(type, name),
      size: length,
      offset,
      bytes: () => cursor.upTo(end),
    };
    await cursor.skip(end - cursor.offset);
    if (cursor.offset < end) {
      const have = length - (end - cursor.offset);
      damaged(cursor.offset, `the archive ends inside a member: ${have} of ${length} bytes`);
      return;
    }
    await cursor.skip(padding(length));
  }
}

function kindOf(type: string, name: Uint8Array): TarMember['kind'] {
  if (type === '5') return 'folder';
  if (type === '1' || type === '2') return 'link';
  // v7 archives mark a folder by the slash at the end of its name alone.
  if (type === '0' || type === '\0' || type === '7') return name.at(-1) === 0x2f ? 'folder' : 'file';
  return 'other';
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** Octal digits, or with the top bit set a big-endian binary number (GNU). */
function number(field: Buffer): number {
  if ((field[0]! & 0x80) === 0) {
    const digits = field
      .toString('latin1')
      .replace(/[\0 ]+$/, '')
      .trim();
    return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
  }
  let value = field[0]! & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return value;
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function headerName(header: Buffer): Buffer {
  const name = untilNul(header.subarray(0, 100));
  // Only POSIX ustar ("ustar\0") has a prefix there; GNU ("ustar ") keeps times in its place.
  const prefix =
    header.toString('latin1', 257, 263) === 'ustar\0' ? untilNul(header.subarray(345, 500)) : Buffer.alloc(0);
  return prefix.length === 0 ? Buffer.from(name) : Buffer.concat([prefix, Buffer.from('/'), name]);
}

/** Records of the form `LENGTH KEY=VALUE\n`. Source: POSIX pax, Extended Header. */
function paxRecords(body: Buffer): ReadonlyMap<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(body.toString('latin1', at, space));
    const equals = body.indexOf(0x3d, space);
    if (!Number.isInteger(length) || length < 5 || equals < 0 || at + length > body.length) break;
    records.set(body.toString('utf8', space + 1, equals), body.subarray(equals + 1, at + length - 1));
    at += length;
  }
  return records;
}

/** Reads a stream of chunks by counts of bytes. */
class Cursor {
  readonly #stream: AsyncGenerator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes taken so far. */
  offset = 0;

  constructor(stream: AsyncGenerator<Uint8Array>) {
    this.#stream = stream;
  }

  /** A stretch of at most `most` bytes, valid until the next call; undefined at the end. */
  async #some(most: number): Promise<Uint8Array | undefined> {
    while (this.#at === this.#chunk.length) {
      const next = await this.#stream.next();
      if (next.done === true) return undefined;
      this.#chunk = next.value;
      this.#at = 0;
    }
    const part = this.#chunk.subarray(this.#at, this.#at + most);
    this.#at += part.length;
    this.offset += part.length;
    return part;
  }

  /** A copy of the next `length` bytes; fewer at the end. */
  async take(length: number): Promise<Buffer> {
    const taken = Buffer.alloc(length);
    let have = 0;
    while (have < length) {
      const part = await this.#some(length - have);
      if (part === undefined) break;
      taken.set(part, have);
      have += part.length;
    }
    return taken.subarray(0, have);
  }

  async *upTo(end: number): AsyncGenerator<Uint8Array> {
    while (this.offset < end) {
      const part = await this.#some(end - this.offset);
      if (part === undefined) return;
      yield part;
    }
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      const part = await this.#some(left);
      if (part === undefined) return;
      left -= part.length;
    }
  }
}
