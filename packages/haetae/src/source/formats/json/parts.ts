import { PlainEvent } from '@haetae/event/shape';
import { instant } from '../../instant.ts';
import type { Ledger } from '../../ledger.ts';
import { exactInteger, readJsonTime, scalarText } from './scalar.ts';
import type { JsonEntry } from './values.ts';

const time = instant();

/** The parts of an event that is copied out of a nested object, and what is said when one of them cannot be read. */
export class Parts {
  readonly names: string[] = [];
  readonly values: string[] = [];
  readonly systemNames: string[] = [];
  readonly systemValues: string[] = [];
  channel = '';
  provider = '';
  computer = '';
  eventId: unknown;
  eventRecordId: unknown;
  /** As it stands in the log. */
  time: unknown;
  readonly entry: JsonEntry;
  readonly #ledger: Ledger;

  constructor(entry: JsonEntry, ledger: Ledger) {
    this.entry = entry;
    this.#ledger = ledger;
  }

  /** A data field; null is an empty one, undefined is none. */
  field(name: string, value: unknown, member = name): void {
    const text = scalarText(value, member, this.entry.text);
    if (text === undefined) return;
    this.names.push(name);
    this.values.push(text);
  }

  /** A member of System; null and undefined are none. */
  system(name: string, value: unknown, member = name): void {
    const text = value === null ? undefined : scalarText(value, member, this.entry.text);
    if (text === undefined) return;
    this.systemNames.push(name);
    this.systemValues.push(text);
  }

  text(value: unknown, member: string): string {
    return scalarText(value, member, this.entry.text) ?? '';
  }

  tooDeep(name: string): void {
    this.#ledger.repaired('nesting-too-deep', { kind: 'line', line: this.entry.line }, name);
  }

  event(recordMember = 'EventRecordID'): PlainEvent {
    const where = { kind: 'line', line: this.entry.line } as const;
    const known = readJsonTime(this.time, time);
    if (!known) {
      if (this.time === undefined || this.time === null || this.time === '')
        this.#ledger.repaired('time-missing', where, 'the event');
      else this.#ledger.repaired('time-unreadable', where, JSON.stringify(this.time));
    }
    return new PlainEvent({
      timeMs: known ? time.ms : Number.NaN,
      timeTicks: known ? time.ticks : 0,
      computer: this.computer,
      channel: this.channel,
      provider: this.provider,
      eventId: this.#eventId(where),
      eventRecordId: recordId(this.eventRecordId, recordMember, this.entry.text),
      position: where,
      names: this.names,
      values: this.values,
      systemNames: this.systemNames,
      systemValues: this.systemValues,
    });
  }

  #eventId(where: { kind: 'line'; line: number }): number {
    const id = this.eventId;
    const number = typeof id === 'string' && /^\s*\d+\s*$/.test(id) ? Number(id) : id;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 2 ** 32) return number;
    if (id !== undefined && id !== null) this.#ledger.repaired('event-id-unreadable', where, JSON.stringify(id));
    return 0;
  }
}

/** A record id as number or text; 0 where there is none. */
export function recordId(value: unknown, member: string, source: string): number | bigint {
  if (typeof value === 'number' && Number.isInteger(value))
    return Number.isSafeInteger(value) ? value : exactInteger(value, member, source);
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : BigInt(value);
  }
  return 0;
}
