import type { Event } from '@haetae/event';
import { isObject, type JsonObject, type Reading, type Shape, type ShapeReader } from './shape.ts';
import type { FlatEvent } from './shapes/flat.ts';
import * as registry from './shapes/index.ts';
import { DEPTH_LIMIT, type JsonEntry } from './values.ts';

export const SHAPES: readonly Shape[] = Object.values(registry);

/** What becomes of an object that is no event and holds none. */
export type Other = (value: JsonObject, entry: JsonEntry) => Event | undefined;

/** Turns the objects of one input into events; the shape of the last one is tried first. */
export class ObjectEvents {
  readonly #reading: Reading;
  readonly #other: Other | undefined;
  readonly #readers = new Map<Shape, ShapeReader>();
  #shape: Shape = SHAPES[0]!;
  #reader: ShapeReader;

  /** Without `other`, what is no event is entered into the ledger as lost. `flat` shows the flat ones, if somebody else has it too. */
  constructor(reading: Reading, other?: Other, flat?: FlatEvent) {
    this.#reading = reading;
    this.#other = other;
    if (flat !== undefined) this.#readers.set(registry.flat, (value, entry) => flat.load(value, entry));
    this.#reader = this.#open(this.#shape);
  }

  /** Whether the next object is taken for a flat event, if it can be one. */
  get expectsFlat(): boolean {
    return this.#shape === registry.flat;
  }

  /** The events of one object; each is valid until the next. */
  *of(value: JsonObject, entry: JsonEntry): Generator<Event> {
    if (this.#shape.fits(value)) {
      const event = this.#reader(value, entry);
      if (event !== undefined) yield event;
      return;
    }
    if (this.#other !== undefined && !holdsEvents(value, 0)) {
      const event = this.#other(value, entry);
      if (event !== undefined) yield event;
      return;
    }
    yield* this.#unwrapped(value, entry, 0);
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
    const inner = depth < MAX_WRAPPING ? wrapped(value) : undefined;
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

/** Envelopes within each other. */
const MAX_WRAPPING = 4;

function holdsEvents(value: JsonObject, depth: number): boolean {
  if (SHAPES.some((shape) => shape.fits(value))) return true;
  return depth < MAX_WRAPPING && (wrapped(value)?.some((item) => holdsEvents(item, depth + 1)) ?? false);
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
  // Filebeat's own place for decoded JSON.
  'json',
  // OpenTelemetry, as its Elasticsearch exporter writes it in its several modes.
  'Body',
  'body',
  'structured',
  'text',
  'attributes',
  'Attributes',
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
  return dotted(value);
}

const DOTTED = /^(?:Body|Attributes|body|attributes)\./;

/** Members called `Attributes.x.y` as the object they were before a forwarder flattened it; undefined without any. */
function dotted(value: JsonObject): JsonObject[] | undefined {
  const whole: Record<string, unknown> = Object.create(null);
  let some = false;
  for (const [name, item] of Object.entries(value)) {
    const prefix = DOTTED.exec(name);
    if (prefix === null) continue;
    some = true;
    const path = name.slice(prefix[0].length).split('.', DEPTH_LIMIT);
    let at = whole;
    for (const step of path.slice(0, -1)) {
      if (!isObject(at[step])) at[step] = Object.create(null);
      at = at[step] as Record<string, unknown>;
    }
    at[path.at(-1)!] = item;
  }
  return some ? [whole] : undefined;
}

/** undefined where the text is not JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
