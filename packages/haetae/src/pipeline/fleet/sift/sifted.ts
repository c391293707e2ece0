import { crc32 } from 'node:zlib';
import type { Event } from '@haetae/event';
import type { Finding, Signal } from '../../../detect/index.ts';
import { type EventBatch, MARGIN, NO_EVENTS, ROW_CELLS, TEXT_COLUMNS } from '../../../store/index.ts';
import type { Found } from '../../live/detection.ts';
import { RowEvent } from './row-event.ts';

/** The format of a frame that was sifted: what it holds was read and matched, and only what others know is left to do. */
export const SIFTED = 'sifted';

/** What a sifted frame tells beside its rows. Findings and signals as JSON gives them back. */
export interface SiftedTold {
  /** By which rules and baseline; see `markOf`. */
  readonly mark: string;
  /** What the sender calls each event; absent where it has no names. */
  readonly ids?: readonly string[];
  readonly found: readonly {
    readonly row: number;
    readonly findings: readonly Finding[];
    readonly signals: readonly Signal[];
    readonly unusual?: { readonly about: string; readonly finding: Finding };
  }[];
  /** Rows that can only be judged beside others. */
  readonly later: readonly number[];
  /** Entries that could not be read. */
  readonly lost: readonly { readonly code: string; readonly count: number }[];
  /** Why the rest of the frame could not be read. */
  readonly failed?: string;
}

const HEADER = 16;
/** Tells the shape: another number, or other columns, and it is another. */
const SHAPE = crc32(`1 ${TEXT_COLUMNS.join(' ')}`);
const NONE: Found = { findings: [], signals: [], unusual: undefined };

const padded = (length: number): number => (length + 7) & ~7;
/** Of all columns of numbers, and of where texts stand. */
const sizeOfNumbers = (rows: number): number =>
  padded(rows * 8) + 2 * padded(rows * 4) + padded(rows * 2) + padded(rows) + padded(rows * ROW_CELLS * 4);

/** Rows and what is told of them as bytes; of the rows' numbers those that the event itself tells. Little-endian, as all of our servers are. */
export function encodeSifted(batch: EventBatch, told: SiftedTold): Uint8Array {
  const { rows, bytes } = batch;
  const json = Buffer.from(JSON.stringify(told));
  const out = Buffer.allocUnsafe(HEADER + sizeOfNumbers(rows) + padded(bytes.length) + json.length);
  out.writeUInt32LE(rows, 0);
  out.writeUInt32LE(bytes.length, 4);
  out.writeUInt32LE(json.length, 8);
  out.writeUInt32LE(SHAPE, 12);
  let at = HEADER;
  const put = (array: { readonly buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): void => {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  };
  put(batch.timeMs);
  put(batch.strays);
  put(batch.eventId);
  put(batch.timeTicks);
  put(batch.flags);
  put(batch.cells.subarray(0, rows * ROW_CELLS));
  put(bytes);
  out.set(json, at);
  return out;
}

/** A sifted frame, read row by row. */
export class Sifted {
  readonly told: SiftedTold;
  readonly batch: EventBatch;
  readonly #event = new RowEvent();
  readonly #found = new Map<number, Found | 'later'>();

  /** Throws where the bytes are none. They are read as long as this is. */
  constructor(body: Uint8Array) {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const [rows, length, json] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)];
    if (view.getUint32(12, true) !== SHAPE)
      throw new Error('a frame that another version of Haetae sifted: let that version finish what it began');
    const texts = HEADER + sizeOfNumbers(rows);
    if (length < MARGIN || texts + padded(length) + json !== body.byteLength) throw new Error('it is no sifted frame');
    // Numbers have memory of their own, where they stand at places that are multiples of their size; texts are read where they are.
    const numbers = new Uint8Array(body.subarray(0, texts)).buffer;
    let at = HEADER;
    const room = (size: number): number => {
      const here = at;
      at += padded(size);
      return here;
    };
    this.batch = {
      ...NO_EVENTS,
      rows,
      timeMs: new Float64Array(numbers, room(rows * 8), rows),
      strays: new Uint32Array(numbers, room(rows * 4), rows),
      eventId: new Int32Array(numbers, room(rows * 4), rows),
      timeTicks: new Uint16Array(numbers, room(rows * 2), rows),
      flags: new Uint8Array(numbers, room(rows), rows),
      cells: new Uint32Array(numbers, room(rows * ROW_CELLS * 4), rows * ROW_CELLS),
      bytes: body.subarray(texts, texts + length),
    };
    const told = Buffer.from(body.buffer, body.byteOffset + texts + padded(length), json);
    this.told = JSON.parse(told.toString('utf8')) as SiftedTold;
    this.#event.open(this.batch);
    for (const { row, findings, signals, unusual } of this.told.found)
      this.#found.set(row, {
        ...{ findings, signals },
        unusual: unusual === undefined ? undefined : { about: unusual.about, finding: () => unusual.finding },
      });
    for (const row of this.told.later) this.#found.set(row, 'later');
  }

  /** Valid until it is asked for the next one. */
  event(row: number): Event {
    return this.#event.at(row);
  }
  id(row: number): string {
    return this.told.ids?.[row] ?? '';
  }
  /** undefined where that is still to be found out. */
  found(row: number): Found | undefined {
    const found = this.#found.get(row) ?? NONE;
    return found === 'later' ? undefined : found;
  }
}
