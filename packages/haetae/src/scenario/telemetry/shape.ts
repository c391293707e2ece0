/** What one kind of event looks like in its log, and one event of it: names once, values by position. */
import { findEvent } from '@haetae/event';

/** BinXML types that events of Windows use. */
export type ValueType =
  | 'string'
  | 'guid'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'int32'
  | 'hexInt32'
  | 'hexInt64'
  | 'boolean'
  | 'sid'
  | 'filetime';
export type Value = string | number | bigint | boolean;

export interface Provider {
  readonly name: string;
  readonly guid?: string;
}

export interface EventShape {
  readonly channel: string;
  readonly provider: Provider;
  readonly eventId: number;
  readonly version: number;
  readonly level: number;
  readonly task: number;
  readonly opcode: number;
  readonly keywords: bigint;
  readonly names: readonly string[];
  readonly types: readonly ValueType[];
  /** The element inside UserData, where the event carries that instead of EventData. */
  readonly userData: { readonly name: string; readonly xmlns: string } | undefined;
  /** First line of the rendered message and task category, as Event Viewer shows them. */
  readonly title: { readonly ko: string; readonly en: string };
  readonly category: string;
}

/** Which step of a campaign an event belongs to. */
export interface StepMark {
  readonly campaign: string;
  readonly step: string;
  readonly techniques: readonly string[];
}

export interface LogEvent {
  readonly shape: EventShape;
  readonly computer: string;
  readonly ms: number;
  /** 100 ns within the millisecond. */
  readonly ticks: number;
  /** EventRecordID; given when events are put in order. */
  record: number;
  readonly processId: number;
  readonly threadId: number;
  /** '' where the event names no user. */
  readonly userSid: string;
  readonly values: readonly Value[];
  /** Of a step; undefined in the background. */
  readonly mark: StepMark | undefined;
}

interface ShapeDraft {
  readonly channel: string;
  readonly provider: Provider;
  readonly eventId: number;
  /** `Name` or `Name:type`, by blanks. */
  readonly fields: string;
  readonly version?: number;
  readonly level?: number;
  readonly task?: number;
  readonly opcode?: number;
  readonly keywords?: bigint;
  readonly userData?: { readonly name: string; readonly xmlns: string };
  readonly category?: string;
}

/** Sysmon's title is always English; those of the others are in the table of events. */
export function shapeOf(draft: ShapeDraft): EventShape {
  const pairs = draft.fields
    .trim()
    .split(/\s+/)
    .filter((field) => field !== '')
    .map((field) => field.split(':') as [string, ValueType?]);
  const known = findEvent(draft.channel, draft.eventId, draft.provider.name);
  const names = pairs.map(([name]) => name.replaceAll('+', ' '));
  if (known === undefined) throw new Error(`${draft.channel} has no event ${draft.eventId} in the table of events`);
  const stray = names.find((name) => !Object.hasOwn(known.fields, name));
  if (stray !== undefined) throw new Error(`${draft.channel} ${draft.eventId} has no field ${stray}`);
  return {
    channel: draft.channel,
    provider: draft.provider,
    eventId: draft.eventId,
    version: draft.version ?? 0,
    level: draft.level ?? 4,
    task: draft.task ?? 0,
    opcode: draft.opcode ?? 0,
    keywords: draft.keywords ?? 0x8000000000000000n,
    names,
    types: pairs.map(([, type]) => type ?? 'string'),
    userData: draft.userData,
    title: { ko: known.ko, en: known.en },
    category: draft.category ?? '',
  };
}

/** A value as `wevtutil /f:xml` prints it. */
export function textOf(value: Value, type: ValueType): string {
  if (typeof value === 'string') return value;
  if (type === 'hexInt32' || type === 'hexInt64') return `0x${value.toString(16)}`;
  return String(value);
}
