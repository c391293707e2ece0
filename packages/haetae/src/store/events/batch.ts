import type { Event } from '@haetae/event';
import { COLUMN_OF, EVENT_COLUMNS, MOST_DECODED, STRAYS } from './columns.ts';

/** Facts about how an event came, as bits. */
export const EVENT_FLAGS = {
  /** The event tells no time: the time of its receipt stands for it. */
  timeUnknown: 1,
  /** Its clock ran ahead of ours. */
  ahead: 2,
  /** With neither record id nor a position of the sender, it may be one that came twice. */
  repeated: 4,
  /** Its host is not one that the sender may speak for. */
  foreignHost: 8,
} as const;

/** What the event itself does not tell. */
export interface EventOrigin {
  /** Unique, rising, and the same when the frames are read again: the reader counts. */
  readonly id: number;
  /** Of the frame that it came in. */
  readonly seq: number;
  readonly receivedMs: number;
  /** The host that it is counted to; the event's own name where no alias is known. */
  readonly host: string;
  /** Token or agent, as the server calls it. */
  readonly origin: string;
  readonly flags: number;
  /** Text decoded out of it, all layers; '' for none. */
  readonly decoded: string;
}

/** One column of text: the rows that have a value, rising (absent when all have), and the values. */
export interface TextColumn {
  readonly rows: Uint32Array<ArrayBuffer> | undefined;
  readonly values: readonly string[];
}

/** Events as columns, so that a thousand of them cross a thread's border as a few dozen buffers. Sorted by seq. */
export interface EventBatch {
  readonly rows: number;
  readonly id: Float64Array<ArrayBuffer>;
  readonly seq: Float64Array<ArrayBuffer>;
  readonly timeMs: Float64Array<ArrayBuffer>;
  readonly timeTicks: Uint16Array<ArrayBuffer>;
  readonly receivedMs: Float64Array<ArrayBuffer>;
  readonly eventId: Int32Array<ArrayBuffer>;
  readonly flags: Uint8Array<ArrayBuffer>;
  /** See {@link STRAYS}. */
  readonly strays: Uint32Array<ArrayBuffer>;
  /** In the order of {@link TEXT_COLUMNS}. */
  readonly texts: readonly TextColumn[];
}

/** The columns of text of a batch and of the table, in one order. */
export const TEXT_COLUMNS = [
  'host',
  'channel',
  'provider',
  'record_id',
  'origin',
  ...EVENT_COLUMNS.map((column) => column.name),
  'decoded',
  'fields',
  'system',
] as const;
const FIRST = 5;
const DECODED = FIRST + EVENT_COLUMNS.length;
const FIELDS = DECODED + 1;
const SYSTEM = DECODED + 2;
class TextBuilder {
  #values: string[] = [];
  #rows: Uint32Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#rows = new Uint32Array(capacity);
  }
  grow(capacity: number): void {
    this.#rows = grown(this.#rows, new Uint32Array(capacity));
  }
  put(row: number, value: string): void {
    this.#rows[this.#values.length] = row;
    this.#values.push(value);
  }
  take(rows: number): TextColumn {
    const values = this.#values;
    this.#values = [];
    return { rows: values.length === rows ? undefined : this.#rows.slice(0, values.length), values };
  }
}

