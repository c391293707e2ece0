import { type Instant, instant, utcOfLocal } from '../../instant.ts';
import type { Ledger } from '../../ledger.ts';
import { readJsonTime } from './scalar.ts';
import { isObject, type JsonObject, type Reading } from './shape.ts';

/** Where an event's times stand: its members. */
export interface Timed {
  /** Reads a member as a time; false, and `into` untouched, where it is none. */
  time(name: string, into: Instant): boolean;
  /** The member as JSON.parse gives it. */
  member(name: string): unknown;
}

const timed = (object: JsonObject): Timed => ({
  time: (name, into) => readJsonTime(object[name], into),
  member: (name) => object[name],
});

/** Members that state when an event happened, the best first. */
const STATED = [
  'TimeCreated',
  'EventTime',
  'SystemTime',
  'TimeGenerated',
  'time_created',
  'timestamp',
  '_time',
  'Timestamp',
  'time',
];
const QUARTER = 15 * 60_000;
const DAY = 24 * 60 * 60_000;
/** How much later than its UtcTime Sysmon's events are logged, at most, for the two to be told by the same clock. */
const DELAY = 2 * 60_000;
const EARLY = 2000;

/**
 * When flat events happened. Their exporters write local times without an offset (NXLog's EventTime), or with a `Z` that is
 * not true (PowerShell's ConvertTo-Json of the Mordor data sets, some even on a 12-hour clock). Sysmon's UtcTime gives the
 * clock away: the difference, to the quarter of an hour, is carried over to the neighbours without UtcTime. A UtcTime
 * that fits no such difference is itself wrong (Sysmon's network and DNS events after a machine slept) and is not taken.
 */
export class Clock {
  readonly #ledger: Ledger;
  readonly #timeZone: string;
  readonly #head: string;
  readonly #stated: Instant = instant();
  readonly #utc: Instant = instant();
  readonly #received: Instant = instant();
  /** What is added to stated times, by the member that states them. */
  readonly #shifts = new Map<string, number>();
  readonly #told = new Set<string>();
  #looked = false;
  /** The answer of {@link read}. */
  ms = Number.NaN;
  ticks = 0;

  constructor(reading: Reading) {
    this.#ledger = reading.ledger;
    this.#timeZone = reading.options.timeZone;
    this.#head = reading.head;
  }

