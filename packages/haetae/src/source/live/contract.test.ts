import { describe, expect, test } from 'vitest';
import {
  bulkBody,
  hecBody,
  lengthed,
  ndjsonBody,
  octetCounted,
  otlpJsonBody,
  otlpProtobufBody,
  rawBody,
  type Sample,
  samples,
  syslogMessages,
  winlogOf,
  xmlOf,
} from '../../../../../tests/live/frames.ts';
import { canonicalLine } from '../canonical.ts';
import { Ledger } from '../ledger.ts';
import { LIVE_FORMATS } from './registry.ts';

/** How each format carries the same events. A format without a row here fails the first test. */
const FRAMES: Readonly<Record<string, (all: readonly Sample[]) => Buffer | string>> = {
  agent: ndjsonBody,
  elastic: bulkBody,
  hec: hecBody,
  'hec-raw': rawBody,
  ndjson: ndjsonBody,
  'otlp-json': otlpJsonBody,
  'otlp-protobuf': otlpProtobufBody,
  'topic-auto': (all) => octetCounted([...all.map(jsonOf)]),
  'topic-json': (all) => octetCounted(all.map(jsonOf)),
  'topic-otlp_json': (all) => octetCounted(all.map((one) => otlpJsonBody([one]))),
  'topic-otlp_proto': (all) => lengthed(all.map((one) => otlpProtobufBody([one]))),
  'topic-syslog': (all) => octetCounted(syslogMessages(all)),
  'topic-text': (all) => octetCounted(all.map(xmlOf)),
  syslog: (all) => octetCounted(syslogMessages(all)),
  xml: (all) => octetCounted(all.map(xmlOf)),
};

const jsonOf = (one: Sample): string => JSON.stringify(winlogOf(one));

export function readFrame(name: string, frame: Buffer | string, receivedMs = Date.UTC(2026, 2, 2, 2)) {
  const ledger = new Ledger();
  const rows: string[] = [];
  for (const { event } of LIVE_FORMATS.get(name)!.read(Buffer.from(frame), { ledger, timeZone: 'UTC', receivedMs }))
    rows.push(canonicalLine(event));
  const notices = ledger.notices().map(({ kind, code, count }) => `${kind} ${code} ×${count}`);
  return { rows, notices };
}

test('every format has its frames here', () => {
  expect(Object.keys(FRAMES).sort()).toEqual([...LIVE_FORMATS.keys()].sort());
});

const expected = (all: readonly Sample[]): string[] =>
  all.map(
    (one) =>
      `{"eventRecordId":${one.recordId},"channel":"${one.channel}","provider":"${one.provider}","eventId":1,` +
      `"time":"${one.time.replace('Z', '000Z')}","computer":"${one.computer}",` +
      `"data":${JSON.stringify(Object.fromEntries(Object.entries(one.fields).sort()))}}`,
  );

describe.each(Object.keys(FRAMES))('%s', (name) => {
  const frameOf = (count: number): Buffer => Buffer.from(FRAMES[name]!(samples(count)));

  test('gives the events as every other format does, under their own host', () => {
    expect(readFrame(name, frameOf(3))).toEqual({ rows: expected(samples(3)), notices: [] });
  });

  test('reads a frame the same every time', () => {
    expect(readFrame(name, frameOf(20))).toEqual(readFrame(name, frameOf(20)));
  });

  test('an empty frame holds nothing and nothing is wrong with it, save where JSON must stand', () => {
    const { rows, notices } = readFrame(name, '');
    expect(rows).toEqual([]);
    expect(notices).toEqual(name === 'otlp-json' ? ['lost json-syntax ×1'] : []);
  });

  test('cut anywhere, it gives what was whole or says what is lost', () => {
    const frame = frameOf(2);
    for (let end = 1; end < frame.length - 1; end += 7) {
      const { rows, notices } = readFrame(name, frame.subarray(0, end));
      expect(rows.length <= 2, `${end}`).toBe(true);
      // Text is kept as text; everything else is accounted for.
      if (rows.length === 0) expect(notices.join(), `cut at ${end} of ${frame.length}`).toMatch(/lost/);
    }
  });

  test('any byte flipped never throws', () => {
    const frame = frameOf(2);
    for (let at = 0; at < frame.length; at += 5) {
      const bad = Buffer.from(frame);
      bad[at] = (bad[at]! + 1 + (at % 200)) & 255;
      readFrame(name, bad);
    }
  });
});
