/** The same events as each shipper sends them: bodies and messages for the tests of source/live and of the server. */

/** An event as NXLog, Winlogbeat's `winlog` or any script has it; only what all shippers can carry. */
export interface Sample {
  readonly time: string;
  readonly computer: string;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly recordId: number;
  readonly fields: Readonly<Record<string, string>>;
}

export const SYSMON = 'Microsoft-Windows-Sysmon';

/** `count` process creations, one a second from 2026-03-02T01:00:00Z, each with text beyond ASCII. */
export function samples(count: number, computer = 'WS01.corp.example'): Sample[] {
  return Array.from({ length: count }, (_, i) => {
    const time = new Date(Date.UTC(2026, 2, 2, 1, 0, i, 123)).toISOString();
    return {
      time,
      computer,
      channel: `${SYSMON}/Operational`,
      provider: SYSMON,
      eventId: 1,
      recordId: 1001 + i,
      fields: {
        UtcTime: time.replace('T', ' ').replace('Z', ''),
        ProcessId: String(4000 + i),
        Image: 'C:\\Windows\\System32\\cmd.exe',
        CommandLine: `cmd.exe /c echo "${i}" & echo 한글 } { ]`,
        User: 'CORP\\김',
      },
    };
  });
}

/** Flat, as NXLog and many a script write it. */
export const flatOf = (one: Sample): object => ({
  TimeCreated: one.time,
  Hostname: one.computer,
  Channel: one.channel,
  SourceName: one.provider,
  EventID: one.eventId,
  RecordNumber: one.recordId,
  ...one.fields,
});

/** As Winlogbeat writes it. */
export const winlogOf = (one: Sample): object => ({
  '@timestamp': one.time,
  agent: { type: 'winlogbeat', hostname: 'collector' },
  host: { name: 'collector' },
  winlog: {
    channel: one.channel,
    provider_name: one.provider,
    computer_name: one.computer,
    event_id: String(one.eventId),
    record_id: one.recordId,
    event_data: one.fields,
  },
});

/** As OpenTelemetry's Windows event log receiver writes it. */
export const otelOf = (one: Sample): object => ({
  system_time: one.time,
  computer: one.computer,
  channel: one.channel,
  provider: { name: one.provider, guid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' },
  event_id: { id: one.eventId, qualifiers: 0 },
  record_id: one.recordId,
  level: 'Information',
  event_data: one.fields,
});

export function xmlOf(one: Sample): string {
  const text = (value: string): string => value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const data = Object.entries(one.fields).map(([name, value]) => `<Data Name="${name}">${text(value)}</Data>`);
  return (
    `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="${one.provider}"/>` +
    `<EventID>${one.eventId}</EventID><TimeCreated SystemTime="${one.time}"/>` +
    `<EventRecordID>${one.recordId}</EventRecordID><Channel>${one.channel}</Channel>` +
    `<Computer>${one.computer}</Computer></System><EventData>${data.join('')}</EventData></Event>`
  );
}

export const ndjsonBody = (all: readonly Sample[]): string =>
  all.map((one) => `${JSON.stringify(flatOf(one))}\n`).join('');

export const bulkBody = (all: readonly Sample[], operation = 'create'): string =>
  all.map((one) => `{"${operation}":{"_index":"winlogbeat-9.9.9"}}\n${JSON.stringify(winlogOf(one))}\n`).join('');

/** Objects one behind the other; the event as text, as OpenTelemetry's exporter has it. */
export const hecBody = (all: readonly Sample[]): string =>
  all
    .map((one) =>
      JSON.stringify({
        event: JSON.stringify(flatOf(one)),
        host: 'collector',
        source: 'WinEventLog',
        time: Date.parse(one.time) / 1000,
      }),
    )
    .join('');

export const rawBody = (all: readonly Sample[]): string => all.map((one) => `${xmlOf(one)}\n`).join('');

export const syslogMessages = (all: readonly Sample[]): string[] =>
  all.map((one) => `<14>1 ${one.time} collector sysmon 12 - - ${xmlOf(one)}`);

/** Octet counting (RFC 6587). */
export const lengthed = (pieces: readonly Buffer[]): Buffer =>
  Buffer.concat(pieces.flatMap((one) => [Buffer.from(`${one.length} `), one]));
export const octetCounted = (messages: readonly string[]): Buffer => lengthed(messages.map((one) => Buffer.from(one)));

const anyValue = (value: unknown): object => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  return {
    kvlistValue: {
      values: Object.entries(value as object).map(([key, inner]) => ({ key, value: anyValue(inner) })),
    },
  };
};

export const otlpJsonBody = (all: readonly Sample[]): string =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'host.name', value: { stringValue: 'collector' } }] },
        scopeLogs: [
          {
            logRecords: all.map((one) => ({
              timeUnixNano: `${Date.parse(one.time)}000000`,
              severityText: 'INFO',
              body: anyValue(otelOf(one)),
            })),
          },
        ],
      },
    ],
  });

/** A protobuf writer of its own, so that reader and writer cannot share a mistake. */
function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}
export function field(number: number, content: Buffer | string | bigint | { readonly double: number }): Buffer {
  const tag = (wire: number): Buffer => varint(BigInt(number * 8 + wire));
  if (typeof content === 'bigint') return Buffer.concat([tag(0), varint(content)]);
  if (typeof content === 'object' && 'double' in content) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(content.double);
    return Buffer.concat([tag(1), bytes]);
  }
  const bytes = Buffer.from(content as string);
  return Buffer.concat([tag(2), varint(BigInt(bytes.length)), bytes]);
}
export function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(BigInt(number * 8 + 1)), bytes]);
}
export const protobufValue = (value: unknown): Buffer => {
  if (typeof value === 'string') return field(1, value);
  if (typeof value === 'boolean') return field(2, value ? 1n : 0n);
  if (typeof value === 'bigint') return field(3, value);
  if (typeof value === 'number') return field(4, { double: value });
  if (Array.isArray(value)) return field(5, Buffer.concat(value.map((item) => field(1, protobufValue(item)))));
  return field(6, Buffer.concat(Object.entries(value as object).map(([key, inner]) => field(1, keyValue(key, inner)))));
};
const keyValue = (key: string, value: unknown): Buffer =>
  Buffer.concat([field(1, key), field(2, protobufValue(value))]);

export function otlpProtobufBody(all: readonly Sample[]): Buffer {
  const records = all.map((one) =>
    field(
      2,
      Buffer.concat([
        fixed64(1, BigInt(Date.parse(one.time)) * 1_000_000n),
        field(3, 'INFO'),
        field(5, protobufValue(otelOf(one))),
        // A field of a later version.
        field(99, 'unknown'),
      ]),
    ),
  );
  const resource = field(1, field(1, keyValue('host.name', 'collector')));
  return field(1, Buffer.concat([resource, field(2, Buffer.concat(records))]));
}
