import type { Event, WrittenFields } from '@haetae/event';
import { DECODED, EVENT_FLAGS, type EventBatch, type EventOrigin, FIELDS, FIRST_COLUMN, SYSTEM } from './batch.ts';
import { COLUMN_OF, EVENT_COLUMNS, MOST_DECODED, STRAYS } from './columns.ts';
import { Rows } from './rows.ts';
import { type Texts, wellFormed } from './texts.ts';

/** What is known of a field's name. */
interface Name {
  /** As JSON writes it, with the colon. */
  readonly json: Uint8Array;
  /** Of {@link EVENT_COLUMNS}; -1 for none. */
  readonly column: number;
  readonly rank: number;
  readonly hasBlank: boolean;
  /** Objects put such names first, whatever the order they came in. */
  readonly isIndex: boolean;
  /** The object that had it last. */
  seen: number;
}
/** Names are chosen by who writes the log. */
const MOST_NAMES = 8192;

/** Gathers events into a batch. One call an event, in the thread that reads: names are looked up once a field, and nothing is parsed. */
export class EventBatchBuilder {
  /** What is filled, and what was taken last: it is read while the other is filled. */
  #to: Rows;
  #taken: Rows | undefined;
  readonly #known = new Map<string, Name>();
  /** The fields of the event that is being added. */
  readonly #names: string[] = [];
  readonly #abouts: Name[] = [];
  /** Undefined where the value stands in the bytes of `#written`. */
  readonly #values: (string | undefined)[] = [];
  #written: WrittenFields | undefined;
  /** By column: the field that fills it; -1 for none. */
  readonly #takers = new Int32Array(EVENT_COLUMNS.length).fill(-1);
  #stray = 0;
  #rows = 0;
  /** Counts objects, by which the names of one are known. */
  #turn = 0;

  constructor(capacity: number) {
    this.#to = new Rows(capacity);
  }

  get rows(): number {
    return this.#rows;
  }
  /** Has no room left without growing. */
  get full(): boolean {
    return this.#rows === this.#to.capacity;
  }

