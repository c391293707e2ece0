import { isUtf8 } from 'node:buffer';
import type { Event, Position, RawValue, UnixMs, WrittenFields } from '@haetae/event';
import type { Instant } from '../../../instant.ts';
import type { Timed } from '../clock.ts';
import { readJsonTime } from '../scalar.ts';
import type { JsonObject } from '../shape.ts';
import {
  CHANNEL,
  COMPUTER,
  EVENT_ID,
  type FlatEvent,
  isAlwaysData,
  MEMBERS_OF,
  PROVIDER,
  RECORD,
} from '../shapes/flat.ts';
import { readInstantAt } from './instant-at.ts';
import { ABSENT, ESCAPED, endOf, isOdd, kindOf, NULL, PLAIN, startOf, TRUTH, WHOLE } from './members.ts';
import { numberOf } from './names.ts';
import { fieldsInto, Pairs, systemInto } from './own-fields.ts';
import { Texts } from './texts.ts';
import * as window from './window.ts';
import { Written } from './written.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BYTES = window.BYTES;
const BUFFER = window.BUFFER;
const VIEW = window.VIEW;

/** A field whose value is not the one member of that name, or may not be. */
const ELSEWHERE = -1;
const MOST_FIELDS = 8192;

/** Members that make it another shape's event, or one that reads its members otherwise. */
const SPLUNK = [numberOf('_raw'), numberOf('_time')];
const ID = numberOf(EVENT_ID[0]!);
const CHANNEL_NUMBER = numberOf(CHANNEL[0]!);
const PROVIDER_NUMBER = numberOf(PROVIDER[0]!);
const COMPUTERS = COMPUTER.map(numberOf);
const RECORDS = RECORD.map(numberOf);
/** The one member of `System` that is asked for often: the process that wrote the event. */
const WRITER = 'Execution_ProcessID';
const WRITER_NUMBER = numberOf(MEMBERS_OF.get(WRITER)![0]!);
const ZERO = 48;

/** Of all files: they name the same channels, hosts and fields. */
const TEXTS = new Texts();
const numbers = new Map<string, number>();

/**
 * The event of a line that {@link readLine} has read, by the places of its members: nothing is decoded until it is asked for.
 * What is asked of few events is left to {@link FlatEvent}, which is given the parsed line then; it is also what this is tested
 * against. One serves all events of a file.
 */
export class LineEvent implements Event, Timed, RawValue {
  timeMs: UnixMs = Number.NaN as UnixMs;
  timeTicks = 0;
  computer = '';
  channel = '';
  provider = '';
  eventId = 0;
  readonly view = VIEW;
  readonly notation = 'json';
  start = 0;
  end = 0;
  readonly #plain: FlatEvent;
  #from = 0;
  #to = 0;
  #line = 0;
  #ascii = true;
  #source: string | undefined;
  #whole = false;
  readonly #textOf = (number: number, kind: number): string => this.#value(number, kind);
  readonly #fields = new Pairs(this.#textOf);
  readonly #system = new Pairs(this.#textOf);
  readonly #written = new Written();

  constructor(plain: FlatEvent) {
    this.#plain = plain;
  }

  /** The object at [from, to) of the window, just read; false where it is none that this can show. */
  load(from: number, to: number, line: number, ascii: boolean): boolean {
    if (kindOf(CHANNEL_NUMBER) !== PLAIN || kindOf(PROVIDER_NUMBER) !== PLAIN) return false;
    if (kindOf(SPLUNK[0]!) !== ABSENT || kindOf(SPLUNK[1]!) !== ABSENT) return false;
    const id = idAt();
    const computer = computerNumber();
    if (id < 0 || computer < 0 || startOf(CHANNEL_NUMBER) === endOf(CHANNEL_NUMBER)) return false;
    this.#from = from;
    this.#to = to;
    this.#line = line;
    this.#ascii = ascii || isAscii(from, to);
    this.#source = undefined;
    this.#whole = false;
    this.eventId = id;
    this.channel = this.#text(CHANNEL_NUMBER);
    this.provider = this.#text(PROVIDER_NUMBER);
    this.computer = computer === 0 ? '' : this.#text(computer);
    this.#plain.clock.read(this, line);
    this.timeMs = this.#plain.clock.ms as UnixMs;
    this.timeTicks = this.#plain.clock.ticks;
    return true;
  }

