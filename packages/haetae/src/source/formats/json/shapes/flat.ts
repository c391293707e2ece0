import type { Event, Position, UnixMs } from '@haetae/event';
import type { Instant } from '../../../instant.ts';
import { Clock, type Timed } from '../clock.ts';
import { recordId } from '../parts.ts';
import { eachScalar, readJsonTime, scalarText } from '../scalar.ts';
import { type JsonObject, member, type Reading, type Shape } from '../shape.ts';
import type { JsonEntry } from '../values.ts';

/** Under which member names exporters write what is an event's own; the first that is there counts. */
export const CHANNEL = ['Channel', 'LogName', 'log_name', 'channel'];
export const PROVIDER = ['SourceName', 'Provider_Name', 'ProviderName', 'Provider', 'provider_name', 'source_name'];
export const COMPUTER = ['Hostname', 'Computer', 'ComputerName', 'MachineName', 'computer_name', 'hostname', 'host'];
export const EVENT_ID = ['EventID', 'EventId', 'EventCode', 'event_id', 'Id'];
export const RECORD = ['EventRecordID', 'RecordNumber', 'EventRecordId', 'RecordId', 'RecordID', 'record_id'];
/** Groups of names, of each of which the first that is there is the event's own. */
export const OWN: readonly (readonly string[])[] = [CHANNEL, PROVIDER, COMPUTER, EVENT_ID, RECORD];

/** Members of `System` under the names that exporters give them, to Sigma's. */
export const SYSTEM = new Map<string, string>([
  ['Level', 'Level'],
  ['Task', 'Task'],
  ['Opcode', 'Opcode'],
  ['Keywords', 'Keywords'],
  ['Version', 'Version'],
  ['Qualifiers', 'EventID_Qualifiers'],
  ['ProviderGuid', 'Provider_Guid'],
  ['ProviderId', 'Provider_Guid'],
  ['Provider_Guid', 'Provider_Guid'],
  ['ExecutionProcessID', 'Execution_ProcessID'],
  ['Execution_ProcessID', 'Execution_ProcessID'],
  ['ExecutionThreadID', 'Execution_ThreadID'],
  ['Execution_ThreadID', 'Execution_ThreadID'],
  ['ThreadID', 'Execution_ThreadID'],
  ['UserID', 'Security_UserID'],
  ['Security_UserID', 'Security_UserID'],
  ['ActivityID', 'Correlation_ActivityID'],
  ['Correlation_ActivityID', 'Correlation_ActivityID'],
  ['RelatedActivityID', 'Correlation_RelatedActivityID'],
  ['TimeCreated', 'TimeCreated_SystemTime'],
]);
/** Members that exporters write a member of `System` under, by Sigma's name for it. */
export const MEMBERS_OF = new Map<string, string[]>();
for (const [name, system] of SYSTEM) MEMBERS_OF.set(system, [...(MEMBERS_OF.get(system) ?? []), name]);

/** All names that are not always data fields. */
export const SPECIAL: ReadonlySet<string> = new Set([...SYSTEM.keys(), ...OWN.flat()]);

/** Whether a member of this name is a data field whatever stands beside it (save in Splunk's answers), and nothing but that. */
export const isAlwaysData = (name: string): boolean =>
  !SPECIAL.has(name) && !MEMBERS_OF.has(name) && name !== 'Execution_ProcessID' && !name.includes('.');

/** What Splunk adds to an event of its own. */
const SPLUNK =
  /^(?:_.*|linecount|punct|splunk_server(?:_group)?|index|source|sourcetype|eventtype|tag(?:::.*)?|time(?:start|end)pos|date_.*)$/;

const SYSMON = 'Microsoft-Windows-Sysmon';

/**
 * One flat object: every member of its own that is not the event's or `System`'s is a data field. Written by NXLog, by the
 * Mordor data sets (both kinds), by Splunk's field extraction and by many a home-made script.
 */
