import type { Event } from '@haetae/event';
import { materialise, PlainEvent } from '@haetae/event/shape';
import { eachScalar, readJsonTime } from '../formats/json/scalar.ts';
import { isObject, type JsonObject } from '../formats/json/shape.ts';
import type { JsonEntry } from '../formats/json/values.ts';
import { instant } from '../instant.ts';
import type { LiveOptions } from './live.ts';

const time = instant();
const TIMES = ['@timestamp', 'timestamp', 'time', 'Timestamp', 'eventTime', '_time', 'observedTimestamp'];
const HOSTS = ['host', 'hostname', 'Hostname', 'computer', 'Computer', 'syslog_host'];

/** An object that is no Windows event, kept as an event of its members, so that it can be searched like any other. */
export function otherEvent(value: JsonObject, entry: Pick<JsonEntry, 'text' | 'line'>, options: LiveOptions): Event {
  const where = { kind: 'line', line: entry.line } as const;
  const names: string[] = [];
  const values: string[] = [];
  for (const [name, item] of Object.entries(value)) {
    const whole = eachScalar(name, item, entry.text, (leaf, text) => {
      names.push(leaf);
      values.push(text);
    });
    if (!whole) options.ledger.repaired('nesting-too-deep', where, name);
  }
  return new PlainEvent({
    timeMs: TIMES.some((name) => readJsonTime(value[name], time)) ? time.ms : options.receivedMs,
    computer: hostOf(value),
    position: where,
    names,
    values,
  });
}

function hostOf(value: JsonObject): string {
  for (const name of HOSTS) {
    const host = value[name];
    if (typeof host === 'string') return host;
    if (isObject(host)) return typeof host.name === 'string' ? host.name : String(host.hostname ?? '');
  }
  return '';
}

/** A line of text that is nothing else. */
export function textEvent(text: string, line: number, envelope: Envelope, options: LiveOptions): Event {
  const { names = [], values = [] } = envelope;
  return new PlainEvent({
    timeMs: envelope.timeMs ?? options.receivedMs,
    computer: envelope.host ?? '',
    position: { kind: 'line', line },
    names: ['Message', ...names],
    values: [text, ...values],
  });
}

/** What stands around an event and holds where the event itself does not tell it. */
export interface Envelope {
  readonly host?: string | undefined;
  readonly timeMs?: number | undefined;
  /** Further words of the envelope, for what is no Windows event. */
  readonly names?: readonly string[];
  readonly values?: readonly string[];
}

/** The event with host and time of its envelope where it has none of its own; never another host than its own. */
export function completed(event: Event, envelope: Envelope): Event {
  const host = event.computer === '' ? (envelope.host ?? '') : event.computer;
  const timeMs = Number.isNaN(event.timeMs) ? (envelope.timeMs ?? Number.NaN) : event.timeMs;
  if (host === event.computer && Object.is(timeMs, event.timeMs)) return event;
  const plain = materialise(event);
  return new PlainEvent({ ...plain, computer: host, timeMs });
}
