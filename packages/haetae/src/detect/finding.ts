import type { Event, Position } from '@haetae/event';
import type { CorrelationWhy, Level, Range, Why } from '@haetae/sigma';
import type { Via } from '@haetae/sigma/windows';
import type { HiddenText } from './hidden.ts';
import type { UnusualReason } from './unusual.ts';

/** An event that a finding of several events names. Times are ISO 8601 in UTC with 100 ns. */
export interface EventReference {
  /** Which of the correlation's rules it matched, as the correlation calls it. */
  readonly rule: string;
  readonly time: string;
  readonly computer: string;
  readonly channel: string;
  readonly eventId: number;
  readonly eventRecordId: number | string;
  readonly record?: number;
  readonly line?: number;
  readonly file: string;
}

/** Why events together made a finding; `from` and `to` are the window, ISO 8601 in UTC. */
export type CorrelationReason = Omit<CorrelationWhy, 'from' | 'to' | 'first' | 'last'> & {
  readonly from: string;
  readonly to: string;
  readonly first: readonly EventReference[];
  readonly last: readonly EventReference[];
};

/** Why a finding was made: Sigma's own explanation (`at` is of the value as given here), and where the value that held was not written in the event, which decoded text it was. */
export type Reason = (Why | CorrelationReason | UnusualReason) & {
  /** Index into the finding's `decoded`. */
  readonly decoded?: number;
  /** The value was longer than {@link MAX_REASON_VALUE}: a stretch around what was found is given, cut ends marked with `…`. */
  readonly cut?: true;
};

/** The event a finding speaks of, as facts that outlive it. */
export interface EventFacts {
  /** Whole milliseconds since 1970-01-01T00:00:00Z; null when the record tells no time. */
  readonly timeMs: number | null;
  /** 100 ns ticks within the millisecond, 0–9999. */
  readonly timeTicks: number;
  readonly computer: string;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  /** 0 where absent; decimal text beyond 2^53, since JSON knows no bigint. */
  readonly eventRecordId: number | string;
  /** The process that wrote the event (`Execution_ProcessID`): PowerShell's events name theirs nowhere else. Absent where not told. */
  readonly processId?: number;
  readonly position: Position;
}

/** A rule as its findings name it: `id` is '' for a rule without one; `titleKo` is there where it has a Korean title (`haetae: {title_ko}`). */
export interface RuleReference {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly titleKo?: string;
}

/**
 * One detector's statement about an event: a rule matched, or a score is unusual, with why. Plain data, so that it crosses
 * worker threads and disks: `structuredClone` and JSON give it back as it is. The file is the pipeline's to add.
 */
export interface Finding {
  readonly detector: string;
  /** null where no rule spoke but a score: `why` then holds one reason of the kind `unusual`. */
  readonly rule: RuleReference | null;
  readonly level: Level;
  /** Names of ATT&CK v19, tactics in the order of the matrix. */
  readonly attack: { readonly tactics: readonly string[]; readonly techniques: readonly string[] };
  /** How the rule saw the event: as it is, or through what the product adds to plain Sigma. */
  readonly via: Via;
  /** Fields that the rule asks for and the mapped event does not tell; absent when it tells them all. */
  readonly degraded?: readonly string[];
  /** How far the match can be trusted; absent for 1, which is whole. 0.5: the rule excludes events by a field of `degraded`. */
  readonly confidence?: number;
  readonly why: readonly Reason[];
  readonly event: EventFacts;
  /** The data fields of the event in document order; the second, third … of one name are `name[2]`, `name[3]` … */
  readonly fields: Readonly<Record<string, string>>;
  /** A rule over several events was told of the match. */
  readonly awaited?: true;
  /** What was decoded out of the fields, whichever rule matched; absent when nothing was. */
  readonly decoded?: readonly HiddenText[];
}

export function factsOf(event: Event): EventFacts {
  const { timeMs, timeTicks, computer, channel, provider, eventId, eventRecordId: id, position } = event;
  const processId = Number(event.system('Execution_ProcessID') ?? Number.NaN);
  return {
    timeMs: Number.isNaN(timeMs) ? null : timeMs,
    timeTicks,
    computer,
    channel,
    provider,
    eventId,
    eventRecordId: typeof id === 'bigint' ? String(id) : id,
    ...(processId >= 0 && { processId }),
    position: { ...position },
  };
}

export const fieldsOf = (event: Event): Record<string, string> => numberedFields(event.fields());

/** Fields by their names; the second, third … of one name are `name[2]`, `name[3]` … Without a prototype, so that a field called `__proto__` is a field like any other. */
export function numberedFields(all: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  const fields: Record<string, string> = Object.create(null);
  const counts = new Map<string, number>();
  for (const [name, value] of all) {
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    fields[n === 1 ? name : `${name}[${n}]`] = value;
  }
  return fields;
}

/** UTF-16 units of a value that a reason repeats; the whole value stands in `fields` or `decoded`. */
export const MAX_REASON_VALUE = 1000;

export function toReason(why: Why, decoded: readonly HiddenText[]): Reason {
  if (why.kind !== 'held' || why.value === undefined) return why;
  const { value, field } = why;
  const found = decoded.findIndex((hidden) => hidden.text === value && sameField(hidden.field, field));
  return {
    ...why,
    ...(found >= 0 && { decoded: found }),
    ...(value.length > MAX_REASON_VALUE && { ...stretch(value, why.at), cut: true as const }),
  };
}

/** Rules write field names without their blanks; a keyword (no field) is sought everywhere. */
const sameField = (name: string, asked: string | undefined): boolean =>
  asked === undefined || name === asked || name.replaceAll(' ', '') === asked;

/** The stretch of a long value around what held, and where that stands in it; the value's beginning when it is not told. */
function stretch(value: string, at: Range = { start: 0, end: 0 }): { value: string; at?: Range } {
  const most = Math.max(0, value.length - MAX_REASON_VALUE);
  const start = pairedAt(value, Math.max(0, Math.min(at.start - 200, most)));
  const end = pairedAt(value, Math.min(value.length, start + MAX_REASON_VALUE));
  const head = start > 0 ? '…' : '';
  const shown = `${head}${value.slice(start, end)}${end < value.length ? '…' : ''}`;
  if (at.end === 0) return { value: shown };
  const shift = head.length - start;
  return { value: shown, at: { start: at.start + shift, end: Math.min(at.end, end) + shift } };
}

/** `index`, or the one before where it would part a surrogate pair. */
const pairedAt = (text: string, index: number): number =>
  index > 0 && index < text.length && /^[\udc00-\udfff]/.test(text[index]!) && /[\ud800-\udbff]$/.test(text[index - 1]!)
    ? index - 1
    : index;
