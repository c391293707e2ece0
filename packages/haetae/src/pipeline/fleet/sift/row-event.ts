import type { Event, Position, UnixMs } from '@haetae/event';
import { EVENT_FLAGS, type EventBatch, FIELDS, FIRST_COLUMN, ROW_CELLS, SYSTEM } from '../../../store/index.ts';

const HOST = 0;
const CHANNEL = 1;
const PROVIDER = 2;
const RECORD_ID = 3;
const NOWHERE: Position = { kind: 'line', line: 0 };
/** What {@link EventBatchBuilder} calls the second, third … field of a name. */
const REPEATED = /^(.*)\[(\d+)\]$/s;

/**
 * The rows of a batch as the events that they were made of, one at a time: what is asked for is read, and nothing else. Names,
 * values and their order are those of the event, save that names which are whole numbers come first.
 */
export class RowEvent implements Event {
  readonly position = NOWHERE;
  #batch!: EventBatch;
  #bytes!: Buffer;
  #row = 0;
  /** Texts that stand at one place for many rows, by that place. */
  readonly #known = new Map<number, string>();
  /** The fields as JSON. */
  #json: string | undefined;
  #names: readonly string[] | undefined;
  #values: readonly string[] = [];
  #system: Readonly<Record<string, string>> | undefined;

  open(batch: EventBatch): void {
    this.#batch = batch;
    const { buffer, byteOffset, length } = batch.bytes;
    this.#bytes = Buffer.from(buffer, byteOffset, length);
    this.#known.clear();
  }

  /** Moves on to a row of the batch. */
  at(row: number): this {
    this.#row = row;
    this.#json = undefined;
    this.#names = undefined;
    this.#system = undefined;
    return this;
  }

  #text(column: number): string {
    const cell = this.#row * ROW_CELLS + column * 2;
    const { cells } = this.#batch;
    const start = cells[cell]!;
    return start === 0 ? '' : this.#bytes.toString('utf8', start, start + cells[cell + 1]!);
  }

  #shared(column: number): string {
    const start = this.#batch.cells[this.#row * ROW_CELLS + column * 2]!;
    let text = this.#known.get(start);
    if (text === undefined) {
      text = this.#text(column);
      this.#known.set(start, text);
    }
    return text;
  }

  get timeMs(): UnixMs {
    const unknown = (this.#batch.flags[this.#row]! & EVENT_FLAGS.timeUnknown) !== 0;
    return (unknown ? Number.NaN : this.#batch.timeMs[this.#row]!) as UnixMs;
  }
  get timeTicks(): number {
    return this.#batch.timeTicks[this.#row]!;
  }
  get computer(): string {
    return this.#shared(HOST);
  }
  get channel(): string {
    return this.#shared(CHANNEL);
  }
  get provider(): string {
    return this.#shared(PROVIDER);
  }
  get eventId(): number {
    return this.#batch.eventId[this.#row]!;
  }
  get eventRecordId(): number | bigint {
    const text = this.#text(RECORD_ID);
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }

  get(name: string): string | undefined {
    if (this.#names === undefined && PLAIN.test(name)) return this.#one(name);
    const at = this.#all().indexOf(name);
    return at < 0 ? undefined : this.#values[at];
  }
  getAll(name: string): readonly string[] {
    return this.#all().flatMap((one, i) => (one === name ? this.#values[i]! : []));
  }
  *fields(): Iterable<readonly [string, string]> {
    const names = this.#all();
    for (let i = 0; i < names.length; i++) yield [names[i]!, this.#values[i]!];
  }
  system(name: string): string | undefined {
    const members = this.#members();
    return name !== 'Computer' && Object.hasOwn(members, name) ? members[name] : undefined;
  }
  *systemFields(): Iterable<readonly [string, string]> {
    for (const [name, value] of Object.entries(this.#members())) if (name !== 'Computer') yield [name, value];
  }

  #members(): Readonly<Record<string, string>> {
    this.#system ??= JSON.parse(this.#text(SYSTEM)) as Record<string, string>;
    return this.#system;
  }

  /**
   * The value of a field without the others: most are asked for a few. A quotation mark within a text has a backslash before it, so
   * that one behind a comma or a bracket begins a name.
   */
  #one(name: string): string | undefined {
    this.#json ??= this.#text(FIELDS);
    const json = this.#json;
    const key = `"${name}":`;
    for (let at = json.indexOf(key); at >= 0; at = json.indexOf(key, at + 1)) {
      const before = json.charCodeAt(at - 1);
      if (before !== COMMA && before !== OPEN) continue;
      const from = at + key.length;
      if (json.charCodeAt(from) !== QUOTE)
        return this.#text(FIRST_COLUMN + Number.parseInt(json.slice(from, from + 3), 10));
      let end = json.indexOf('"', from + 1);
      if (!json.slice(from + 1, end).includes('\\')) return json.slice(from + 1, end);
      while (!isEnd(json, end)) end = json.indexOf('"', end + 1);
      return JSON.parse(json.slice(from, end + 1)) as string;
    }
    return undefined;
  }

  #all(): readonly string[] {
    if (this.#names !== undefined) return this.#names;
    this.#json ??= this.#text(FIELDS);
    const fields = JSON.parse(this.#json) as Record<string, string | number>;
    const names = Object.keys(fields);
    this.#values = names.map((name) => {
      const value = fields[name]!;
      return typeof value === 'number' ? this.#text(FIRST_COLUMN + value) : value;
    });
    this.#names = names.some((name) => name.endsWith(']')) ? names.map((name, i) => baseOf(name, i, names)) : names;
    return this.#names;
  }
}

const COMMA = 44;
const OPEN = 123;
const QUOTE = 34;
const BACKSLASH = 92;
/** Names that JSON writes as they are, and that repeat no other. */
const PLAIN = /^[\w .-]+$/;

/** Whether a quotation mark ends the text: an even number of backslashes stands before it. */
function isEnd(json: string, at: number): boolean {
  let count = 0;
  while (json.charCodeAt(at - 1 - count) === BACKSLASH) count++;
  return count % 2 === 0;
}

/** The name that a repeated one repeats: it stands before, and so do those that repeat it less often. */
function baseOf(name: string, at: number, names: readonly string[]): string {
  const [, base, count] = REPEATED.exec(name) ?? [];
  if (base === undefined) return name;
  const before = Number(count) === 2 ? base : `${base}[${Number(count) - 1}]`;
  const place = names.indexOf(before);
  return place >= 0 && place < at ? base : name;
}