  add(event: Event, origin: EventOrigin): void {
    if (this.#rows === 0) this.#to.clear();
    // A frame is never split over two batches, however many events it has.
    if (this.full) this.#to.grow();
    const to = this.#to;
    const row = this.#rows++;
    const { timeMs } = event;
    const unknown = Number.isNaN(timeMs);
    to.id[row] = origin.id;
    to.seq[row] = origin.seq;
    to.timeMs[row] = unknown ? origin.receivedMs : timeMs;
    to.timeTicks[row] = unknown ? 0 : event.timeTicks;
    to.receivedMs[row] = origin.receivedMs;
    to.eventId[row] = event.eventId;
    to.flags[row] = origin.flags | (unknown ? EVENT_FLAGS.timeUnknown : 0);
    const { texts } = to;
    texts.putKnown(row, 0, clean(origin.host));
    texts.putKnown(row, 1, clean(event.channel));
    texts.putKnown(row, 2, clean(event.provider));
    const recordId = event.eventRecordId;
    if (recordId !== 0) texts.put(row, 3, String(recordId));
    texts.putKnown(row, 4, clean(origin.origin));
    this.#stray = 0;
    if (this.#known.size > MOST_NAMES) this.#known.clear();
    this.#fields(row, event, texts);
    this.#system(row, event, texts);
    to.strays[row] = this.#stray;
    if (origin.decoded !== '') texts.put(row, DECODED, clean(origin.decoded.slice(0, MOST_DECODED)));
  }

  /** Takes over the texts of another batch, rows of which will be added: where they stand here. */
  adopt({ bytes }: EventBatch): number {
    if (this.#rows === 0) this.#to.clear();
    return this.#to.texts.adopt(bytes);
  }

  /** Adds a row of a batch that stands at `base`; what its event does not tell is the origin's. */
  addRow(batch: EventBatch, from: number, base: number, origin: EventOrigin): void {
    if (this.full) this.#to.grow();
    const to = this.#to;
    const row = this.#rows++;
    const unknown = (batch.flags[from]! & EVENT_FLAGS.timeUnknown) !== 0;
    to.id[row] = origin.id;
    to.seq[row] = origin.seq;
    to.timeMs[row] = unknown ? origin.receivedMs : batch.timeMs[from]!;
    to.timeTicks[row] = batch.timeTicks[from]!;
    to.receivedMs[row] = origin.receivedMs;
    to.eventId[row] = batch.eventId[from]!;
    to.flags[row] = origin.flags | batch.flags[from]!;
    to.strays[row] = batch.strays[from]!;
    to.texts.adoptRow(row, batch.cells, from, base);
    to.texts.putKnown(row, 0, clean(origin.host));
    if (origin.decoded !== '') to.texts.put(row, DECODED, clean(origin.decoded.slice(0, MOST_DECODED)));
  }

  /** Every field as JSON: its text, or the number of the column that has it; and what feeds a column there. */
  #fields(row: number, event: Event, texts: Texts): void {
    const n = this.#gather(event);
    const takers = this.#takers;
    let repeats = 0;
    this.#turn++;
    texts.begin();
    texts.addByte(OPEN);
    for (let i = 0; i < n; i++) {
      if (i > 0) texts.addByte(COMMA);
      const about = this.#abouts[i]!;
      const first = about.seen !== this.#turn;
      if (first) {
        about.seen = this.#turn;
        texts.addBytes(about.json);
      } else {
        // The second, third … field of one name is `name[2]`, `name[3]` …, as in findings.
        repeats++;
        texts.addJson(repeated(this.#names, i));
        texts.addByte(COLON);
      }
      if (about.isIndex) repeats++;
      const column = first ? about.column : -1;
      if (column >= 0 && takers[column] === i) texts.addNumber(column);
      else {
        if (!first && about.column >= 0 && takers[about.column] === i) takers[about.column] = -1;
        this.#addJson(i, texts);
      }
    }
    texts.addByte(CLOSE);
    texts.end(row, FIELDS);
    if (repeats > 0) this.#stray |= STRAYS.all;
    for (let column = 0; column < takers.length; column++) {
      const taker = takers[column]!;
      if (taker < 0) continue;
      texts.begin();
      this.#addText(taker, texts);
      texts.end(row, FIRST_COLUMN + column);
      takers[column] = -1;
    }
  }

  /** Looks at all fields, and finds out which fill a column; how many they are. */
  #gather(event: Event): number {
    const blanks = event.hasBlankNames;
    if (blanks === true) this.#stray |= STRAYS.all;
    const written = event.written?.('fields');
    this.#written = written;
    if (written !== undefined) {
      const { count, names } = written;
      for (let i = 0; i < count; i++) this.#gatherOne(i, names[i]!, this.#told(written, i), blanks === undefined);
      return count;
    }
    let n = 0;
    for (const [name, value] of event.fields()) this.#gatherOne(n++, name, value, blanks === undefined);
    return n;
  }

  #gatherOne(i: number, name: string, value: string | undefined, looksForBlanks: boolean): void {
    const about = this.#about(name);
    this.#names[i] = name;
    this.#abouts[i] = about;
    this.#values[i] = value;
    if (looksForBlanks && about.hasBlank) this.#stray |= STRAYS.all;
    const { column } = about;
    if (column < 0 || value === '' || value === '-') return;
    const takers = this.#takers;
    const taker = takers[column]!;
    const nul = value?.includes('\0') === true;
    if (taker < 0 && !nul) takers[column] = i;
    else {
      this.#stray |= 1 << column;
      if (!nul && about.rank < this.#abouts[taker]!.rank) takers[column] = i;
    }
  }

  /** A written value, as far as it must be known what it is: undefined for a text that tells something. */
  #told({ texts, bytes, starts, ends }: WrittenFields, i: number): string | undefined {
    const text = texts[i];
    if (text !== undefined) return text;
    const from = starts[i]!;
    const length = ends[i]! - from;
    if (length > 1) return undefined;
    return length === 0 ? '' : bytes[from] === MINUS ? '-' : undefined;
  }

  #addJson(i: number, texts: Texts): void {
    const value = this.#values[i];
    if (value === undefined) addJson(this.#written!, i, texts);
    else texts.addJson(value);
  }

  #addText(i: number, texts: Texts): void {
    const value = this.#values[i];
    if (value === undefined) addText(this.#written!, i, texts);
    else texts.add(value);
  }

  /** The event's own name for its host stands here too: `host` may be another. */
  #system(row: number, event: Event, texts: Texts): void {
    this.#turn++;
    texts.begin();
    texts.addByte(OPEN);
    let some = false;
    if (event.computer !== '') {
      const about = this.#about('Computer');
      about.seen = this.#turn;
      texts.addBytes(about.json);
      texts.addJson(event.computer);
      some = true;
    }
    const written = event.written?.('system');
    if (written !== undefined) {
      for (let i = 0; i < written.count; i++) {
        if (!this.#beginMember(written.names[i]!, some || i > 0, texts)) {
          this.#systemPlainly(row, event, texts);
          return;
        }
        const text = written.texts[i];
        if (text === undefined) addJson(written, i, texts);
        else texts.addJson(text);
      }
    } else
      for (const [name, value] of event.systemFields()) {
        if (!this.#beginMember(name, some, texts)) {
          this.#systemPlainly(row, event, texts);
          return;
        }
        some = true;
        texts.addJson(value);
      }
    texts.addByte(CLOSE);
    texts.end(row, SYSTEM);
  }

  /** False for a name that was there already. */
  #beginMember(name: string, some: boolean, texts: Texts): boolean {
    const about = this.#about(name);
    if (about.column >= 0) this.#stray |= STRAYS.all;
    if (about.seen === this.#turn) return false;
    about.seen = this.#turn;
    if (some) texts.addByte(COMMA);
    texts.addBytes(about.json);
    return true;
  }

  #systemPlainly(row: number, event: Event, texts: Texts): void {
    for (const [name] of event.systemFields()) if (COLUMN_OF.has(name)) this.#stray |= STRAYS.all;
    texts.putJson(row, SYSTEM, systemOf(event));
  }

