import type { Event } from '@haetae/event';
import { ObjectEvents, parse } from '../formats/json/objects.ts';
import { isObject } from '../formats/json/shape.ts';
import { isFault, parseEvent } from '../formats/xml/event.ts';
import type { LiveOptions } from './live.ts';
import { completed, type Envelope, otherEvent, textEvent } from './other.ts';

/** One log entry within a frame, whichever form it has: an object, the JSON or XML of an event as text, or words. */
export class Entries {
  readonly #options: LiveOptions;
  readonly #objects: ObjectEvents;

  /** `head`: the frame's text, or its first part, to look ahead in for the offset of local times. */
  constructor(options: LiveOptions, head: string) {
    const { ledger, timeZone } = options;
    this.#options = options;
    this.#objects = new ObjectEvents({ ledger, options: { timeZone }, head }, (value, entry) =>
      otherEvent(value, entry, options),
    );
  }

  /** `text`: the JSON in which `value` stands, for digits beyond 2^53. */
  *object(value: unknown, text: string, line: number, envelope?: Envelope): Generator<Event> {
    if (!isObject(value)) {
      const words = typeof value === 'string' ? value : JSON.stringify(value);
      yield* this.text(words, line, envelope ?? {});
    } else if (envelope === undefined) yield* this.#objects.of(value, { value, text, line });
    else for (const event of this.#objects.of(value, { value, text, line })) yield completed(event, envelope);
  }

  *text(text: string, line: number, envelope: Envelope = {}): Generator<Event> {
    const start = text.search(/\S/);
    const { ledger } = this.#options;
    if (start < 0) {
      ledger.lost('not-an-event', { kind: 'line', line }, 'an empty message');
      return;
    }
    if (text.startsWith('{', start)) {
      const value = parse(text);
      if (isObject(value)) {
        yield* this.object(value, text, line, envelope);
        return;
      }
    } else if (text.startsWith('<Event', start) || text.startsWith('<?xml', start)) {
      const event = parseEvent(text.slice(text.indexOf('<Event', start)).trimEnd(), line, ledger);
      if (!isFault(event)) {
        yield completed(event, envelope);
        return;
      }
      ledger.repaired(event.code, { kind: 'line', line }, `${event.reason}; kept as text`);
    }
    yield textEvent(text, line, envelope, this.#options);
  }
}
