import type { Event } from '@haetae/event';
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
  readonly #values: string[] = [];
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
        texts.addJson(this.#values[i]!);
      }
    }
    texts.addByte(CLOSE);
    texts.end(row, FIELDS);
    if (repeats > 0) this.#stray |= STRAYS.all;
    for (let column = 0; column < takers.length; column++) {
      const taker = takers[column]!;
      if (taker < 0) continue;
      texts.put(row, FIRST_COLUMN + column, this.#values[taker]!);
      takers[column] = -1;
    }
  }

  /** Looks at all fields, and finds out which fill a column; how many they are. */
  #gather(event: Event): number {
    const takers = this.#takers;
    const blanks = event.hasBlankNames;
    let stray = blanks === true ? STRAYS.all : 0;
    let n = 0;
    for (const [name, value] of event.fields()) {
      const about = this.#about(name);
      this.#names[n] = name;
      this.#abouts[n] = about;
      this.#values[n] = value;
      if (blanks === undefined && about.hasBlank) stray |= STRAYS.all;
      const { column } = about;
      if (column >= 0 && value !== '' && value !== '-') {
        const taker = takers[column]!;
        const nul = value.includes('\0');
        if (taker < 0 && !nul) takers[column] = n;
        else {
          stray |= 1 << column;
          if (!nul && about.rank < this.#abouts[taker]!.rank) takers[column] = n;
        }
      }
      n++;
    }
    this.#stray |= stray;
    return n;
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
    for (const [name, value] of event.systemFields()) {
      const about = this.#about(name);
      if (about.column >= 0) this.#stray |= STRAYS.all;
      if (about.seen === this.#turn) {
        for (const [other] of event.systemFields()) if (COLUMN_OF.has(other)) this.#stray |= STRAYS.all;
        texts.putJson(row, SYSTEM, systemOf(event));
        return;
      }
      about.seen = this.#turn;
      if (some) texts.addByte(COMMA);
      some = true;
      texts.addBytes(about.json);
      texts.addJson(value);
    }
    texts.addByte(CLOSE);
    texts.end(row, SYSTEM);
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
