import { PlainEvent, type Position, type UnixMs } from '@haetae/event';
import type { StoredColumn } from './columns.ts';

/**
 * What is looked for. A field is a column (`host`, `image` …), a word for several (`user`, `ip`), one of Microsoft's names, or
 * `System.Level` and its like. Text compares without regard to case unless `cased`. Nothing holds of a field that is not there.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  /** In any of the columns of text. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly field: string; readonly is: FieldTest; readonly cased?: boolean }
  /**
   * In a value that stands in no column, of a field or of System, or in what was decoded; with `column`, of the fields that this
   * column is for. True of a few events more: for whoever looks at what was found himself.
   */
  | {
      readonly kind: 'elsewhere';
      readonly column?: string;
      readonly is: { readonly op: 'anyOf'; readonly of: readonly TextTest[] } | { readonly op: 'beyondAscii' };
    };
/** Of a text that was decoded, only that it contains the value. */
export interface TextTest {
  readonly op: 'equals' | 'contains' | 'startsWith' | 'endsWith';
  readonly value: string;
}
export type FieldTest =
  | TextTest
  | { readonly op: 'anyOf'; readonly of: readonly TextTest[] }
  /** `*` and `?` are wildcards, `\` before one of the three takes it as it is. */
  | { readonly op: 'like'; readonly value: string }
  /** RE2: linear, no look-around. */
  | { readonly op: 'regex'; readonly value: string }
  | { readonly op: 'oneOf'; readonly values: readonly string[] }
  | { readonly op: 'above' | 'atLeast' | 'below' | 'atMost'; readonly value: number }
  | { readonly op: 'exists' };

/** The place of an event in the order of time. */
export interface Cursor {
  readonly timeMs: number;
  readonly timeTicks: number;
  readonly id: number;
}

export interface EventQuery {
  /** Inclusive. */
  readonly fromMs?: number;
  /** Exclusive. */
  readonly toMs?: number;
  readonly filter?: Filter;
  readonly order: 'newest' | 'oldest';
  /** 1 to {@link MAX_HITS}. */
  readonly limit: number;
  /** The last event of the page before. */
  readonly after?: Cursor;
}
export const MAX_HITS = 10_000;

/** Ends a query early: by its caller, or by itself. */
export interface QueryControl {
  readonly signal?: AbortSignal;
  /** Rejects with `timeout`. */
  readonly timeoutMs?: number;
}

/** A stretch of time was searched; the stretches come in the query's order, their hits too. */
export interface SearchStep {
  readonly hits: readonly StoredEvent[];
  /** Events looked at so far and in all, within the query's times. */
  readonly searched: number;
  readonly total: number;
  /** Where the next page goes on; undefined when there is none, or this step is not the last. */
  readonly next?: Cursor;
}

export interface ScanQuery extends EventTimes {
  readonly order: EventQuery['order'];
}
/** What was found in the stretch that is being looked at; `searched` as in {@link SearchStep}, without that stretch. */
export interface ScanStep {
  readonly events: readonly StoredEvent[];
  readonly searched: number;
  readonly total: number;
}

/** An event as it came, and how. */
export interface StoredEvent {
  readonly id: number;
  readonly seq: number;
  readonly timeMs: UnixMs;
  readonly timeTicks: number;
  readonly receivedMs: UnixMs;
  readonly host: string;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  /** Decimal text; '' where absent. */
  readonly recordId: string;
  readonly origin: string;
  /** See EVENT_FLAGS. */
  readonly flags: number;
  /** Text decoded out of it; '' for none. */
  readonly decoded: string;
  /** In the order of the document; the second of one name is `name[2]`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly system: Readonly<Record<string, string>>;
}

/** How often something was, and when. */
export interface Seen {
  readonly count: number;
  readonly firstMs: UnixMs | null;
  readonly lastMs: UnixMs | null;
  readonly hosts: number;
}

export interface Bucket {
  /** Where it begins; it is as wide as was asked. */
  readonly fromMs: number;
  /** Of the column that was asked for; '' where the event has none, or none was asked for. */
  readonly key: string;
  readonly count: number;
}

export interface Events {
  /** Newest or oldest first, in steps of bounded size. */
  search(query: EventQuery, control?: QueryControl): AsyncIterable<SearchStep>;
  /** All events for which the filter holds, as many as they are, in steps of bounded size; none that is stored after it was asked. */
  scan(query: ScanQuery, control?: QueryControl): AsyncIterable<ScanStep>;
  get(id: number): Promise<StoredEvent | undefined>;
  /**
   * In order of their ids, those behind `after`, from the first that is there on, within `limit` ids that follow each other: what the
   * reader stored has every id from 1 on, so that one that is missing was removed. [] where there is none. Imported ones have ids below zero.
   */
  behind(after: number, limit: number): Promise<readonly StoredEvent[]>;
  /** By which way events came, of those of these ids that are stored. */
  origins(ids: readonly number[]): Promise<readonly Pick<StoredEvent, 'id' | 'origin'>[]>;
  count(query: EventTimes, control?: QueryControl): Promise<number>;
  /** By `widthMs` of time and, with `by`, the values of a column; at most 20,000 buckets. */
  histogram(
    query: EventTimes & { readonly widthMs: number; readonly by?: StoredColumn },
    control?: QueryControl,
  ): Promise<readonly Bucket[]>;
  /** The values of a column, the most frequent first. */
  top(
    query: EventTimes & { readonly by: StoredColumn; readonly limit: number },
    control?: QueryControl,
  ): Promise<readonly { readonly key: string; readonly seen: Seen }[]>;
  seen(query: EventTimes, control?: QueryControl): Promise<Seen>;
}
export type EventTimes = Pick<EventQuery, 'fromMs' | 'toMs' | 'filter'>;

/** A stored event as every detector reads it. */
export function eventOf(stored: StoredEvent): PlainEvent {
  const names = Object.keys(stored.fields);
  const system = Object.entries(stored.system).filter(([name]) => name !== 'Computer');
  return new PlainEvent({
    timeMs: (stored.flags & 1) !== 0 ? Number.NaN : stored.timeMs,
    timeTicks: stored.timeTicks,
    computer: stored.system.Computer ?? '',
    channel: stored.channel,
    provider: stored.provider,
    eventId: stored.eventId,
    eventRecordId: recordIdOf(stored.recordId),
    position: { kind: 'record', record: stored.id } satisfies Position,
    names: names.map((name) => name.replace(/\[\d+\]$/, (mark) => (repeats(stored.fields, name, mark) ? '' : mark))),
    values: names.map((name) => stored.fields[name]!),
    systemNames: system.map(([name]) => name),
    systemValues: system.map(([, value]) => value),
  });
}

/** Whether `name[2]` is the second `name`, and no field that is called so. */
const repeats = (fields: StoredEvent['fields'], name: string, mark: string): boolean =>
  Object.hasOwn(fields, name.slice(0, -mark.length)) && mark !== '[1]' && mark !== '[0]';

function recordIdOf(text: string): number | bigint {
  if (text === '') return 0;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
