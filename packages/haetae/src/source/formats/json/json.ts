import type { Event } from '@haetae/event';
import { utf8Stream } from '../../encoding/index.ts';
import type { Ledger } from '../../ledger.ts';
import type { Batch, Format, Head, Input, ReadOptions } from '../../source.ts';
import { LineEvent } from './lines/line-event.ts';
import { LineReader } from './lines/reader.ts';
import { ObjectEvents, type Other, parse } from './objects.ts';
import { isObject, type JsonObject, type Reading } from './shape.ts';
import { FlatEvent } from './shapes/flat.ts';
import { JsonValues } from './values.ts';

/** Events as JSON: one object a line, pretty-printed, in an array or in a search's answer; in any of the shapes (shapes/index.ts). */
export const json: Format = {
  name: 'json',
  sniff,
  read,
};

async function* read(input: Input, head: Head, options: ReadOptions, ledger: Ledger): AsyncGenerator<Batch> {
  const events = new JsonEvents({ ledger, options, head: head.text });
  for await (const bytes of utf8Stream(input.bytes(), head.encoding ?? 'utf-8', ledger))
    yield { events: events.of(bytes, false), bytes: bytes.length };
  yield { events: events.of(Buffer.alloc(0), true), bytes: 0 };
}

const APPLE_DOUBLE = Buffer.from([0, 5, 22, 7]);
const START = /^[\s\x1e]*(?:\[\s*)*\{\s*["}]/;

/** Begins with an object or an array of them; or with one behind a log line's head, or behind macOS's attributes. */
function sniff(head: Head): boolean {
  if (START.test(head.text) || /^\s*\[\s*\]\s*$/.test(head.text)) return true;
  if (head.bytes.length > 4 && APPLE_DOUBLE.equals(head.bytes.subarray(0, 4)))
    return Buffer.from(head.bytes).includes('{"');
  const line = /^[^{<"]{1,400}(\{".*\})\s*?$/m.exec(head.text.slice(0, 64 * 1024).split('\n', 1)[0]!);
  return line !== null && isObject(parse(line[1]!));
}

/** The events of one stream of JSON, however its objects are laid out. */
export class JsonEvents {
  readonly #values: JsonValues;
  readonly #objects: ObjectEvents;
  readonly #lines: LineReader | undefined;

  /** `other`: what becomes of objects that are no events. */
  constructor(reading: Reading, other?: Other) {
    this.#values = new JsonValues(reading.ledger);
    if (reading.options.sparse !== true) {
      this.#objects = new ObjectEvents(reading, other);
      return;
    }
    const flat = new FlatEvent(reading);
    const objects = new ObjectEvents(reading, other, flat);
    this.#objects = objects;
    this.#lines = new LineReader(
      this.#values,
      new LineEvent(flat),
      (bytes, last) => this.#parsed(bytes, last),
      () => objects.expectsFlat,
    );
  }

  of(bytes: Buffer, last: boolean): Iterable<Event> {
    return this.#lines?.read(bytes, last) ?? this.#parsed(bytes, last);
  }

  /** The events of an input that is given whole, to which nothing is added. */
  whole(bytes: Buffer): Iterable<Event> {
    return this.#lines?.whole(bytes) ?? this.#parsed(bytes, true);
  }

  *#parsed(bytes: Buffer, last: boolean): Generator<Event> {
    for (const entry of this.#values.feed(bytes, last)) yield* this.#objects.of(entry.value as JsonObject, entry);
  }
}
