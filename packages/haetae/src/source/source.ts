import type { Event } from '@haetae/event';
import type { Ledger } from './ledger.ts';

/** One log to be read: a file, stdin, or a member of an archive. Its bytes can be read once. */
export interface Input {
  /** As given on the command line, joined with the path below it; a member of an archive is ARCHIVE/MEMBER; stdin is `-`. */
  readonly path: string;
  /** Bytes, where known beforehand. */
  readonly size: number | undefined;
  /** The first bytes (at most 64 KiB), for recognition; {@link bytes} yields them again. */
  readonly head: Uint8Array;
  /** The file on disk, for formats that profit from random access; absent for stdin and archive members. */
  readonly file?: string;
  /** All bytes from the first, once. Chunks may be reused by the producer after the next one is asked for. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** How a text file is encoded; formats see text only through it. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'cp949';

/** What recognition looks at: the same head as bytes and, where it is text, decoded. */
export interface Head {
  readonly bytes: Uint8Array;
  /** undefined when the head is binary. */
  readonly encoding: Encoding | undefined;
  /** The decoded head without BOM; '' when binary. Its last line may be cut. */
  readonly text: string;
}

export interface ReadOptions {
  /** IANA zone or offset in which local times without a stated or inferable offset are read. */
  readonly timeZone: string;
  /** EVTX: validate checksums; recover deleted records. */
  readonly checksums?: boolean;
  readonly carve?: boolean;
  /** A format may leave what is not asked for as it stands. */
  readonly sparse?: boolean;
}

/** How a {@link Batch} can print its events at once, for formats that have a faster way than one event at a time. */
export interface JsonLinesOptions {
  /** `document`: fields in document order as `wevtutil` prints values; `canonical`: sorted, normalised, without `file`. */
  readonly form: 'document' | 'canonical';
}

/**
 * A stretch of a file. `events` is iterated once, at once, in file order; each event is valid until the next (see Event).
 * What could not be read of the stretch has been entered into the ledger once the iteration has ended.
 */
export interface Batch {
  readonly events: Iterable<Event>;
  /** Bytes of the input behind this batch, for progress; may be 0. */
  readonly bytes: number;
  /** Values are texts of their own: none is a slice of a larger one, which it would keep in memory. */
  readonly ownTexts?: true;
  /**
   * Instead of iterating `events`: all of them as JSON lines, into `write`, and their number. Lines may be held back until a
   * later batch of the same input is printed; the same `write` is given for all of them.
   */
  jsonLines?(options: JsonLinesOptions, write: (bytes: Uint8Array) => void): number;
  /** The same as Windows XML, an event a line, with the structure that `fields()` does not tell (UserData). */
  xml?(write: (text: string) => void): number;
}

/** One log format. Recognised by content, never by its name. */
export interface Format {
  readonly name: string;
  /** Its content is no text: it is asked first, and nobody looks for an encoding. */
  readonly binary?: true;
  /** True when the content is this format's and no other's. */
  sniff(head: Head): boolean;
  /** Streams in bounded memory. Bad content is entered into the ledger with its position; only a failing disk throws. */
  read(input: Input, head: Head, options: ReadOptions, ledger: Ledger): AsyncIterable<Batch>;
}
