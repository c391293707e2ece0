import { isUtf8 } from 'node:buffer';
import { parse } from '../../formats/json/objects.ts';
import { isObject } from '../../formats/json/shape.ts';
import { Ledger } from '../../ledger.ts';
import { Entries } from '../entries.ts';
import { bytePieces } from '../lengths.ts';
import type { LiveFormat, LiveItem, LiveOptions } from '../live.ts';
import { countRecords } from '../otlp/from-protobuf.ts';
import { otlpJson, otlpProtobuf } from '../otlp/otlp.ts';
import { syslog } from '../syslog/syslog.ts';

/** What a record of somebody else's topic is. `undefined`: nothing that its format knows. */
type Reader = (
  record: Buffer,
  number: number,
  entries: Entries,
  options: LiveOptions,
) => Iterable<LiveItem> | undefined;

const JSON_START = /^\s*\{/;
const OTLP_MEMBER = '"resourceLogs"';
/** Field 1 of a message, of a length: how an ExportLogsServiceRequest begins. */
const OTLP_TAG = 0x0a;

/** The OpenTelemetry Collector's encoding `raw` writes a text as a string of JSON. */
const text: Reader = (record, number, entries) => {
  if (!isUtf8(record)) return undefined;
  const words = record.toString('utf8');
  const inner = words.startsWith('"') ? parse(words) : undefined;
  return eventsOf(entries.text(typeof inner === 'string' ? inner : words, number + 1));
};

const json: Reader = (record, number, entries) => {
  const words = record.toString('utf8');
  const value = parse(words);
  return isObject(value) ? eventsOf(entries.object(value, words, number + 1)) : undefined;
};

const asSyslog: Reader = (record, number, _, options) =>
  isUtf8(record)
    ? within(syslog, Buffer.concat([Buffer.from(`${record.length} `), record]), number, options)
    : undefined;

const asOtlpJson: Reader = (record, number, _, options) =>
  record.includes(OTLP_MEMBER) ? within(otlpJson, record, number, options) : undefined;

const asOtlpProtobuf: Reader = (record, number, _, options) => within(otlpProtobuf, record, number, options);

/** By its first bytes: words that begin a log line nobody writes as protobuf. */
const auto: Reader = (record, number, entries, options) => {
  const head = record.toString('latin1', 0, 64);
  if (record[0] === OTLP_TAG && isOtlp(record)) return asOtlpProtobuf(record, number, entries, options);
  if (JSON_START.test(head) && record.includes(OTLP_MEMBER)) return asOtlpJson(record, number, entries, options);
  if (/^<\d{1,3}>/.test(head)) return asSyslog(record, number, entries, options);
  return text(record, number, entries, options);
};

/** Whether it can be read as protobuf to its end, and holds log records. */
function isOtlp(record: Buffer): boolean {
  try {
    return countRecords(record) > 0;
  } catch {
    return false;
  }
}

function* eventsOf(events: Iterable<LiveItem['event']>): Generator<LiveItem> {
  const item = { id: '' } as LiveItem;
  for (const event of events) {
    item.event = event;
    yield item;
  }
}

/** Reads the record as a frame of its own; what it loses is entered under the record's number. */
function* within(format: LiveFormat, record: Buffer, number: number, options: LiveOptions): Generator<LiveItem> {
  const ledger = new Ledger();
  yield* format.read(record, { ...options, ledger });
  for (const { kind, code, count, examples } of ledger.notices()) {
    const { detail } = examples[0]!;
    if (kind === 'lost') options.ledger.lost(code, { kind: 'line', line: number + 1 }, detail, count);
    else if (kind === 'repaired') options.ledger.repaired(code, { kind: 'line', line: number + 1 }, detail, count);
  }
}

/**
 * Records of a topic that others write, each behind its length in bytes and a blank. All events of a record bear its number, and what
 * is lost stands in the ledger at the line of it: 1 for the first.
 */
const topic = (name: string, reader: Reader): LiveFormat => ({
  name: `topic-${name}`,
  records: true,
  *read(frame, options) {
    const entries = new Entries(options, '');
    let number = 0;
    for (const record of bytePieces(frame, options.ledger, 'not-an-event')) {
      const where = { kind: 'line', line: number + 1 } as const;
      try {
        const items = record.length === 0 ? undefined : reader(record, number, entries, options);
        if (items === undefined)
          options.ledger.lost('not-an-event', where, record.length === 0 ? 'an empty record' : `no ${name}`);
        else
          for (const item of items) {
            item.record = number;
            yield item;
          }
      } catch (error) {
        options.ledger.lost('not-an-event', where, (error as Error).message);
      }
      number++;
    }
  },
});

export const topicAuto = topic('auto', auto);
export const topicJson = topic('json', json);
export const topicText = topic('text', text);
export const topicSyslog = topic('syslog', asSyslog);
export const topicOtlpJson = topic('otlp_json', asOtlpJson);
export const topicOtlpProtobuf = topic('otlp_proto', asOtlpProtobuf);
