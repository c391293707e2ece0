/** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
export type UnixMs = number & { readonly __brand: 'UnixMs' };

/** Where an event lies in its file: the record number of the EVTX record header, or the physical line (from 1) at which it begins. */
export type Position =
  | { readonly kind: 'record'; readonly record: number }
  | { readonly kind: 'line'; readonly line: number };

/**
 * One normalised host event, read through an accessor so that an EVTX cursor, a parsed object and a row of CSV are the
 * same to every reader. Names are Microsoft's, values are text as `wevtutil /f:xml` prints it.
 *
 * An event may be a view over a buffer that its source reuses: it is valid until the source moves on to the next one.
 * What must outlive that is copied with {@link materialise}.
 */
export interface Event {
  /** When it happened, whole milliseconds; NaN when the record tells no time. */
  readonly timeMs: UnixMs;
  /** The 100 ns ticks within that millisecond, 0–9999. */
  readonly timeTicks: number;
  /** '' where the log does not tell it; the same holds for channel and provider. */
  readonly computer: string;
  readonly channel: string;
  readonly provider: string;
  /** 0 where absent. */
  readonly eventId: number;
  /** 0 where absent; a bigint only beyond 2^53. */
  readonly eventRecordId: number | bigint;
  readonly position: Position;
  /** First value of a data field; undefined when the event has no such field ('' when it has, empty). */
  get(name: string): string | undefined;
  /** Every value of a data field in document order; [] when absent. Repeated and unnamed `Data` elements share a name. */
  getAll(name: string): readonly string[];
  /** The data fields in document order, repeated names repeated. The pairs are valid as long as the event is. */
  fields(): Iterable<readonly [name: string, value: string]>;
  /**
   * The other members of `System` under the names Sigma uses: Level, Task, Opcode, Keywords, Version, Provider_Guid,
   * Execution_ProcessID, Execution_ThreadID, Security_UserID, Correlation_ActivityID…; undefined when absent.
   */
  system(name: string): string | undefined;
  systemFields(): Iterable<readonly [name: string, value: string]>;
  /** Whether the name of a data field has a blank in it; undefined where only a look at every field could tell. */
  readonly hasBlankNames?: boolean | undefined;
  /**
   * A text in which every value of the event stands, written as it is or as JSON escapes it (numbers in any notation), for a
   * quick search; undefined where the source has none.
   */
  readonly source?: string | undefined;
  /** About how many characters its values have, for whoever must guess what looking at them costs. */
  readonly extent?: number | undefined;
  /**
   * Whether one of these words, ASCII and in lower case, may stand in some value of the event, its channel and host included, in
   * any case of its letters and as JSON escapes it: a quick search, which says true where it does not know. Lists are known by
   * their identity.
   */
  mentions?(words: readonly string[]): boolean;
  /**
   * The one value of a data field as it stands in the source, for whoever remembers what came of equal bytes; undefined where
   * there is none or several, and where the field has to be read otherwise. Valid until it is asked again.
   */
  raw?(name: string): RawValue | undefined;
  /**
   * The data fields, or the members of System, by the bytes of their values, for whoever keeps them as bytes: what {@link fields}
   * and {@link systemFields} tell. Undefined where they have to be read otherwise. Valid until either is asked again.
   */
  written?(what: 'fields' | 'system'): WrittenFields | undefined;
}

/** Fields in document order, each with a text or with the bytes that are one. */
export interface WrittenFields {
  readonly count: number;
  readonly names: readonly string[];
  /** Undefined where the value stands in the bytes. */
  readonly texts: readonly (string | undefined)[];
  /** UTF-8, valid. */
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /**
   * 1 where the bytes are what stands between the quotes of a JSON string, with escapes as JSON.stringify writes them and none by
   * number; else they are the text, and JSON would escape nothing of it.
   */
  readonly escaped: Uint8Array;
}

/** A value in the bytes of its source: bytes that are equal, in one notation, are equal values. */
export interface RawValue {
  readonly notation: string;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/** What a format fills in to make a {@link PlainEvent}; lists keep document order, repeated names repeated. */
export interface EventParts {
  timeMs: number;
  timeTicks?: number;
  computer?: string;
  channel?: string;
  provider?: string;
  eventId?: number;
  eventRecordId?: number | bigint;
  position: Position;
  names: readonly string[];
  values: readonly string[];
  systemNames?: readonly string[];
  systemValues?: readonly string[];
}

const NONE: readonly string[] = [];

/** An event that owns its values: two parallel lists, so that events of one shape can share the list of names. */
export class PlainEvent implements Event {
  readonly timeMs: UnixMs;
  readonly timeTicks: number;
  readonly computer: string;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly eventRecordId: number | bigint;
  readonly position: Position;
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly systemNames: readonly string[];
  readonly systemValues: readonly string[];

  constructor(parts: EventParts) {
    this.timeMs = parts.timeMs as UnixMs;
    this.timeTicks = parts.timeTicks ?? 0;
    this.computer = parts.computer ?? '';
    this.channel = parts.channel ?? '';
    this.provider = parts.provider ?? '';
    this.eventId = parts.eventId ?? 0;
    this.eventRecordId = parts.eventRecordId ?? 0;
    this.position = parts.position;
    this.names = parts.names;
    this.values = parts.values;
    this.systemNames = parts.systemNames ?? NONE;
    this.systemValues = parts.systemValues ?? NONE;
  }

  get hasBlankNames(): boolean {
    for (let i = 0; i < this.names.length; i++) if (this.names[i]!.includes(' ')) return true;
    return false;
  }

  get(name: string): string | undefined {
    const i = this.names.indexOf(name);
    return i < 0 ? undefined : this.values[i];
  }

  getAll(name: string): readonly string[] {
    let i = this.names.indexOf(name);
    if (i < 0) return NONE;
    const all: string[] = [];
    for (; i >= 0; i = this.names.indexOf(name, i + 1)) all.push(this.values[i]!);
    return all;
  }

  *fields(): Iterable<readonly [string, string]> {
    for (let i = 0; i < this.names.length; i++) yield [this.names[i]!, this.values[i]!];
  }

  system(name: string): string | undefined {
    const i = this.systemNames.indexOf(name);
    return i < 0 ? undefined : this.systemValues[i];
  }

  *systemFields(): Iterable<readonly [string, string]> {
    for (let i = 0; i < this.systemNames.length; i++) yield [this.systemNames[i]!, this.systemValues[i]!];
  }
}

/** A copy that stays valid when the source moves on. */
export function materialise(event: Event): PlainEvent {
  if (event instanceof PlainEvent) return event;
  const names: string[] = [];
  const values: string[] = [];
  const systemNames: string[] = [];
  const systemValues: string[] = [];
  for (const [name, value] of event.fields()) {
    names.push(name);
    values.push(value);
  }
  for (const [name, value] of event.systemFields()) {
    systemNames.push(name);
    systemValues.push(value);
  }
  const { timeMs, timeTicks, computer, channel, provider, eventId, eventRecordId, position } = event;
  return new PlainEvent({
    timeMs,
    timeTicks,
    computer,
    channel,
    provider,
    eventId,
    eventRecordId,
    position,
    names,
    values,
    systemNames,
    systemValues,
  });
}
