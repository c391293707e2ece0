import { expect, test } from 'vitest';
import {
  flatOf,
  lengthed,
  otlpJsonBody,
  otlpProtobufBody,
  samples,
  syslogMessages,
  winlogOf,
  xmlOf,
} from '../../../../../../tests/live/frames.ts';
import { Ledger } from '../../ledger.ts';
import { LIVE_FORMATS } from '../registry.ts';

/** `RECORD: HOST RECORD-ID` of each event, and what is lost, by the line that stands for its record. */
function read(format: string, records: readonly (string | Buffer)[]) {
  const ledger = new Ledger();
  const frame = lengthed(records.map((one) => Buffer.from(one)));
  const options = { ledger, timeZone: 'UTC', receivedMs: 0 };
  const events: string[] = [];
  for (const { event, record } of LIVE_FORMATS.get(`topic-${format}`)!.read(frame, options))
    events.push(
      event.eventRecordId === 0
        ? `${record}: ${event.get('Message')}`
        : `${record}: ${event.computer} ${event.eventRecordId}`,
    );
  const lost = ledger
    .notices()
    .filter(({ kind }) => kind === 'lost')
    .flatMap(({ code, examples }) =>
      examples.map(({ where, detail }) => `${where.kind === 'line' ? where.line : '?'}: ${code}: ${detail}`),
    );
  return { events, lost };
}
const all = samples(6);

test('auto: each record is what it looks like, several events of one record bear its number', () => {
  const [a, b, c, d, e, f] = all as [(typeof all)[0], ...typeof all] as (typeof all)[0][];
  const records = [
    JSON.stringify(winlogOf(a!)),
    JSON.stringify(flatOf(b!)),
    xmlOf(c!),
    syslogMessages([d!])[0]!,
    otlpJsonBody([e!, f!]),
    otlpProtobufBody([a!, b!]),
    'a line that is nothing else',
    JSON.stringify(JSON.stringify(flatOf(c!))),
    '"a quoted" word',
  ];
  expect(read('auto', records)).toEqual({
    events: [
      ...all.slice(0, 4).map(({ computer, recordId }, i) => `${i}: ${computer} ${recordId}`),
      ...[e!, f!].map(({ computer, recordId }) => `4: ${computer} ${recordId}`),
      ...[a!, b!].map(({ computer, recordId }) => `5: ${computer} ${recordId}`),
      '6: a line that is nothing else',
      `7: ${c!.computer} ${c!.recordId}`,
      '8: "a quoted" word',
    ],
    lost: [],
  });
});

const POISON = Buffer.from([0xff, 0xfe, 0x00, 0x9c]);

test.each([
  ['auto', JSON.stringify(winlogOf(all[0]!)), ['2: not-an-event: no auto', '3: not-an-event: an empty record']],
  [
    'json',
    JSON.stringify(winlogOf(all[0]!)),
    ['2: not-an-event: no json', '3: not-an-event: an empty record', '4: not-an-event: no json'],
  ],
  [
    'otlp_json',
    otlpJsonBody([all[0]!]),
    ['2: not-an-event: no otlp_json', '3: not-an-event: an empty record', '4: not-an-event: no otlp_json'],
  ],
  ['text', xmlOf(all[0]!), ['2: not-an-event: no text', '3: not-an-event: an empty record']],
  ['syslog', syslogMessages([all[0]!])[0]!, ['2: not-an-event: no syslog', '3: not-an-event: an empty record']],
])('%s: what is none of it is told with its number and why, and the next one is read', (format, good, lost) => {
  const { events, lost: told } = read(format, [good, POISON, '', 'words', good]);
  expect(told).toEqual(lost);
  const name = `${all[0]!.computer} ${all[0]!.recordId}`;
  expect(events.filter((event) => event.endsWith(name))).toEqual([`0: ${name}`, `4: ${name}`]);
});

test('otlp_proto: what is cut is told with its number and why', () => {
  const body = otlpProtobufBody([all[0]!]);
  const { events, lost } = read('otlp_proto', [body.subarray(0, body.length - 9), body]);
  expect(events).toEqual([`1: ${all[0]!.computer} ${all[0]!.recordId}`]);
  expect(lost).toEqual([expect.stringMatching(/^1: not-an-event: ./)]);
});
