import type { Chunk, EventSource } from '../sources/source.ts';

/** What a source gives until `enough` says so, and the bookmark that was last. */
export async function readUntil(
  source: EventSource,
  bookmark: string | undefined,
  enough: (all: readonly Chunk[]) => boolean,
): Promise<{ readonly chunks: Chunk[]; readonly bookmark: string | undefined }> {
  const stop = new AbortController();
  const chunks: Chunk[] = [];
  let last = bookmark;
  const timer = setTimeout(() => stop.abort(), 10_000);
  try {
    for await (const chunk of source.read(bookmark, stop.signal)) {
      chunks.push(chunk);
      last = chunk.bookmark;
      if (enough(chunks)) break;
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  return { chunks, bookmark: last };
}

export const itemsOf = (chunks: readonly Chunk[]): number =>
  chunks.reduce((sum, chunk) => sum + (chunk.kind === 'items' ? chunk.items : 0), 0);

/** Messages and events behind their lengths, lines of JSON: as text, one each. */
export function textsOf(chunks: readonly Chunk[]): string[] {
  const texts: string[] = [];
  for (const chunk of chunks) {
    if (chunk.kind === 'gap') {
      texts.push(`(${chunk.gap.reason})`);
      continue;
    }
    const bytes = Buffer.from(chunk.body);
    if (chunk.format === 'ndjson') texts.push(...bytes.toString('utf8').split('\n').slice(0, -1));
    else
      for (let at = 0; at < bytes.length; ) {
        const blank = bytes.indexOf(32, at);
        const end = blank + 1 + Number(bytes.toString('latin1', at, blank));
        texts.push(bytes.toString('utf8', blank + 1, end));
        at = end;
      }
  }
  return texts;
}
