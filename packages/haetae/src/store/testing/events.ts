import { type EventParts, PlainEvent } from '@haetae/event';
import { type Batch, type EventBatch, EventBatchBuilder, NO_EVENTS } from '../index.ts';

export const T = Date.UTC(2026, 9, 1);

/** An event as a test writes it. */
export interface Sample {
  readonly id: number;
  readonly seq?: number;
  readonly timeMs?: number;
  readonly ticks?: number;
  readonly host?: string;
  readonly channel?: string;
  readonly eventId?: number;
  readonly recordId?: number | bigint;
  readonly decoded?: string;
  readonly flags?: number;
  readonly receivedMs?: number;
  readonly fields?: readonly (readonly [string, string])[];
  readonly system?: Readonly<Record<string, string>>;
}

export function eventFrom(sample: Sample): PlainEvent {
  const fields = sample.fields ?? [];
  const parts: EventParts = {
    timeMs: sample.timeMs ?? T,
    timeTicks: sample.ticks ?? 0,
    computer: `${sample.host ?? 'PC-1'}.corp.local`,
    channel: sample.channel ?? 'Microsoft-Windows-Sysmon/Operational',
    provider: 'Microsoft-Windows-Sysmon',
    eventId: sample.eventId ?? 1,
    eventRecordId: sample.recordId ?? sample.id,
    position: { kind: 'record', record: sample.id },
    names: fields.map(([name]) => name),
    values: fields.map(([, value]) => value),
    systemNames: Object.keys(sample.system ?? {}),
    systemValues: Object.values(sample.system ?? {}),
  };
  return new PlainEvent(parts);
}

export function batchFrom(samples: readonly Sample[]): EventBatch {
  const builder = new EventBatchBuilder(samples.length);
  for (const sample of samples) {
    const { id, seq, host, receivedMs, flags, decoded } = sample;
    builder.add(eventFrom(sample), {
      ...{ id, seq: seq ?? 1, receivedMs: receivedMs ?? T + 500, host: host ?? 'PC-1', origin: 'tok' },
      ...{ flags: flags ?? 0, decoded: decoded ?? '' },
    });
  }
  return builder.take();
}

export const batch = (upTo: number, samples: readonly Sample[], rest: Partial<Batch> = {}): Batch => ({
  ...{ upTo, events: samples.length === 0 ? NO_EVENTS : batchFrom(samples), findings: [], incidents: [], entities: [] },
  ...rest,
});
