import { isAscii } from 'node:buffer';
import type { Event } from '@haetae/event';
import type { JsonValues } from '../values.ts';
import type { LineEvent } from './line-event.ts';
import { endOfObject, isOdd, readLine } from './members.ts';
import * as window from './window.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BYTES = window.BYTES;
const BUFFER = window.BUFFER;
const MARKS = window.MARKS;
const SIZE = window.WINDOW_SIZE;

const LF = 10;
const NOTHING = Buffer.alloc(0);

/**
 * Reads events off the lines of a file without parsing them, as long as each is one flat object. Any other line goes the plain
 * way, and with it the following ones until that has come to the end of a line with nothing begun.
 */
export class LineReader {
  readonly #values: JsonValues;
  readonly #event: LineEvent;
  readonly #plain: (bytes: Buffer, last: boolean) => Iterable<Event>;
  readonly #isFlat: () => boolean;
  /** Whether the next byte begins a line that this may read. */
  #begun = false;
  /** The beginning of a line whose end is yet to come. */
  #rest: Buffer = NOTHING;
  /** Physical line of the next byte. */
  #line = 0;

  /** `plain` feeds the values; `isFlat`: whether the shape that is tried first is the flat one. */
  constructor(
    values: JsonValues,
    event: LineEvent,
    plain: (bytes: Buffer, last: boolean) => Iterable<Event>,
    isFlat: () => boolean,
  ) {
    this.#values = values;
    this.#event = event;
    this.#plain = plain;
    this.#isFlat = isFlat;
  }

  /**
   * A whole input, to which nothing comes before or after. Its first line goes the plain way, which tells the shape; where that
   * begins something else than lines of objects, all of it does.
   */
  *whole(bytes: Buffer): Generator<Event> {
    const first = bytes.indexOf(LF) + 1;
    if (first === 0 || first > SIZE || !this.#isLine(bytes.subarray(0, first))) {
      yield* this.#plain(bytes, true);
      return;
    }
    yield* this.#plain(Buffer.from(bytes.subarray(0, first)), true);
    this.#begun = this.#values.isAtRest;
    this.#line = this.#values.line;
    let at = first;
    while (this.#begun) {
      const end = Math.min(bytes.length, at + SIZE);
      // Whole lines only, so that nothing is kept between two pieces.
      const stop = bytes.subarray(at, end).lastIndexOf(LF) + 1;
      if (stop === 0) break;
      yield* this.#lines(bytes.subarray(at, at + stop));
      at += stop;
    }
    if (this.#begun) this.#values.line = this.#line;
    yield* this.#plain(bytes.subarray(at), true);
  }

  /** Whether the bytes are one line that is an object and nothing else. */
  #isLine(bytes: Buffer): boolean {
    this.#rest = NOTHING;
    this.#fill(bytes);
    return readLine(0, 0) >= 0 && !isOdd();
  }

  *read(bytes: Buffer, last: boolean): Generator<Event> {
    if (this.#begun && !last && this.#rest.length + bytes.length <= SIZE) yield* this.#lines(bytes);
    else {
      if (this.#begun) yield* this.#giveUp(this.#rest);
      yield* this.#plain(bytes, last);
    }
    if (!this.#begun && !last) this.#begin();
  }

  /** Takes over where the plain way has nothing begun but a line. */
  #begin(): void {
    const rest = this.#values.release();
    if (rest === undefined) return;
    this.#begun = true;
    this.#rest = rest;
    this.#line = this.#values.line;
  }

  #giveUp(bytes: Buffer): Iterable<Event> {
    this.#begun = false;
    this.#rest = NOTHING;
    this.#values.line = this.#line;
    return this.#plain(bytes, false);
  }

  *#lines(bytes: Buffer): Generator<Event> {
    const end = this.#rest.length + bytes.length;
    const ascii = isAscii(bytes) && isAscii(this.#rest);
    this.#fill(bytes);
    let at = 0;
    let mark = 0;
    while (at < end) {
      if (!window.isHeldBy(this)) this.#fill(bytes);
      if (BYTES[at] === LF) {
        this.#line++;
        at++;
        mark++;
        continue;
      }
      let close = this.#isFlat() ? readLine(at, mark) : -1;
      if (close >= 0 && this.#event.load(at, endOfObject(), this.#line, ascii)) {
        yield this.#event;
        this.#line++;
      } else {
        close = mark;
        while (MARKS[close]! < end && BYTES[MARKS[close]!] !== LF) close++;
        // The line goes on in the next bytes.
        if (MARKS[close]! >= end) break;
        const behind = MARKS[close]! + 1;
        const line = Buffer.from(BUFFER.subarray(at, behind));
        this.#values.line = this.#line;
        yield* this.#plain(line, false);
        this.#line = this.#values.line;
        if (!this.#values.isAtRest) {
          if (!window.isHeldBy(this)) this.#fill(bytes);
          yield* this.#giveUp(Buffer.from(BUFFER.subarray(behind, end)));
          return;
        }
        if (!window.isHeldBy(this)) this.#fill(bytes);
      }
      at = MARKS[close]! + 1;
      mark = close + 1;
    }
    this.#rest = Buffer.from(BUFFER.subarray(at, end));
  }

  #fill(bytes: Buffer): void {
    window.hold(this);
    BYTES.set(this.#rest, 0);
    BYTES.set(bytes, this.#rest.length);
    window.mark(this.#rest.length + bytes.length);
  }
}
