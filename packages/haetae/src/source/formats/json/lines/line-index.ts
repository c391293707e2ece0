import { isAscii } from 'node:buffer';
import { mostWritten, readLine, writeLine } from './members.ts';
import * as window from './window.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BYTES = window.BYTES;
const BUFFER = window.BUFFER;
const MARKS = window.MARKS;
const SIZE = window.WINDOW_SIZE;

const LF = 10;
const NOTHING = Buffer.alloc(0);
const FIRST_ROOM = 64 * 1024;

/** A line of an index that is to be read the plain way, and one without anything in it. */
export const UNREAD = -1;
export const EMPTY = -2;

/** What was read of a piece of a file beforehand. */
export interface PieceIndex {
  /** Bytes of the line begun before the piece; offsets count from its beginning. */
  readonly rest: number;
  readonly ascii: boolean;
  /**
   * The lines that end in the piece, from `from` to `to`: the offset behind each, then {@link UNREAD}, {@link EMPTY}, or what
   * `writeLine` writes.
   */
  readonly lines: Int32Array;
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the lines of a file ahead of whoever makes events of them. It sees the same pieces, and knows nothing of the rest: what
 * it cannot read, or where that one begins elsewhere, is read as if there were no index.
 */
export class LineIndexer {
  /** Into which lines are written, from the beginning on after {@link clear}. */
  lines: Int32Array<ArrayBuffer>;
  #filled = 0;
  /** The beginning of a line whose end is yet to come; undefined where it is too long. */
  #rest: Buffer | undefined = NOTHING;

  constructor(room: Int32Array<ArrayBuffer> = new Int32Array(FIRST_ROOM)) {
    this.lines = room;
  }

  clear(room: Int32Array<ArrayBuffer>): void {
    this.lines = room;
    this.#filled = 0;
  }

  /** The index of a piece, valid until the next one of this indexer; undefined where it has none. `lines` may be another array then. */
  add(piece: Buffer): Omit<PieceIndex, 'lines'> | undefined {
    const rest = this.#rest;
    if (rest === undefined || rest.length + piece.length > SIZE) {
      const end = piece.lastIndexOf(LF);
      this.#rest = end < 0 ? undefined : Buffer.from(piece.subarray(end + 1));
      return undefined;
    }
    const end = rest.length + piece.length;
    window.hold(this);
    BYTES.set(rest, 0);
    BYTES.set(piece, rest.length);
    window.mark(end);
    const from = this.#filled;
    const behind = this.#read(end);
    this.#rest = Buffer.from(BUFFER.subarray(behind, end));
    return { rest: rest.length, ascii: isAscii(piece) && isAscii(rest), from, to: this.#filled };
  }

  /** The lines of the window; gives the offset behind the last that ends. */
  #read(end: number): number {
    let at = 0;
    let mark = 0;
    while (at < end) {
      if (BYTES[at] === LF) {
        this.#write(at + 1, EMPTY);
        at++;
        mark++;
        continue;
      }
      let close = readLine(at, mark);
      if (close >= 0) {
        const behind = MARKS[close]! + 1;
        this.#makeRoom(1 + mostWritten(behind - at));
        this.lines[this.#filled] = behind;
        this.#filled = writeLine(this.lines, this.#filled + 1);
      } else {
        close = mark;
        while (MARKS[close]! < end && BYTES[MARKS[close]!] !== LF) close++;
        if (MARKS[close]! >= end) break;
        this.#write(MARKS[close]! + 1, UNREAD);
      }
      at = MARKS[close]! + 1;
      mark = close + 1;
    }
    return at;
  }

  #write(behind: number, what: number): void {
    this.#makeRoom(2);
    this.lines[this.#filled++] = behind;
    this.lines[this.#filled++] = what;
  }

  #makeRoom(more: number): void {
    if (this.#filled + more <= this.lines.length) return;
    const grown = new Int32Array(2 * (this.#filled + more));
    grown.set(this.lines.subarray(0, this.#filled));
    this.lines = grown;
  }
}
