/** The events of a campaign among those of ordinary days, in order, an hour at a time: memory does not grow with the days. */
import type { Campaign, Label, Step } from './campaign/campaign.ts';
import { Life } from './life/life.ts';
import { Machine } from './telemetry/machine.ts';
import { play } from './telemetry/play.ts';
import type { LogEvent } from './telemetry/shape.ts';

export interface EmitOptions {
  /** The same seed gives the same events, byte for byte. */
  readonly seed: number;
  /** First day, as `2026-03-17`: a day of Korea's calendar. */
  readonly firstDay: string;
  /** Events of ordinary life on each host and working day; 0 for none. */
  readonly background: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** 2026-03-17, a Tuesday. */
export const FIRST_DAY = '2026-03-17';

/** Midnight in Korea, in milliseconds; NaN for what is no day. */
export const midnightOf = (day: string): number => Date.parse(`${day}T00:00:00+09:00`);

/** The machines of a campaign, with nothing yet in their logs. They booted the weekend before. */
export function machinesOf(campaign: Pick<Campaign, 'hosts'>, { seed, firstDay }: EmitOptions): Map<string, Machine> {
  const bootedMs = midnightOf(firstDay) - 2 * DAY_MS - 3 * HOUR_MS;
  return new Map(
    campaign.hosts.map(({ key, name, role, user }) => [key, new Machine(name, role, user, seed, bootedMs)]),
  );
}

/** Batches in order of time, with record numbers; one an hour in which something happened. */
export function* emit(campaign: Campaign, options: EmitOptions): Generator<LogEvent[]> {
  const machines = machinesOf(campaign, options);
  const startMs = midnightOf(options.firstDay);
  play(campaign, machines, startMs);
  const all = [...machines.values()];
  const lives = options.background > 0 ? all.map((machine) => new Life(machine, options.seed, options.background)) : [];
  const endMs = startMs + campaign.days * DAY_MS;
  const records = new Map<string, number>();
  for (let ms = startMs; ms < endMs; ms += HOUR_MS) {
    for (const life of lives) life.hour(ms);
    const batch = take(all, ms + HOUR_MS < endMs ? ms + HOUR_MS : Number.POSITIVE_INFINITY, endMs);
    for (const event of batch) {
      const log = `${event.computer}|${event.shape.channel}`;
      const record = (records.get(log) ?? firstRecord(log)) + 1;
      records.set(log, record);
      event.record = record;
    }
    if (batch.length > 0) yield batch;
  }
}

/** Events before `ms`, in order. Of those that outlast the last day, only a campaign's are kept. */
function take(machines: readonly Machine[], ms: number, endMs: number): LogEvent[] {
  const batch: LogEvent[] = [];
  for (const { host } of machines) {
    const later: LogEvent[] = [];
    for (const event of host.events) {
      if (event.ms >= ms) later.push(event);
      else if (event.ms < endMs || event.mark !== undefined) batch.push(event);
    }
    host.events = later;
  }
  return batch.sort((a, b) => a.ms - b.ms || a.ticks - b.ticks);
}

/** A log was written to before. */
function firstRecord(log: string): number {
  let sum = 0;
  for (let i = 0; i < log.length; i++) sum = (sum * 31 + log.charCodeAt(i)) % 900_000;
  return 10_000 + sum;
}

/** What is true of an event that belongs to a step; undefined for the background's. */
export function labelOf({ mark, computer, shape, record, ms }: LogEvent): Label | undefined {
  if (mark === undefined) return undefined;
  const { channel, eventId } = shape;
  return { ...mark, computer, channel, eventId, record, time: new Date(ms).toISOString() };
}

/** Expected events that no event of the step's is: what `lab check` says. */
export function unseen(campaign: Campaign): { readonly step: Step; readonly expected: Step['events'][number] }[] {
  const events = [...emit(campaign, { seed: 1, firstDay: FIRST_DAY, background: 0 })].flat();
  return campaign.steps.flatMap((step) =>
    step.events
      .filter((expected) => !events.some((event) => event.mark?.step === step.id && isAs(event, expected)))
      .map((expected) => ({ step, expected })),
  );
}

function isAs({ shape, values }: LogEvent, { channel, eventId, fields }: Step['events'][number]): boolean {
  if (shape.channel !== channel || shape.eventId !== eventId) return false;
  return Object.entries(fields).every(([name, pattern]) => {
    const at = shape.names.indexOf(name);
    return at >= 0 && glob(pattern).test(String(values[at]));
  });
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'is',
  );
