import type { UnixMs } from '@haetae/event';
import type { FrameHead } from '../../../source/index.ts';
import type { Frame } from '../../../store/index.ts';
import type { DetectionSetup } from '../detection.ts';
import { LiveEngine } from '../engine.ts';
import { NO_POLICY } from '../policy.ts';

export const NOW = Date.UTC(2026, 2, 2, 9);

/** An event as a script sends it; what is not told is that of a failed logon. */
export interface Sent {
  readonly host?: string;
  readonly record?: number;
  /** Milliseconds from {@link NOW}. */
  readonly at?: number;
  readonly id?: number;
  readonly channel?: string;
  readonly [field: string]: unknown;
}

export const line = ({ host = 'WS01', record, at = 0, id = 4625, channel = 'Security', ...fields }: Sent): string =>
  `${JSON.stringify({
    Hostname: host,
    ...(record !== undefined && { RecordNumber: record }),
    TimeCreated: new Date(NOW + at).toISOString(),
    Channel: channel,
    SourceName: channel === 'Security' ? 'Microsoft-Windows-Security-Auditing' : channel,
    EventID: id,
    ...fields,
  })}\n`;

export function frame(seq: number, events: readonly Sent[], head: Partial<FrameHead> = {}, receivedMs = NOW): Frame {
  const { from: _, ...told } = head;
  const own: Omit<FrameHead, 'from'> = {
    format: 'ndjson',
    origin: 'shipper',
    token: 't1',
    hosts: [],
    address: '192.0.2.1',
    position: '',
    items: events.length,
    ...told,
  };
  return {
    seq,
    receivedMs: receivedMs as UnixMs,
    head: { ...own, hosts: [...own.hosts] },
    body: Buffer.from(events.map(line).join('')),
  };
}

export const clock = (seq: number, receivedMs: number): Frame => frame(seq, [], { format: 'clock' }, receivedMs);

export const detection = (rules: readonly string[], more: Partial<DetectionSetup> = {}): DetectionSetup => ({
  rules: { rules: rules.map((text, i) => ({ path: `r${i}.yml`, text })) },
  latenessMs: 30_000,
  baseline: undefined,
  policy: NO_POLICY,
  nowMs: NOW,
  ...more,
});

export const engine = (rules: readonly string[], saved?: Uint8Array, stored = { seq: 0, eventId: 0, findingId: 0 }) =>
  new LiveEngine({
    detection: detection(rules),
    timeZone: 'UTC',
    stored,
    ...(saved !== undefined && { saved }),
  });

export const FAILED = `title: Failed logon
id: 11111111-1111-4111-8111-111111111111
name: failed
logsource: {product: windows, service: security}
detection: {sel: {EventID: 4625}, condition: sel}
level: low
`;

/** One account after the other from one address. */
export const SPRAY = `title: Password spray
id: 22222222-2222-4222-8222-222222222222
correlation:
  type: value_count
  rules: [failed]
  group-by: [IpAddress]
  timespan: 5m
  condition: {field: TargetUserName, gte: 10}
level: high
`;

export const SHADOW = `title: Shadow copies deleted
id: 33333333-3333-4333-8333-333333333333
logsource: {product: windows, category: process_creation}
detection: {sel: {CommandLine|contains: 'delete shadows'}, condition: sel}
level: high
`;
