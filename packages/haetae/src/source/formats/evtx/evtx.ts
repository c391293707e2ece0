import type { Event } from '@haetae/event';
import {
  type Chunk,
  type EvtxLog,
  type EvtxOptions,
  type EvtxStream,
  JsonLines,
  openFile,
  readEvtx,
  streamEvtx,
} from '@haetae/evtx';
import type { Ledger } from '../../ledger.ts';
import type { Batch, Format, Head, Input, JsonLinesOptions, ReadOptions } from '../../source.ts';
import { enterProblem } from './problems.ts';

/** Chunks lie behind a header of 4096 bytes, at multiples of a sector even where that header was cut off. */
const FIRST_CHUNK = 4096;
const SECTOR = 512;
const CHUNK_BYTES = 64 * 1024;

/** Windows event logs as Windows keeps them. A batch is a chunk. */
export const evtx: Format = {
  name: 'evtx',
  binary: true,
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
  const printer = new Printer(`"file":${JSON.stringify(input.path)},`);
  let log: EvtxLog | EvtxStream;
  let size = 0;
  if (input.file === undefined) {
    log = streamEvtx(
      counted(input.bytes(), (bytes) => {
        size += bytes;
      }),
      settings,
    );
    for await (const chunk of log.chunks()) yield batchOf(chunk, printer);
  } else {
    const file = openFile(input.file);
    try {
      size = file.size;
      log = readEvtx(file, settings);
      for (const chunk of log.chunks()) yield batchOf(chunk, printer);
    } finally {
      file.close();
    }
  }
  if (printer.holds) yield { events: [], bytes: 0, jsonLines: () => printer.flush() };
  const { carved } = log.tally;
  if (isHeader(head.bytes)) enterMissing(ledger, statedChunks(head.bytes), log.tally.chunks, size);
  if (carved > 0) ledger.inferred('evtx-carved', `${carved} records`);
}

/** Logs copied live have more chunks than their header knows of, never fewer: what is missing and was not told yet is told. */
function enterMissing(ledger: Ledger, stated: number, read: number, size: number): void {
  const there = Math.ceil(Math.max(0, size - FIRST_CHUNK) / CHUNK_BYTES);
  if (there < stated) {
    ledger.lost('evtx-truncated', { kind: 'offset', offset: size }, `${there} of ${stated} chunks are there`);
    return;
  }
  const told = ledger.notices().find(({ code }) => code === 'evtx-chunk')?.count ?? 0;
  if (read + told < stated) {
    const detail = `${read} of ${stated} chunks could be found`;
    ledger.lost('evtx-chunk', { kind: 'offset', offset: FIRST_CHUNK }, detail, stated - read - told);
  }
}

async function* counted(stream: AsyncIterable<Uint8Array>, saw: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    saw(chunk.length);
    yield chunk;
  }
}

function batchOf(chunk: Chunk, printer: Printer): Batch {
  return {
    // The reader's cursor has the members of Event; the package imports nothing, so that it cannot say so itself.
    events: chunk as unknown as Iterable<Event>,
    bytes: CHUNK_BYTES,
    ownTexts: true,
    jsonLines: (options, write) => printer.print(chunk, options, write),
    xml(write) {
      let count = 0;
      for (let record = chunk.next(); record !== undefined; record = chunk.next()) {
        write(`${record.toXml()}\n`);
        count++;
      }
      return count;
    },
  };
}

/** Prints the chunks of one log. Lines are handed on by the megabyte, not by the chunk. */
class Printer {
  readonly #prefix: string;
  #lines: JsonLines | undefined;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Whether lines may be left to be handed on. */
  get holds(): boolean {
    return this.#lines !== undefined;
  }

  print(chunk: Chunk, { form }: JsonLinesOptions, write: (bytes: Uint8Array) => void): number {
    this.#lines ??= new JsonLines(form === 'canonical' ? { form, write } : { form, prefix: this.#prefix, write });
    let count = 0;
    for (let record = chunk.next(); record !== undefined; record = chunk.next()) {
      this.#lines.add(record);
      count++;
    }
    return count;
  }

  flush(): number {
    this.#lines?.flush();
    return 0;
  }
}

function isHeader(bytes: Uint8Array): boolean {
  return hasMagic(bytes, 0, 'ElfFile\0');
}

/** The header's count of chunks, one of which is there even in an empty log; it wraps beyond 65,535. */
function statedChunks(bytes: Uint8Array): number {
  return bytes.length < 44 ? 1 : bytes[42]! | (bytes[43]! << 8);
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
