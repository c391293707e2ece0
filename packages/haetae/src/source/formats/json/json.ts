import type { Event } from '@haetae/event';
import { utf8Stream } from '../../encoding/index.ts';
import type { Ledger } from '../../ledger.ts';
import type { Batch, Format, Head, Input, ReadOptions } from '../../source.ts';
import { isObject, type JsonObject, type Reading, type Shape, type ShapeReader } from './shape.ts';
import * as registry from './shapes/index.ts';
import { type JsonEntry, JsonValues } from './values.ts';

export const SHAPES: readonly Shape[] = Object.values(registry);

/** Events as JSON: one object a line, pretty-printed, in an array or in a search's answer; in any of {@link SHAPES}. */
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Turns the objects of one file into events; the shape of the last one is tried first. */
class JsonEvents {
  readonly #reading: Reading;
  readonly #values: JsonValues;
  readonly #readers = new Map<Shape, ShapeReader>();
  #shape: Shape = SHAPES[0]!;
  #reader: ShapeReader;

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#values = new JsonValues(reading.ledger);
    this.#reader = this.#open(this.#shape);
  }

  *of(bytes: Buffer, last: boolean): Generator<Event> {
    for (const entry of this.#values.feed(bytes, last)) {
      const value = entry.value as JsonObject;
      if (this.#shape.fits(value)) {
        const event = this.#reader(value, entry);
        if (event !== undefined) yield event;
      } else yield* this.#unwrapped(value, entry, 0);
    }
  }

  /** An object of another shape than the last, or one that holds events. */
  *#unwrapped(value: JsonObject, entry: JsonEntry, depth: number): Generator<Event> {
    const shape = SHAPES.find((one) => one.fits(value));
    if (shape !== undefined) {
      this.#shape = shape;
      this.#reader = this.#open(shape);
      const event = this.#reader(value, entry);
      if (event !== undefined) yield event;
      return;
    }
    const inner = depth < 4 ? wrapped(value) : undefined;
    if (inner !== undefined) for (const item of inner) yield* this.#unwrapped(item, entry, depth + 1);
    else {
      const names = Object.keys(value).slice(0, 6).join(', ');
      const where = { kind: 'line', line: entry.line } as const;
      this.#reading.ledger.lost('not-an-event', where, names === '' ? 'an empty object' : `members ${names}`);
    }
  }

  #open(shape: Shape): ShapeReader {
    let reader = this.#readers.get(shape);
    if (reader === undefined) {
      reader = shape.open(this.#reading);
      this.#readers.set(shape, reader);
    }
    return reader;
  }
}

/** Members in which stores and forwarders wrap an event whole, or several. */
const ENVELOPES = [
  '_source',
  'result',
  'hits',
  'results',
  'Event',
  'Events',
  'event',
  'events',
  'Records',
  'records',
  'value',
  'logs',
  'rows',
  'entries',
  'fields',
  'data',
  'message',
  'log',
  'doc',
  '_raw',
  'raw',
];

/** The objects within an envelope; undefined where it is none. */
function wrapped(value: JsonObject): JsonObject[] | undefined {
  for (const name of ENVELOPES) {
    if (!Object.hasOwn(value, name)) continue;
    const inner = value[name];
    if (isObject(inner)) return [inner];
    if (Array.isArray(inner)) {
      const objects = inner.filter(isObject);
      if (objects.length > 0) return objects;
    }
    // A forwarder that took the event for text.
    if (typeof inner === 'string' && inner.startsWith('{')) {
      const parsed = parse(inner);
      if (isObject(parsed)) return [parsed];
    }
  }
  return undefined;
}
