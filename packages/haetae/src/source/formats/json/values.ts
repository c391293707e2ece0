import { isAscii } from 'node:buffer';
import type { Ledger, Where } from '../../ledger.ts';

/** The longest JSON object that is read, in bytes. The longest Windows event is under 1 MiB in any text form. */
export const VALUE_LIMIT = 16 * 1024 * 1024;
/** Objects and arrays within each other; events have fewer than ten. */
export const DEPTH_LIMIT = 64;
/** An object that has not ended on its line after so many bytes is followed byte by byte instead of waiting for the line's end. */
const LINE_FIRST = 256 * 1024;

/** One object of the input. Valid until the next one. */
export interface JsonEntry {
  value: unknown;
  /** Its text, from which digits beyond 2^53 can be had. */
  text: string;
  /** Physical line on which it begins, from 1. */
  line: number;
}

const NOTHING = Buffer.alloc(0);

/** Losses that are quoted. */
const QUOTED = 100;
/** How far into the first object a wrapper's array is looked for. */
const WRAPPER_HEAD = 32 * 1024;

const LF = 10;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN = 123;
const CLOSE = 125;

/** Arrays in which exports wrap their events (Elasticsearch, Splunk, Azure, home-made), so that their elements can be streamed. */
const WRAPPER = /"(?:hits|results|Events?|events?|Records|records|value|logs|rows|entries)"\s*:\s*\[\s*\{/;
const EVENT_MEMBER = /"(?:System|EventID|EventId|event_id|EventCode|winlog|event_data|Channel|result|_source|win)"/;

/**
 * Cuts a stream of UTF-8 into its JSON objects, however they are laid out: one a line, pretty-printed, in an array, all on
 * one endless line, in the `hits` of a search. Two paths: a line that ends with `}` is given to JSON.parse as it stands,
 * which is right for nearly all logs and costs nothing beside the parse; else the end of the object is found by counting
 * brackets. What is no JSON is entered into the ledger with its line, and reading goes on at the next line that begins an
 * object, so that a damaged object costs itself alone.
 */
export class JsonValues {
  readonly #ledger: Ledger;
  readonly #limit: number;
  readonly #depthLimit: number;
  readonly #entry: JsonEntry = { value: undefined, text: '', line: 0 };
  /** Bytes not yet consumed: [#at, #end) of the buffer. */
  #buffer: Buffer = NOTHING;
  #at = 0;
  #end = 0;
  #ascii = true;
  /** Physical line of #at. */
  #line = 1;
  #first = true;
  /** Inside the array of a wrapper: what follows it is no loss. */
  #wrapped = false;
  /** Arrays around the objects that are open. */
  #arrays = 0;
  /** Losses told with their detail. */
  #told = 0;
  /** Where the text ended that JSON.parse has refused, lest it be asked twice; -1: none. */
  #refused = -1;
  /** The rest of this line has been given up. */
  #skipLine = false;
  /** The end of the line is known to hold more than one object. */
  #crowded = false;
  /** State of the bracket count, kept between two pieces of the stream; #scan < 0: none is under way. */
  #scan = -1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #previous = 0;
  #scanLine = 1;
  #dropping = false;
  readonly #containers: Uint8Array;

  constructor(ledger: Ledger, limits: { readonly limit?: number; readonly depth?: number } = {}) {
    this.#ledger = ledger;
    this.#limit = limits.limit ?? VALUE_LIMIT;
    this.#depthLimit = limits.depth ?? DEPTH_LIMIT;
    this.#containers = new Uint8Array(this.#depthLimit + 1);
  }

  /** The objects that are complete with these bytes, which are copied where they are kept. `last`: the input ends with them. */
  *feed(bytes: Buffer, last: boolean): Generator<JsonEntry> {
    this.#append(bytes, last);
    while (this.#at < this.#end) {
      const found = this.#scan >= 0 ? this.#follow(last) : this.#next(last);
      if (found === undefined) break;
      if (found) yield this.#entry;
    }
    if (last && this.#at < this.#end) {
      this.#lose('json-syntax', 'the input ends inside the object');
      this.#at = this.#end;
    }
    if (last && this.#arrays > 0) this.#ledger.repaired('json-syntax', this.#where(), 'the array does not end');
  }

  /** Physical line of the next byte, for whoever reads lines in between. */
  get line(): number {
    return this.#line;
  }

  set line(line: number) {
    this.#line = line;
  }

  /** Whether nothing is begun: the next byte begins a line, and no array or wrapper is open. */
  get isAtRest(): boolean {
    return this.#at === this.#end && this.#isPlain;
  }

  /** Gives back a line that has only begun, and is at rest then; undefined where something else is begun. */
  release(): Buffer | undefined {
    if (!this.#isPlain) return undefined;
    const rest = Buffer.from(this.#buffer.subarray(this.#at, this.#end));
    this.#at = this.#end;
    return rest;
  }

  get #isPlain(): boolean {
    return this.#scan < 0 && this.#arrays === 0 && !this.#skipLine && !this.#first && !this.#wrapped && !this.#crowded;
  }

  #append(bytes: Buffer, last: boolean): void {
    const kept = this.#end - this.#at;
    if (kept === 0 && last) {
      // The whole of a small input: nothing outlives this call, so that nothing need be copied.
      this.#buffer = bytes;
      this.#refused = -1;
      this.#ascii = isAscii(bytes);
      this.#at = 0;
      this.#end = bytes.length;
      if (this.#scan >= 0) this.#scan = 0;
      return;
    }
    if (kept + bytes.length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, kept + bytes.length));
      this.#buffer.copy(grown, 0, this.#at, this.#end);
      this.#buffer = grown;
    } else if (this.#at > 0) this.#buffer.copyWithin(0, this.#at, this.#end);
    if (this.#scan >= 0) this.#scan -= this.#at;
    this.#refused = -1;
    bytes.copy(this.#buffer, kept);
    // Non-ASCII bytes that were kept make the next text non-ASCII as well.
    this.#ascii = isAscii(bytes) && (kept === 0 || this.#ascii);
    this.#at = 0;
    this.#end = kept + bytes.length;
  }

  /** True: an entry stands ready. False: something was consumed. Undefined: more bytes are needed. */
  #next(last: boolean): boolean | undefined {
    const buffer = this.#buffer;
    if (this.#skipLine) return this.#toLineEnd();
    let at = this.#at;
    for (; at < this.#end; at++) {
      const byte = buffer[at]!;
      if (byte === LF) {
        this.#line++;
        this.#crowded = false;
      } else if (byte === OPEN_ARRAY) this.#arrays++;
      else if (byte === CLOSE_ARRAY) this.#arrays = Math.max(0, this.#arrays - 1);
      else if (byte === CLOSE && this.#wrapped) continue;
      // Blanks, the record separator of JSON text sequences, and what stands between the elements of an array.
      else if (byte > 32 && byte !== COMMA) break;
      else if (byte !== 32 && byte < 32 && byte !== 9 && byte !== 13 && byte !== 30) break;
    }
    this.#at = at;
    if (at === this.#end) return undefined;
    const lineEnd = this.#crowded ? -1 : this.#lineEnd(at);
    if (buffer[at] !== OPEN) return this.#junk(lineEnd, last);
    if (this.#first) {
      const wrapper = this.#wrapperArray(last);
      if (wrapper === undefined) return undefined;
      this.#first = false;
      if (wrapper > 0) {
        for (let i = at; i < wrapper; i++) if (buffer[i] === LF) this.#line++;
        this.#wrapped = true;
        this.#arrays = 1;
        this.#at = wrapper;
        return false;
      }
    }
    if (!this.#crowded) {
      if (lineEnd < 0 && !last && this.#end - at < LINE_FIRST) return undefined;
      let end = lineEnd < 0 ? this.#end : lineEnd;
      if (lineEnd >= 0 || last) {
        while (end > at && (buffer[end - 1]! <= 32 || buffer[end - 1] === COMMA)) end--;
        if (buffer[end - 1] === CLOSE && end - at <= this.#limit) {
          if (this.#parse(at, end)) {
            this.#at = end;
            return true;
          }
          this.#refused = end;
        }
      }
    }
    this.#crowded = true;
    this.#scan = at;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#dropping = false;
    this.#scanLine = this.#line;
    return false;
  }

  #lineEnd(from: number): number {
    const end = this.#buffer.indexOf(LF, from);
    return end < this.#end ? end : -1;
  }

  #toLineEnd(): boolean | undefined {
    const end = this.#lineEnd(this.#at);
    if (end < 0) {
      this.#at = this.#end;
      return undefined;
    }
    this.#at = end;
    this.#skipLine = false;
    return false;
  }

  /**
   * Where the first object is a wrapper around an array of objects: the offset of the first of these; 0 where it is none.
   * Undefined: too little is there to tell.
   */
  #wrapperArray(last: boolean): number | undefined {
    if (this.#end - this.#at < WRAPPER_HEAD && !last) return undefined;
    const head = this.#buffer.toString('latin1', this.#at, Math.min(this.#end, this.#at + WRAPPER_HEAD));
    const match = WRAPPER.exec(head);
    if (match === null || EVENT_MEMBER.test(head.slice(0, match.index))) return 0;
    return this.#at + match.index + match[0].length - 1;
  }

  #parse(from: number, to: number): boolean {
    // What begins no member is refused without JSON.parse, whose errors are a hundred times dearer than its values.
    let member = from + 1;
    while (isBlank(this.#buffer[member]!)) member++;
    if (this.#buffer[member] !== QUOTE && this.#buffer[member] !== CLOSE) return false;
    const text = this.#ascii ? this.#buffer.toString('latin1', from, to) : this.#buffer.toString('utf8', from, to);
    const value = parse(text);
    if (value === undefined) return false;
    this.#entry.value = value;
    this.#entry.text = text;
    this.#entry.line = this.#line;
    return true;
  }

  /** A line that does not begin with an object: perhaps one stands behind something else, such as a syslog header. */
  #junk(lineEnd: number, last: boolean): boolean | undefined {
    const at = this.#at;
    let end = lineEnd;
    if (this.#crowded) end = this.#lineEnd(at);
    if (end < 0) {
      if (!last && this.#end - at < LINE_FIRST) return undefined;
      end = this.#end;
    }
    if (this.#wrapped) {
      // The members of the wrapper that follow its array.
      this.#at = end;
      return false;
    }
    const open = this.#buffer.indexOf('{"', at, 'latin1');
    if (open >= 0 && open < end) {
      let stop = end;
      while (stop > open && this.#buffer[stop - 1]! <= 32) stop--;
      if (this.#buffer[stop - 1] === CLOSE && this.#parse(open, stop)) {
        this.#ledger.repaired('json-syntax', this.#where(), `${open - at} bytes before the object were passed over`);
        this.#at = end;
        return true;
      }
    }
    this.#lose('json-syntax', this.#quoted(at, end));
    this.#at = end;
    // Without a line end in sight the rest of the line is passed over in bounded memory.
    this.#skipLine = lineEnd < 0 && !last;
    return false;
  }

  /** Counts brackets until the object ends. */
  #follow(last: boolean): boolean | undefined {
    const buffer = this.#buffer;
    const end = this.#end;
    let at = this.#scan;
    for (; at < end; at++) {
      const byte = buffer[at]!;
      if (byte === LF) {
        if (this.#inString) return this.#fail(at, 'json-syntax', 'a line ends inside a string');
        this.#scanLine++;
      } else if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#inString = false;
          this.#previous = QUOTE;
        }
      } else if (byte > 32) {
        if (byte === QUOTE) this.#inString = true;
        else if (byte === OPEN || byte === OPEN_ARRAY) {
          if (this.#depth > 0 && !this.#mayOpen()) return this.#fail(at, 'json-syntax', 'the object does not end');
          if (this.#depth === this.#depthLimit)
            return this.#fail(at, 'nesting-too-deep', `more than ${this.#depthLimit} levels`);
          this.#containers[this.#depth++] = byte;
        } else if (byte === CLOSE || byte === CLOSE_ARRAY) {
          if (this.#containers[this.#depth - 1] !== byte - 2)
            return this.#fail(at, 'json-syntax', 'a bracket is missing');
          if (--this.#depth === 0) return this.#ended(at + 1);
        }
        this.#previous = byte;
      }
    }
    this.#scan = at;
    if (!this.#dropping && end - this.#at > this.#limit) {
      this.#lose('line-too-long', `an object of more than ${this.#limit} bytes`);
      this.#dropping = true;
    }
    if (this.#dropping) this.#at = end;
    return last ? this.#fail(end, 'json-syntax', 'the input ends inside the object') : undefined;
  }

  /** Whether an object or array may begin behind the last token: not behind a value, nor where a name must stand. */
  #mayOpen(): boolean {
    switch (this.#previous) {
      case COLON:
      case OPEN_ARRAY:
        return true;
      case COMMA:
        return this.#containers[this.#depth - 1] === OPEN_ARRAY;
      default:
        return false;
    }
  }

  #ended(end: number): boolean {
    const from = this.#at;
    this.#scan = -1;
    let found = false;
    if (!this.#dropping) {
      if (end - from > this.#limit) this.#lose('line-too-long', `an object of more than ${this.#limit} bytes`);
      else if (end !== this.#refused && this.#parse(from, end)) found = true;
      else this.#lose('json-syntax', this.#quoted(from, end));
    }
    this.#line = this.#scanLine;
    this.#at = end;
    this.#refused = -1;
    return found;
  }

  /** Gives the object up and goes on at the first line behind its beginning that begins an object, else behind the fault. */
  #fail(at: number, code: 'json-syntax' | 'nesting-too-deep', reason: string): boolean {
    this.#scan = -1;
    this.#refused = -1;
    this.#crowded = false;
    if (this.#dropping) {
      this.#line = this.#scanLine;
      this.#at = at;
      this.#skipLine = true;
      return false;
    }
    this.#lose(code, reason);
    for (let end = this.#lineEnd(this.#at); end >= 0 && end <= at; end = this.#lineEnd(end + 1)) {
      this.#line++;
      this.#at = end + 1;
      let next = end + 1;
      while (next < this.#end && (isBlank(this.#buffer[next]!) || this.#buffer[next] === COMMA)) next++;
      if (this.#buffer[next] === OPEN && next <= at) return false;
    }
    // The fault's own line is passed over, unless it begins with the object that made the fault visible.
    this.#at = Math.max(this.#at, at);
    this.#skipLine = this.#buffer[at] !== LF && at < this.#end;
    return false;
  }

  /** The beginning of what is lost; of the first losses only, as no ledger keeps more. */
  #quoted(from: number, to: number): string {
    if (++this.#told > QUOTED) return '';
    return JSON.stringify(this.#buffer.toString('utf8', from, Math.min(to, from + 60)));
  }

  #where(): Where {
    return { kind: 'line', line: this.#line };
  }

  #lose(code: 'json-syntax' | 'nesting-too-deep' | 'line-too-long', detail: string): void {
    this.#ledger.lost(code, this.#where(), detail);
  }
}

/** Of JSON's blanks. */
function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13 || byte === LF;
}

/** undefined where the text is not JSON; JSON itself has no undefined. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