function grown<T extends Float64Array | Uint32Array | Uint16Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Gathers events into a batch. One call an event, in the thread that reads: names are looked up once a field, and nothing is parsed. */
export class EventBatchBuilder {
  #capacity: number;
  readonly #texts: TextBuilder[];
  readonly #values: (string | undefined)[] = new Array(EVENT_COLUMNS.length).fill(undefined);
  readonly #takers: number[] = new Array(EVENT_COLUMNS.length).fill(-1);
  readonly #names: string[] = [];
  readonly #written: string[] = [];
  #id: Float64Array<ArrayBuffer>;
  #seq: Float64Array<ArrayBuffer>;
  #timeMs: Float64Array<ArrayBuffer>;
  #receivedMs: Float64Array<ArrayBuffer>;
  #ticks: Uint16Array<ArrayBuffer>;
  #eventId: Int32Array<ArrayBuffer>;
  #flags: Uint8Array<ArrayBuffer>;
  #strays: Uint32Array<ArrayBuffer>;
  /** Of the event that is being added. */
  #stray = 0;
  #rows = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#texts = TEXT_COLUMNS.map(() => new TextBuilder(capacity));
    this.#id = new Float64Array(capacity);
    this.#seq = new Float64Array(capacity);
    this.#timeMs = new Float64Array(capacity);
    this.#receivedMs = new Float64Array(capacity);
    this.#ticks = new Uint16Array(capacity);
    this.#eventId = new Int32Array(capacity);
    this.#flags = new Uint8Array(capacity);
    this.#strays = new Uint32Array(capacity);
  }

  get rows(): number {
    return this.#rows;
  }
  /** Has no room left without growing. */
  get full(): boolean {
    return this.#rows === this.#capacity;
  }

  /** A frame is never split over two batches, however many events it has. */
  #grow(): void {
    const capacity = Math.max(256, this.#capacity * 2);
    this.#id = grown(this.#id, new Float64Array(capacity));
    this.#seq = grown(this.#seq, new Float64Array(capacity));
    this.#timeMs = grown(this.#timeMs, new Float64Array(capacity));
    this.#receivedMs = grown(this.#receivedMs, new Float64Array(capacity));
    this.#ticks = grown(this.#ticks, new Uint16Array(capacity));
    this.#eventId = grown(this.#eventId, new Int32Array(capacity));
    this.#flags = grown(this.#flags, new Uint8Array(capacity));
    this.#strays = grown(this.#strays, new Uint32Array(capacity));
    for (const text of this.#texts) text.grow(capacity);
    this.#capacity = capacity;
  }

  add(event: Event, origin: EventOrigin): void {
    if (this.full) this.#grow();
    const row = this.#rows++;
    const unknown = Number.isNaN(event.timeMs);
    this.#id[row] = origin.id;
    this.#seq[row] = origin.seq;
    this.#timeMs[row] = unknown ? origin.receivedMs : event.timeMs;
    this.#ticks[row] = unknown ? 0 : event.timeTicks;
    this.#receivedMs[row] = origin.receivedMs;
    this.#eventId[row] = event.eventId;
    this.#flags[row] = origin.flags | (unknown ? EVENT_FLAGS.timeUnknown : 0);
    const texts = this.#texts;
    texts[0]!.put(row, clean(origin.host));
    texts[1]!.put(row, clean(event.channel));
    texts[2]!.put(row, clean(event.provider));
    if (event.eventRecordId !== 0) texts[3]!.put(row, String(event.eventRecordId));
    texts[4]!.put(row, clean(origin.origin));
    this.#stray = event.hasBlankNames === true ? STRAYS.all : 0;
    texts[FIELDS]!.put(row, this.#fields(event));
    texts[SYSTEM]!.put(row, this.#system(event));
    this.#strays[row] = this.#stray;
    const values = this.#values;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === undefined) continue;
      texts[FIRST + i]!.put(row, value);
      values[i] = undefined;
    }
    if (origin.decoded !== '') texts[DECODED]!.put(row, clean(origin.decoded.slice(0, MOST_DECODED)));
  }

  /** Puts what feeds a column into `#values`, and writes all fields as JSON: the text, or the number of the column that has it. */
  #fields(event: Event): string {
    const names = this.#names;
    const written = this.#written;
    const takers = this.#takers;
    const blanks = event.hasBlankNames === undefined;
    let n = 0;
    for (const [name, value] of event.fields()) {
      if (blanks && name.includes(' ')) this.#stray |= STRAYS.all;
      names[n] = name;
      written[n] = value;
      const place = COLUMN_OF.get(name);
      if (place !== undefined && value !== '' && value !== '-') {
        const taker = takers[place.column]!;
        const nul = value.includes('\0');
        if (taker < 0 && !nul) takers[place.column] = n;
        else {
          this.#stray |= 1 << place.column;
          if (!nul && place.rank < COLUMN_OF.get(names[taker]!)!.rank) takers[place.column] = n;
        }
      }
      n++;
    }
    // One object and one call: a text that is put together piece by piece stays in pieces, and the collector carries them about.
    const object: Record<string, string | number> = Object.create(null);
    let json: string | undefined;
    for (let i = 0; i < n; i++) {
      const name = names[i]!;
      if (object[name] !== undefined || isIndex(name)) {
        json = this.#inPieces(n);
        break;
      }
      object[name] = this.#take(i, COLUMN_OF.get(name)?.column);
    }
    takers.fill(-1);
    return json ?? wellFormed(JSON.stringify(object));
  }

  /** As an object would say it that may repeat its names, and puts no numbers first. */
  #inPieces(n: number): string {
    this.#stray |= STRAYS.all;
    const names = this.#names;
    const pieces: string[] = [];
    for (let i = 0; i < n; i++) {
      const name = names[i]!;
      const first = names.indexOf(name) === i;
      const value = this.#take(i, first ? COLUMN_OF.get(name)?.column : undefined);
      pieces.push(`${JSON.stringify(first ? name : repeated(names, i))}:${JSON.stringify(value)}`);
    }
    return wellFormed(`{${pieces.join(',')}}`);
  }

  /** What stands in the JSON for the i-th value: itself, or its column when it fills that. */
  #take(i: number, column: number | undefined): string | number {
    const value = this.#written[i]!;
    if (column === undefined || this.#takers[column] !== i) return value;
    this.#values[column] = value;
    return column;
  }

  /** The event's own name for its host stands here too: `host` may be another. */
  #system(event: Event): string {
    const object: Record<string, string> = Object.create(null);
    if (event.computer !== '') object.Computer = event.computer;
    for (const [name, value] of event.systemFields()) {
      object[name] = value;
      if (COLUMN_OF.has(name)) this.#stray |= STRAYS.all;
    }
    return wellFormed(JSON.stringify(object));
  }

  /** The batch, and room for the next one. */
  take(): EventBatch {
    const rows = this.#rows;
    const batch: EventBatch = {
      rows,
      id: this.#id.slice(0, rows),
      seq: this.#seq.slice(0, rows),
      timeMs: this.#timeMs.slice(0, rows),
      timeTicks: this.#ticks.slice(0, rows),
      receivedMs: this.#receivedMs.slice(0, rows),
      eventId: this.#eventId.slice(0, rows),
      flags: this.#flags.slice(0, rows),
      strays: this.#strays.slice(0, rows),
      texts: this.#texts.map((text) => text.take(rows)),
    };
    this.#rows = 0;
    return batch;
  }
}

/** JSON escapes half a surrogate pair, and the database cannot read that. A backslash before it would be one of the text. */
const HALF = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
const wellFormed = (json: string): string => (json.includes('\\ud') ? json.replace(HALF, '$1\ufffd') : json);

/** Objects put such names first, whatever the order they came in. */
const isIndex = (name: string): boolean => {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
};

/** A NUL would end the text where the database takes it over. */
const clean = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text);

/** The second, third … field of one name is `name[2]`, `name[3]` …, as in findings. */
function repeated(names: readonly string[], at: number): string {
  let n = 1;
  for (let i = 0; i < at; i++) if (names[i] === names[at]) n++;
  return `${names[at]}[${n}]`;
}

/** A batch of none: for what comes without events. */
export const NO_EVENTS: EventBatch = new EventBatchBuilder(0).take();