export const flat: Shape = {
  name: 'flat',
  fits: (value) => {
    // Nearly every event.
    if (typeof value.Channel === 'string' && typeof value.SourceName === 'string' && isPresent(value.EventID))
      return true;
    if (ownText(value, EVENT_ID, '') === undefined || isOther(value)) return false;
    return value.UtcTime !== undefined || isNamed(value);
  },
  open: (reading) => {
    const event = new FlatEvent(reading);
    return (value, entry) => event.load(value, entry);
  },
};

/** Another shape knows it better. */
function isOther(value: JsonObject): boolean {
  return (
    typeof value.winlog === 'object' ||
    typeof value.System === 'object' ||
    (value.event_id !== undefined && value.log_name !== undefined) ||
    (value.event_id !== undefined && typeof value.event_data === 'object') ||
    (typeof value._raw === 'string' && value._raw.startsWith('<Event'))
  );
}

function isNamed(value: JsonObject): boolean {
  return (
    ownText(value, CHANNEL, '') !== undefined ||
    ownText(value, PROVIDER, '') !== undefined ||
    (ownText(value, COMPUTER, '') !== undefined &&
      ['TimeCreated', 'EventTime', '@timestamp', '_time'].some((n) => n in value))
  );
}

/** Text of the first of these members that is a scalar other than null. */
function ownText(object: JsonObject, names: readonly string[], source: string): string | undefined {
  for (let i = 0; i < names.length; i++) {
    const value = object[names[i]!];
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return scalarText(value, names[i]!, source);
  }
  return undefined;
}

