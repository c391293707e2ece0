import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';

/** Packed bytes given to zlib at a time: at Deflate's utmost of 1,032 times they unpack to 16 MiB, which is all that is held. */
const SLICE = 16 * 1024;

/**
 * Unpacks a gzip file (of one or more members) or a raw Deflate stream. When it is damaged or cut, what came before is
 * handed out, then `damaged` is told the offset in the packed bytes and zlib's reason, and the stream ends.
 */
export async function* inflate(
  kind: 'gzip' | 'raw',
  packed: AsyncIterable<Uint8Array>,
  damaged: (offset: number, reason: string) => void,
): AsyncGenerator<Uint8Array> {
  const options = { chunkSize: 256 * 1024 };
  const engine: Gunzip | InflateRaw = kind === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  const ready: Uint8Array[] = [];
  let failure: Error | undefined;
  let ended = false;
  // zlib reports the end of its data, and an error, by events and then leaves the write callback uncalled.
  let wake = (): void => {};
  engine.on('data', (chunk: Buffer) => ready.push(chunk));
  engine.on('error', (error) => {
    failure = error;
    wake();
  });
  engine.on('end', () => {
    ended = true;
    wake();
  });
  const step = (act: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      act(resolve);
    });
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length && failure === undefined && !ended; at += SLICE) {
        // zlib works on the slice in another thread, and the producer may use its chunk again: but not before it is asked.
        await step((done) => engine.write(chunk.subarray(at, at + SLICE), () => done()));
        while (ready.length > 0) yield ready.shift()!;
      }
      if (failure !== undefined || ended) break;
    }
    if (failure === undefined && !ended) await step(() => engine.end());
    while (ready.length > 0) yield ready.shift()!;
    if (failure !== undefined) damaged(engine.bytesWritten, failure.message);
  } finally {
    engine.destroy();
  }
}
