import type { Event } from '@haetae/event';
import { type EvtxLog, type EvtxOptions, type EvtxStream, readEvtx, streamEvtx } from '@haetae/evtx';
import type { Ledger } from '../../ledger.ts';
import { openForJumping } from '../../node.ts';
import type { Batch, Format, Head, Input, JsonLinesOptions, ReadOptions } from '../../source.ts';
import { enterProblem } from './problems.ts';

type Chunk = ReturnType<EvtxLog['chunks']> extends Iterable<infer C> ? C : never;

/** Chunks lie behind a header of 4096 bytes, at multiples of a sector even where that header was cut off. */
const FIRST_CHUNK = 4096;
const SECTOR = 512;
const CHUNK_BYTES = 64 * 1024;

/** Windows event logs as Windows keeps them. A batch is a chunk. */
export const evtx: Format = {
  name: 'evtx',
  sniff: (head) => isHeader(head.bytes) || firstChunk(head.bytes) >= 0,
  read,
};

async function* read(input: Input, head: Head, options: ReadOptions, ledger: Ledger): AsyncGenerator<Batch> {
  // Without its header, and with chunks not where they belong, a log can be read by their signatures alone.
  const displaced = !isHeader(head.bytes) && firstChunk(head.bytes) !== FIRST_CHUNK;
  const settings: EvtxOptions = {
    checksums: options.checksums ?? false,
    carve: (options.carve ?? false) || displaced,
    onProblem: (problem) => enterProblem(ledger, problem),
  };
  const prefix = `"file":${JSON.stringify(input.path)},`;
  let log: EvtxLog | EvtxStream;
  if (input.file === undefined) {
    log = streamEvtx(input.bytes(), settings);
    for await (const chunk of log.chunks()) yield batchOf(chunk, prefix);
  } else {
    const file = openForJumping(input.file);
    try {
      log = readEvtx(file, settings);
      for (const chunk of log.chunks()) yield batchOf(chunk, prefix);
    } finally {
      file.close();
    }
  }
  const { carved } = log.tally;
  if (carved > 0) ledger.inferred('evtx-carved', `${carved} records`);
}

function batchOf(chunk: Chunk, prefix: string): Batch {
  return {
    // The reader's cursor has the members of Event; the package imports nothing, so that it cannot say so itself.
    events: chunk as unknown as Iterable<Event>,
    bytes: CHUNK_BYTES,
    jsonLines(options, write) {
      return jsonLines(chunk, prefix, options, write);
    },
  };
}

function jsonLines(
  chunk: Chunk,
  prefix: string,
  { form }: JsonLinesOptions,
  write: (bytes: Uint8Array) => void,
): number {
  let count = 0;
  let text = '';
  for (const record of chunk) {
    text += form === 'canonical' ? record.canonical() : record.document(prefix);
    count++;
  }
  if (count > 0) write(Buffer.from(text));
  return count;
}

function isHeader(bytes: Uint8Array): boolean {
  return hasMagic(bytes, 0, 'ElfFile\0');
}

/** Where the first chunk lies; -1 where the head holds none. */
function firstChunk(bytes: Uint8Array): number {
  for (let at = 0; at + 8 <= bytes.length; at += SECTOR) if (hasMagic(bytes, at, 'ElfChnk\0')) return at;
  return -1;
}

function hasMagic(bytes: Uint8Array, at: number, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}