function isPresent(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** A view of the parsed object: nothing is copied until it is asked for. One serves all events of a file. */
export class FlatEvent implements Event, Timed {
  timeMs: UnixMs = Number.NaN as UnixMs;
  timeTicks = 0;
  computer = '';
  channel = '';
  provider = '';
  eventId = 0;
  readonly clock: Clock;
  readonly #reading: Reading;
  #object: JsonObject = {};
  #source = '';
  #line = 0;
  #splunk = false;
  #concluded = false;

  constructor(reading: Reading) {
    this.#reading = reading;
    this.clock = new Clock(reading);
  }

  /** Shows the fields of an object; {@link load} reads the rest as well. */
  show(object: JsonObject, text: string, line: number): void {
    this.#object = object;
    this.#source = text;
    this.#line = line;
    this.#splunk = object._raw !== undefined || object._time !== undefined;
  }

  load(object: JsonObject, entry: JsonEntry): this {
    this.show(object, entry.text, entry.line);
    const id = object.EventID ?? ownText(object, EVENT_ID, entry.text);
    this.eventId = typeof id === 'number' ? id : parseId(id);
    if (!(this.eventId >= 0 && this.eventId < 2 ** 32 && Number.isInteger(this.eventId))) {
      this.#reading.ledger.repaired('event-id-unreadable', { kind: 'line', line: entry.line }, JSON.stringify(id));
      this.eventId = 0;
    }
    const { Channel: channel, SourceName: provider, Hostname: computer } = object;
    this.channel = typeof channel === 'string' ? channel : (ownText(object, CHANNEL, entry.text) ?? '');
    this.provider = typeof provider === 'string' ? provider : (ownText(object, PROVIDER, entry.text) ?? '');
    this.computer = typeof computer === 'string' ? computer : (ownText(object, COMPUTER, entry.text) ?? '');
    if (this.channel === '') this.#conclude();
    this.clock.read(this, entry.line);
    this.timeMs = this.clock.ms as UnixMs;
    this.timeTicks = this.clock.ticks;
    return this;
  }

  time(name: string, into: Instant): boolean {
    const value = this.#object[name];
    return value !== undefined && readJsonTime(value, into);
  }

  member(name: string): unknown {
    return this.#object[name];
  }

  get position(): Position {
    return { kind: 'line', line: this.#line };
  }

  get eventRecordId(): number | bigint {
    for (const name of RECORD) {
      const value = this.#object[name];
      if (isPresent(value)) return recordId(value, name, this.#source);
    }
    return 0;
  }

  get(name: string): string | undefined {
    const value = this.#object[name];
    if (typeof value === 'string') return this.#isData(name) ? value : undefined;
    if (value === undefined) return name.includes('.') ? this.getAll(name)[0] : undefined;
    return this.getAll(name)[0];
  }

  getAll(name: string): readonly string[] {
    const value = member(this.#object, name);
    if (value === undefined) return name.includes('.') ? this.#nested(name) : NONE;
    if (!this.#isData(name)) return NONE;
    const text = scalarText(value, name, this.#source);
    if (text !== undefined) return [text];
    const all: string[] = [];
    // Members of an object are fields of their own, called `name.member`.
    eachScalar(name, value, this.#source, (leaf, leafText) => leaf === name && all.push(leafText));
    return all;
  }

  /** A field called `name.member`. */
  #nested(name: string): readonly string[] {
    const top = name.slice(0, name.indexOf('.'));
    const value = member(this.#object, top);
    if (value === undefined || !this.#isData(top)) return NONE;
    const all: string[] = [];
    eachScalar(top, value, this.#source, (leaf, text) => leaf === name && all.push(text));
    return all;
  }

  *fields(): Iterable<readonly [string, string]> {
    for (const name of Object.keys(this.#object)) {
      if (!this.#isData(name)) continue;
      const value = this.#object[name];
      const text = scalarText(value, name, this.#source);
      if (text !== undefined) {
        yield [name, text];
        continue;
      }
      const leaves: [string, string][] = [];
      if (!eachScalar(name, value, this.#source, (leaf, leafText) => leaves.push([leaf, leafText])))
        this.#reading.ledger.repaired('nesting-too-deep', { kind: 'line', line: this.#line }, name);
      yield* leaves;
    }
  }

  system(name: string): string | undefined {
    const members = MEMBERS_OF.get(name);
    if (members === undefined) return undefined;
    for (const own of members) {
      const value = member(this.#object, own);
      if (value !== undefined) return scalarText(value, own, this.#source);
    }
    // ProcessID is a data field of some events (5156); beside ThreadID it is the writer's as well.
    if (name === 'Execution_ProcessID' && isPresent(this.#object.ThreadID))
      return scalarText(this.#object.ProcessID, 'ProcessID', this.#source);
    return undefined;
  }

  *systemFields(): Iterable<readonly [string, string]> {
    for (const name of MEMBERS_OF.keys()) {
      const value = this.system(name);
      if (value !== undefined) yield [name, value];
    }
  }

  get hasBlankNames(): boolean | undefined {
    const object = this.#object;
    for (const name in object) {
      if (name.includes(' ')) return true;
      // What is nested gives further names.
      const value = object[name];
      if (typeof value === 'object' && value !== null && !(Array.isArray(value) && value.every(isScalar)))
        return undefined;
    }
    return false;
  }

  get source(): string {
    return this.#source;
  }

  /** The member is neither the event's own nor System's. */
  #isData(name: string): boolean {
    if (this.#splunk && SPLUNK.test(name)) return false;
    if (!SPECIAL.has(name)) return true;
    if (SYSTEM.has(name)) return false;
    for (const names of OWN) {
      if (!names.includes(name)) continue;
      // Only the one that was taken: beside Hostname, `host` is the collector.
      return name !== names.find((own) => isPresent(this.#object[own]));
    }
    return true;
  }

  /** Sysmon's events without a channel are known by UtcTime, which only they have. */
  #conclude(): void {
    const sysmon =
      this.provider === SYSMON || (this.provider === '' && this.#object.UtcTime !== undefined && this.eventId < 256);
    if (!sysmon) return;
    this.provider = SYSMON;
    this.channel = `${SYSMON}/Operational`;
    if (this.#concluded) return;
    this.#concluded = true;
    this.#reading.ledger.inferred('channel', this.channel, { kind: 'line', line: this.#line });
  }
}

const NONE: readonly string[] = [];
const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

function parseId(id: unknown): number {
  return typeof id === 'string' && /^\s*\d+\s*$/.test(id) ? Number(id) : Number.NaN;
}