  #about(name: string): Name {
    return this.#known.get(name) ?? this.#learn(name);
  }

  #learn(name: string): Name {
    const place = COLUMN_OF.get(name);
    const about: Name = {
      json: Buffer.from(`${wellFormed(JSON.stringify(name))}:`),
      column: place?.column ?? -1,
      rank: place?.rank ?? 0,
      hasBlank: name.includes(' '),
      isIndex: isIndex(name),
      seen: 0,
    };
    this.#known.set(name, about);
    return about;
  }

  /** The batch, and room for the next one. What was taken before is written over by what is added then. */
  take(): EventBatch {
    const [rows, to] = [this.#rows, this.#to];
    [this.#to, this.#taken] = [this.#taken ?? new Rows(to.capacity), to];
    this.#rows = 0;
    return to.batch(rows);
  }
}

const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;
const COLON = 58;
const MINUS = 45;

/** Adds a value that stands in bytes: as JSON, and as it is. */
const addJson = ({ bytes, starts, ends }: WrittenFields, i: number, texts: Texts): void =>
  texts.addRange(bytes, starts[i]!, ends[i]!, true);
function addText({ bytes, starts, ends, escaped }: WrittenFields, i: number, texts: Texts): void {
  if (escaped[i] === 0) texts.addRange(bytes, starts[i]!, ends[i]!, false);
  else texts.addUnescaped(bytes, starts[i]!, ends[i]!);
}

const isIndex = (name: string): boolean => {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
};

/** A NUL would end the text where a reader takes it over. */
const clean = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text);

/** Of one that repeats a name: the last one counts. */
function systemOf(event: Event): object {
  return Object.fromEntries([
    ...(event.computer === '' ? [] : [['Computer', event.computer]]),
    ...event.systemFields(),
  ]);
}

function repeated(names: readonly string[], at: number): string {
  let n = 1;
  for (let i = 0; i < at; i++) if (names[i] === names[at]) n++;
  return `${names[at]}[${n}]`;
}
