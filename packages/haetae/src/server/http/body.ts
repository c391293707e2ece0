import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { HttpLimits } from './limits.ts';

export type Body =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'encoding'; readonly encoding: string }
  /** Not what its encoding says, or cut off. */
  | { readonly kind: 'damaged'; readonly reason: string };

/** All bytes, at most `limit`; undefined when there are more. What is beyond is not kept. They stand in `room` where that is long enough. */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  room?: Buffer,
): Promise<Buffer | undefined> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const at = length;
    length += chunk.length;
    if (length > limit) return undefined;
    if (room !== undefined && length <= room.length) room.set(chunk, at);
    else {
      if (room !== undefined && kept.length === 0 && at > 0) kept.push(room.subarray(0, at));
      kept.push(chunk);
    }
  }
  if (room !== undefined && kept.length === 0) return room.subarray(0, length);
  return kept.length === 1 ? Buffer.from(kept[0]!.buffer, kept[0]!.byteOffset, length) : Buffer.concat(kept, length);
}

/**
 * Memory of bodies, used again when one is done with: V8 begins to collect garbage by the bytes of buffers that were made, and bodies
 * are most of what a busy server makes.
 */
export class BodyRooms {
  readonly #most: number;
  #free: Buffer[] = [];
  #bytes = 0;

  /** `most`: bytes that are kept free. */
  constructor(most: number) {
    this.#most = most;
  }

  take(length: number): Buffer {
    const at = this.#free.findIndex((room) => room.length >= length);
    if (at < 0) return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(length, LEAST_ROOM))));
    const [room] = this.#free.splice(at, 1);
    this.#bytes -= room!.length;
    return room!;
  }

  /** Nobody reads it any more. */
  giveBack(room: Buffer): void {
    if (this.#bytes + room.length > this.#most) return;
    this.#bytes += room.length;
    // The smallest that is long enough is found first.
    const at = this.#free.findIndex((other) => other.length >= room.length);
    this.#free.splice(at < 0 ? this.#free.length : at, 0, room);
  }
}

const LEAST_ROOM = 4096;

const decoders = {
  gzip: promisify<Buffer, object, Buffer>(gunzip),
  deflate: promisify<Buffer, object, Buffer>(inflate),
  raw: promisify<Buffer, object, Buffer>(inflateRaw),
  br: promisify<Buffer, object, Buffer>(brotliDecompress),
};

/** The body as its sender meant it, in memory that `room` gives where its length is told. Inflating runs in the thread pool and ends at the limit, whatever the ratio. */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  headers: { readonly encoding: string | undefined; readonly length: string | undefined },
  limits: HttpLimits,
  room: (length: number) => Buffer | undefined = () => undefined,
): Promise<Body> {
  const encoding = (headers.encoding ?? 'identity').trim().toLowerCase();
  const plain = encoding === 'identity' || encoding === '';
  const limit = plain ? limits.ingestInflated : limits.ingestBody;
  const length = Number(headers.length ?? 0);
  if (length > limit) return { kind: 'too-large', limit };
  if (!plain && !['gzip', 'x-gzip', 'deflate', 'br'].includes(encoding)) return { kind: 'encoding', encoding };
  const sent = await collect(chunks, limit, length > 0 ? room(length) : undefined);
  if (sent === undefined) return { kind: 'too-large', limit };
  if (plain || sent.length === 0) return { kind: 'body', bytes: sent };
  const options = { maxOutputLength: limits.ingestInflated };
  try {
    return { kind: 'body', bytes: await inflated(encoding, sent, options) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too-large', limit: limits.ingestInflated };
    return { kind: 'damaged', reason: `${encoding}: ${message}` };
  }
}

async function inflated(encoding: string, sent: Buffer, options: object): Promise<Buffer> {
  if (encoding === 'br') return decoders.br(sent, options);
  if (encoding !== 'deflate') return decoders.gzip(sent, options);
  // By RFC 9110 the zlib format; some clients send it bare. The zlib header tells: its 16 bits are divisible by 31.
  const zlib = sent.length > 1 && (sent[0]! & 15) === 8 && ((sent[0]! << 8) | sent[1]!) % 31 === 0;
  return zlib ? decoders.deflate(sent, options) : decoders.raw(sent, options);
}

/** A share of the memory for bodies; whoever finds none left waits in line. */
export class Room {
  #free: number;
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  constructor(bytes: number) {
    this.#free = bytes;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with the way to give the bytes back. */
  async take(bytes: number): Promise<() => void> {
    if (this.#waiting.length > 0 || this.#free < bytes)
      await new Promise<void>((go) => this.#waiting.push({ bytes, go }));
    else this.#free -= bytes;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#free += bytes;
      while (this.#waiting.length > 0 && this.#waiting[0]!.bytes <= this.#free) {
        const next = this.#waiting.shift()!;
        this.#free -= next.bytes;
        next.go();
      }
    };
  }
}