  get position(): Position {
    return { kind: 'line', line: this.#line };
  }

  get eventRecordId(): number | bigint {
    for (let i = 0; i < RECORDS.length; i++) {
      if (kindOf(RECORDS[i]!) === ABSENT) continue;
      const id = digitsOf(RECORDS[i]!);
      return id < 0 ? this.#all().eventRecordId : id;
    }
    return 0;
  }

  get(name: string): string | undefined {
    const number = this.#number(name);
    if (number < 0) return this.#all().get(name);
    const kind = kindOf(number);
    if (kind === ABSENT) return undefined;
    return kind <= WHOLE ? this.#value(number, kind) : this.#all().get(name);
  }

  getAll(name: string): readonly string[] {
    const number = this.#number(name);
    if (number < 0) return this.#all().getAll(name);
    const kind = kindOf(number);
    if (kind === ABSENT) return NONE;
    return kind <= WHOLE ? [this.#value(number, kind)] : this.#all().getAll(name);
  }

  raw(name: string): RawValue | undefined {
    const number = this.#number(name);
    if (number < 0) return undefined;
    const kind = kindOf(number);
    if (kind === ABSENT || (kind > WHOLE && kind !== TRUTH)) return undefined;
    this.start = startOf(number);
    this.end = endOf(number);
    return this;
  }

  get extent(): number {
    return this.#to - this.#from;
  }

  mentions(words: readonly string[]): boolean {
    return !this.#ascii || window.seek(words, this.#from, this.#to);
  }

  fields(): Iterable<readonly [string, string]> {
    return fieldsInto(this.#fields, this.#textOf) ? this.#fields.list() : this.#all().fields();
  }

  system(name: string): string | undefined {
    if (name === WRITER && kindOf(WRITER_NUMBER) === WHOLE) return this.#value(WRITER_NUMBER, WHOLE);
    return this.#number(name) < 0 ? this.#all().system(name) : undefined;
  }

  systemFields(): Iterable<readonly [string, string]> {
    systemInto(this.#system, this.#textOf);
    return this.#system.list();
  }

  written(what: 'fields' | 'system'): WrittenFields | undefined {
    // What is no UTF-8 is told with a sign in its place.
    if (!this.#ascii && !isUtf8(BUFFER.subarray(this.#from, this.#to))) return undefined;
    const into = this.#written;
    if (what === 'fields') return fieldsInto(into, this.#textOf) ? into : undefined;
    systemInto(into, this.#textOf);
    return into;
  }

  get hasBlankNames(): boolean | undefined {
    return isOdd() ? this.#all().hasBlankNames : false;
  }

  get source(): string {
    this.#source ??= this.#decoded(this.#from, this.#to);
    return this.#source;
  }

  time(name: string, into: Instant): boolean {
    const number = numberOf(name);
    const kind = number < 0 ? ABSENT : kindOf(number);
    if (kind === ABSENT || kind === NULL) return false;
    if (kind === PLAIN && readInstantAt(startOf(number), endOf(number), into)) return true;
    return readJsonTime(this.member(name), into);
  }

  member(name: string): unknown {
    return this.#all().member(name);
  }

  /** The line as the plain reader has it. */
  #all(): FlatEvent {
    if (!this.#whole) {
      const text = this.source;
      this.#plain.show(JSON.parse(text) as JsonObject, text, this.#line);
      this.#whole = true;
    }
    return this.#plain;
  }

  #number(name: string): number {
    let number = numbers.get(name);
    if (number === undefined) {
      number = isAlwaysData(name) ? numberOf(name) : ELSEWHERE;
      if (numbers.size === MOST_FIELDS) numbers.clear();
      numbers.set(name, number);
    }
    return number;
  }

  #value(number: number, kind: number): string {
    const start = startOf(number);
    const end = endOf(number);
    return kind === ESCAPED ? (JSON.parse(this.#decoded(start - 1, end + 1)) as string) : this.#decoded(start, end);
  }

  #text(number: number): string {
    const start = startOf(number);
    const end = endOf(number);
    return this.#ascii ? TEXTS.at(start, end) : this.#decoded(start, end);
  }

  #decoded(from: number, to: number): string {
    return this.#ascii ? BUFFER.latin1Slice(from, to) : BUFFER.utf8Slice(from, to);
  }
}

const NONE: readonly string[] = [];

/** The event id; -1 where it is none that needs no thought. */
const idAt = (): number => (endOf(ID) - startOf(ID) > 9 ? -1 : digitsOf(ID));

/** The whole number that a member is, or writes as text; -1 where it is none, or one that needs thought. */
function digitsOf(number: number): number {
  const kind = kindOf(number);
  if (kind !== WHOLE && kind !== PLAIN) return -1;
  const end = endOf(number);
  let id = 0;
  let p = startOf(number);
  if (p === end || end - p > 15) return -1;
  for (; p < end; p++) {
    const digit = BYTES[p]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    id = id * 10 + digit;
  }
  return id;
}

/** The member that names the host; 0 where none does, -1 where that needs thought. */
function computerNumber(): number {
  for (let i = 0; i < COMPUTERS.length; i++) {
    const kind = kindOf(COMPUTERS[i]!);
    if (kind === PLAIN) return COMPUTERS[i]!;
    if (kind !== ABSENT) return -1;
  }
  return 0;
}

function isAscii(from: number, to: number): boolean {
  let p = from;
  for (; p + 4 <= to; p += 4) if ((VIEW.getInt32(p) & 0x80808080) !== 0) return false;
  for (; p < to; p++) if (BYTES[p]! > 127) return false;
  return true;
}
