/** What the parts of one reading share: the options, the count of what was read and lost, the one cursor. */
import type { EvtxError } from '../error.ts';
import { EvtxRecord } from './record.ts';

export interface EvtxOptions {
  /** Check the CRC-32 of the file header, of every chunk header and of every chunk's records. Each mismatch is a problem; records are read all the same. */
  readonly checksums?: boolean;
  /**
   * Look for deleted records by their signature: behind the last record of each chunk, in chunks whose header is damaged, and, when
   * the file header is damaged, in chunks found by their magic on 512-byte boundaries. They follow the chunk's own records, marked `carved`.
   */
  readonly carve?: boolean;
  /** Called at once for each thing that could not be read. `tally.problems` counts them and `tally.firstProblems` keeps some. */
  readonly onProblem?: (problem: EvtxError) => void;
  /** Read every record the plain, slow way: the reference that tests hold the fast way against. */
  readonly plain?: boolean;
}

/** What was read so far; final when the chunks are through. */
export interface EvtxTally {
  /** Records read, carved ones not among them. */
  records: number;
  carved: number;
  /** Chunks with a sound magic. */
  chunks: number;
  /** Preallocated chunks without a record behind the last one in use. */
  unusedChunks: number;
  problems: number;
  /** The first hundred. */
  readonly firstProblems: EvtxError[];
  /** The file header says that the log was not closed: its chunk count is stale, which does no harm. */
  dirty: boolean;
  /** Records that took the plain path, a measure of speed only. */
  plainRecords: number;
}

const KEPT_PROBLEMS = 100;

export class Session {
  readonly checksums: boolean;
  readonly carve: boolean;
  readonly plain: boolean;
  readonly tally: EvtxTally = {
    records: 0,
    carved: 0,
    chunks: 0,
    unusedChunks: 0,
    problems: 0,
    firstProblems: [],
    dirty: false,
    plainRecords: 0,
  };
  readonly record: EvtxRecord;
  readonly #onProblem: ((problem: EvtxError) => void) | undefined;

  constructor(options: EvtxOptions) {
    this.checksums = options.checksums ?? false;
    this.carve = options.carve ?? false;
    this.plain = options.plain ?? false;
    this.#onProblem = options.onProblem;
    this.record = new EvtxRecord(this.plain);
  }

  problem(problem: EvtxError): void {
    if (this.tally.problems++ < KEPT_PROBLEMS) this.tally.firstProblems.push(problem);
    this.#onProblem?.(problem);
  }
}