  /** Sets {@link ms} and {@link ticks}. */
  read(event: Timed, line: number): void {
    const utc = event.time('UtcTime', this.#utc);
    const name = this.#statedBy(event);
    if (name === undefined) this.#unstated(event, utc, line);
    else {
      const zoned = this.#stated.zoned;
      if (utc) {
        const shift = this.#shiftOf(this.#stated.ms, this.#utc.ms);
        if (shift !== undefined) {
          this.#learn(name, shift, zoned);
          if (shift === 0 && zoned) this.#take(this.#stated, 0);
          else this.#take(this.#utc, 0);
          return;
        }
      }
      const shift = this.#shifts.get(name) ?? this.#guess(name, event, zoned);
      if (shift !== undefined) this.#take(this.#stated, shift);
      else {
        this.#once('zone', () => this.#ledger.inferred('time-zone-assumed', this.#timeZone));
        this.ms = utcOfLocal(this.#stated.ms, this.#timeZone);
        this.ticks = this.#stated.ticks;
      }
    }
  }

  #statedBy(event: Timed): string | undefined {
    for (let i = 0; i < STATED.length; i++) if (event.time(STATED[i]!, this.#stated)) return STATED[i];
    return undefined;
  }

  /** Without a stated time: UtcTime, unless the time of receipt says that it is off by more than a day. */
  #unstated(event: Timed, utc: boolean, line: number): void {
    const received = event.time('@timestamp', this.#received);
    if (utc && !(received && Math.abs(this.#received.ms - this.#utc.ms) > DAY)) this.#take(this.#utc, 0);
    else if (received) this.#take(this.#received, 0);
    else {
      this.ms = Number.NaN;
      this.ticks = 0;
      const text = [...STATED, '@timestamp', 'UtcTime'].find((name) => typeof event.member(name) === 'string');
      const where = { kind: 'line', line } as const;
      if (text === undefined) this.#ledger.repaired('time-missing', where, 'no member holds one');
      else this.#ledger.repaired('time-unreadable', where, `${text} ${JSON.stringify(event.member(text))}`);
    }
  }

  #take(from: Instant, shift: number): void {
    this.ms = from.ms + shift;
    this.ticks = from.ticks;
  }

  /** The multiple of a quarter of an hour by which the stated time differs; undefined when the two are not one moment. */
  #shiftOf(stated: number, utc: number): number | undefined {
    const shift = Math.ceil((utc - stated - EARLY) / QUARTER) * QUARTER;
    const delay = stated + shift - utc;
    return delay <= DELAY && Math.abs(shift) <= DAY ? shift + 0 : undefined;
  }

  #learn(name: string, shift: number, zoned: boolean): void {
    if (this.#shifts.get(name) === shift) return;
    this.#shifts.set(name, shift);
    if (shift === 0 && zoned) return;
    this.#once(`${name} ${shift}`, () => {
      const claim = zoned ? `, although ${name} says that it is UTC` : '';
      this.#ledger.inferred('time-offset', `${name} is ${offsetText(-shift)} by UtcTime${claim}`);
    });
  }

  /** The shift for a time whose event has no (right) UtcTime, before any other event has told it. */
  #guess(name: string, event: Timed, zoned: boolean): number | undefined {
    if (!this.#looked) {
      this.#looked = true;
      const { ms, ticks } = this.#stated;
      this.#learnFrom(this.#head);
      this.#stated.ms = ms;
      this.#stated.ticks = ticks;
      const learnt = this.#shifts.get(name);
      if (learnt !== undefined) return learnt;
    }
    if (zoned) return 0;
    // NXLog tells when it received the event by the same local clock; Logstash adds the UTC of about that moment.
    if (!event.time('@timestamp', this.#received) || !this.#received.zoned) return undefined;
    const utc = this.#received.ms;
    const local = event.time('EventReceivedTime', this.#received) ? this.#received.ms : this.#stated.ms;
    const shift = Math.floor((utc - local + 60_000) / QUARTER) * QUARTER;
    if (Math.abs(shift) > DAY) return undefined;
    this.#once(`${name} ${shift}`, () =>
      this.#ledger.inferred('time-offset', `${name} is ${offsetText(-shift)} by @timestamp`),
    );
    return shift;
  }

  /** Looks for the first event in the head that has both a stated time and a UtcTime that fit each other. */
  #learnFrom(head: string): void {
    for (const line of head.split('\n', 200)) {
      if (!line.includes('"UtcTime"')) continue;
      let event: unknown;
      try {
        event = JSON.parse(line.replace(/^[\s[,]+|[\s,\]]+$/g, ''));
      } catch {
        // Cut by the head's end, or not one object a line: nothing can be learnt from it, and reading it proper reports it.
        continue;
      }
      if (!isObject(event) || !readJsonTime(event.UtcTime, this.#utc)) continue;
      const name = this.#statedBy(timed(event));
      const shift = name === undefined ? undefined : this.#shiftOf(this.#stated.ms, this.#utc.ms);
      if (name === undefined || shift === undefined) continue;
      this.#learn(name, shift, this.#stated.zoned);
      return;
    }
  }

  #once(key: string, tell: () => void): void {
    if (this.#told.has(key)) return;
    // A clock that jumps about could tell without end.
    if (this.#told.size < 100) {
      this.#told.add(key);
      tell();
    }
  }
}

function offsetText(ms: number): string {
  const minutes = Math.abs(Math.round(ms / 60_000));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
