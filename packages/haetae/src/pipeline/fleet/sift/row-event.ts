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

  #all(): readonly string[] {
    if (this.#names !== undefined) return this.#names;
    const fields = JSON.parse(this.#text(FIELDS)) as Record<string, string | number>;
    const names = Object.keys(fields);
    this.#values = names.map((name) => {
      const value = fields[name]!;
      return typeof value === 'number' ? this.#text(FIRST_COLUMN + value) : value;
    });
    this.#names = names.some((name) => name.endsWith(']')) ? names.map((name, i) => baseOf(name, i, names)) : names;
    return this.#names;
  }
}

/** The name that a repeated one repeats: it stands before, and so do those that repeat it less often. */
function baseOf(name: string, at: number, names: readonly string[]): string {
  const [, base, count] = REPEATED.exec(name) ?? [];
  if (base === undefined) return name;
  const before = Number(count) === 2 ? base : `${base}[${Number(count) - 1}]`;
  const place = names.indexOf(before);
  return place >= 0 && place < at ? base : name;
}
