import type { EvtxTime, EvtxValue } from './values.ts';

/** One event as the writer takes it. Parts that are absent are absent in the file too (no invented defaults), save where said. */
export interface RecordDraft {
  /**
   * Number in the record header, unique in a file and ascending (where it falls, a new chunk begins); default: one more
   * than the record before it, the first is 1.
   */
  readonly record?: number | bigint;
  readonly system: SystemDraft;
  /**
   * `<EventData>` of one `<Data Name="…">` each, in this order; null makes a `<Data>` without a name. A plain string is
   * a string value. The names are part of the template: fields that are always there should always be given (as '').
   */
  readonly eventData?: readonly DataDraft[];
  /** The one element inside `<UserData>`, such as `LogFileCleared` with its own `xmlns` among the attributes. */
  readonly userData?: ElementDraft;
  /** Further children of `<Event>`, after the two above: ProcessingErrorData, an EventData with a Binary… */
  readonly elements?: readonly ElementDraft[];
}

export type DataDraft = readonly [name: string | null, value: EvtxValue | string];

/** Any XML element. A name or attribute name is written as given (with prefix, if it has one). */
export interface ElementDraft {
  readonly name: string;
  /** A string becomes part of the template (an `xmlns`, a `Name`); an {@link EvtxValue} is filled in, record by record. */
  readonly attributes?: readonly (readonly [name: string, value: EvtxValue | string])[];
  /** A value, or child elements and text in order. Strings and values are filled in, record by record. */
  readonly content?: EvtxValue | string | readonly (ElementDraft | EvtxValue | string)[];
}

/** The `System` part. Numbers are unsigned and as wide as Windows stores them; GUIDs with or without braces. */
export interface SystemDraft {
  readonly provider: { readonly name?: string; readonly guid?: string; readonly eventSourceName?: string };
  readonly eventId: number;
  readonly qualifiers?: number;
  readonly version?: number;
  /** 1 critical, 2 error, 3 warning, 4 information, 5 verbose, 0 always (Security). */
  readonly level?: number;
  readonly task?: number;
  readonly opcode?: number;
  /** 64 bits, printed in hex. */
  readonly keywords?: bigint;
  /** TimeCreated, and the time in the record header. */
  readonly time: EvtxTime;
  /** Default: the record number. */
  readonly eventRecordId?: number | bigint;
  readonly activityId?: string;
  readonly relatedActivityId?: string;
  readonly processId?: number;
  readonly threadId?: number;
  readonly channel?: string;
  readonly computer?: string;
  /** As text: S-1-5-18. */
  readonly userSid?: string;
}
