import type { Primitive, RawValue } from '../view.ts';

/**
 * What rules need of a Windows event. Any program can give its own; {@link windowsEvent} makes one of a plain object, and
 * every `Event` of `@haetae/event` is one as it stands. Names are Microsoft's, values are text as `wevtutil /f:xml` prints it.
 */
export interface WindowsEvent {
  /** '' where the log does not tell it; the same holds for channel and provider. */
  readonly computer: string;
  readonly channel: string;
  readonly provider: string;
  /** 0 where absent. */
  readonly eventId: number;
  /** 0 where absent; a bigint only beyond 2^53. */
  readonly eventRecordId: number | bigint;
  /** First value of a data field; undefined when the event has no such field ('' when it has, empty). */
  get(name: string): string | undefined;
  /** Every value of a data field in document order; [] when absent. */
  getAll(name: string): readonly string[];
  /** The data fields in document order, repeated names repeated. */
  fields(): Iterable<readonly [name: string, value: string]>;
  /** The other members of `System` under the names Sigma uses: Level, Task, Keywords, Security_UserID…; undefined when absent. */
  system(name: string): string | undefined;
  systemFields(): Iterable<readonly [name: string, value: string]>;
  /** Whether the name of a data field has a blank in it; undefined where only a look at every field could tell. */
  readonly hasBlankNames?: boolean | undefined;
  /**
   * A text in which every value of the event stands, written as it is or as JSON escapes it (numbers in any notation), for a
   * quick search; undefined where there is none.
   */
  readonly source?: string | undefined;
  /** About how many characters its values have, for whoever must guess what looking at them costs. */
  readonly extent?: number | undefined;
  /** Whether one of these words may stand in the event, its channel and host included. See `mentions` of EventView. */
  mentions?(words: readonly string[]): boolean;
  /** The one value of a data field as it stands in the source; undefined where there is none or several. See {@link RawValue}. */
  raw?(name: string): RawValue | undefined;
}

/** Values by name: numbers and booleans as text, null as the empty text, lists as a name that is repeated. */
export type FieldValues = Readonly<Record<string, Primitive | readonly Primitive[]>>;

/** A Windows event as a plain object; what is left out is absent. */
export interface WindowsEventParts {
  readonly channel?: string;
  readonly provider?: string;
  readonly computer?: string;
  readonly eventId?: number;
  readonly eventRecordId?: number | bigint;
  /** The data fields: what stands below `EventData` or `UserData`. */
  readonly fields?: FieldValues;
  /** See `system` of {@link WindowsEvent}. */
  readonly system?: FieldValues;
}

type Pair = readonly [name: string, value: string];

/** A plain object as an event that rules can be asked of. */
export function windowsEvent({ fields = {}, system = {}, ...head }: WindowsEventParts): WindowsEvent {
  return eventOfPairs(head, pairs(fields), pairs(system));
}

const pairs = (fields: FieldValues): Pair[] =>
  Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((v): Pair => [name, v === null ? '' : String(v)]),
  );

/** The same of lists that keep an order which an object would not. */
export function eventOfPairs(
  head: Omit<WindowsEventParts, 'fields' | 'system'>,
  fields: readonly Pair[],
  system: readonly Pair[] = [],
): WindowsEvent {
  const { channel = '', provider = '', computer = '', eventId = 0, eventRecordId = 0 } = head;
  const firstOf = (list: readonly Pair[], name: string): string | undefined => list.find(([n]) => n === name)?.[1];
  return {
    channel,
    provider,
    computer,
    eventId,
    eventRecordId,
    get: (name) => firstOf(fields, name),
    getAll: (name) => fields.filter(([n]) => n === name).map(([, value]) => value),
    fields: () => fields,
    system: (name) => firstOf(system, name),
    systemFields: () => system,
    hasBlankNames: fields.some(([name]) => name.includes(' ')),
  };
}
