import { createHash } from 'node:crypto';

/** A stream of which the first bytes were looked at. Whoever made the stream closes it. */
export interface Peeked {
  readonly head: Uint8Array;
  /** All bytes from the first, head included, once. */
  readonly stream: AsyncGenerator<Uint8Array>;
}

/** Takes the first `length` bytes (fewer when there are no more) off a stream, and gives them back in front of it. */
export async function peek(stream: AsyncGenerator<Uint8Array>, length: number): Promise<Peeked> {
  const parts: Uint8Array[] = [];
  let have = 0;
  while (have < length) {
    const next = await stream.next();
    if (next.done === true) break;
    // Copied, as the stream may use its chunk again.
    parts.push(Uint8Array.from(next.value));
    have += next.value.length;
  }
  const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts, have);
  return { head: all.subarray(0, length), stream: joined(all, stream) };
}

async function* joined(first: Uint8Array, stream: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    yield* stream;
  } finally {
    await stream.return(undefined);
  }
}

/** The same stream for a reader that may leave early: what it leaves can still be read by others. */
export async function* lend(stream: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await stream.next(); next.done !== true; next = await stream.next()) yield next.value;
}

/** Counts and hashes what flows through. */
export interface Meter {
  bytes: number;
  /** Lower-case hex; undefined where no hash was wanted. Ends the meter. */
  sha256(): string | undefined;
  through(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

export function meter(hashed: boolean): Meter {
  const hash = hashed ? createHash('sha256') : undefined;
  let digest: string | undefined;
  const self: Meter = {
    bytes: 0,
    sha256() {
      digest ??= hash?.digest('hex');
      return digest;
    },
    async *through(stream) {
      for await (const chunk of stream) {
        self.bytes += chunk.length;
        hash?.update(chunk);
        yield chunk;
      }
    },
  };
  return self;
}

/** Reads a stream to its end and forgets it. */
export async function drain(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of stream);
}
