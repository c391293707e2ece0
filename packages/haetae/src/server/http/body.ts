import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { HttpLimits } from './limits.ts';

export type Body =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'encoding'; readonly encoding: string }
  /** Not what its encoding says, or cut off. */
  | { readonly kind: 'damaged'; readonly reason: string };

/** All bytes, at most `limit`; undefined when there are more. What is beyond is not kept. */
export async function collect(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer | undefined> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) return undefined;
    kept.push(chunk);
  }
  return kept.length === 1 ? Buffer.from(kept[0]!.buffer, kept[0]!.byteOffset, length) : Buffer.concat(kept, length);
}

const decoders = {
  gzip: promisify<Buffer, object, Buffer>(gunzip),
  deflate: promisify<Buffer, object, Buffer>(inflate),
  raw: promisify<Buffer, object, Buffer>(inflateRaw),
  br: promisify<Buffer, object, Buffer>(brotliDecompress),
};

/** The body as its sender meant it. Inflating runs in the thread pool and ends at the limit, whatever the ratio. */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  headers: { readonly encoding: string | undefined; readonly length: string | undefined },
  limits: HttpLimits,
): Promise<Body> {
  const encoding = (headers.encoding ?? 'identity').trim().toLowerCase();
  const plain = encoding === 'identity' || encoding === '';
  const limit = plain ? limits.ingestInflated : limits.ingestBody;
  if (Number(headers.length ?? 0) > limit) return { kind: 'too-large', limit };
  if (!plain && !['gzip', 'x-gzip', 'deflate', 'br'].includes(encoding)) return { kind: 'encoding', encoding };
  const sent = await collect(chunks, limit);
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
