import { parse } from '../../formats/json/objects.ts';
import { isObject, type JsonObject } from '../../formats/json/shape.ts';
import { Entries } from '../entries.ts';
import type { LiveFormat, LiveItem, LiveOptions } from '../live.ts';
import { resourcesOfJson } from './from-json.ts';
import { resourcesOfProtobuf } from './from-protobuf.ts';
import { ProtobufError } from './protobuf.ts';
import type { OtlpRecord, OtlpResource } from './tree.ts';

/** OTLP/HTTP logs in the JSON encoding. */
export const otlpJson: LiveFormat = {
  name: 'otlp-json',
  *read(frame, options) {
    const text = frame.toString('utf8');
    const request = parse(text);
    if (!isObject(request)) options.ledger.lost('json-syntax', { kind: 'whole' }, JSON.stringify(text.slice(0, 60)));
    else yield* items(resourcesOfJson(request), options);
  },
};

/** OTLP/HTTP logs in protobuf. */
export const otlpProtobuf: LiveFormat = {
  name: 'otlp-protobuf',
  *read(frame, options) {
    try {
      yield* items(resourcesOfProtobuf(frame), options);
    } catch (error) {
      if (!(error instanceof ProtobufError)) throw error;
      options.ledger.lost('not-an-event', { kind: 'offset', offset: error.offset }, error.message);
    }
  },
};

function* items(resources: Iterable<OtlpResource>, options: LiveOptions): Generator<LiveItem> {
  const item = { id: '' } as LiveItem;
  let line = 0;
  for (const { attributes: resource, records } of resources) {
    const host = resource['host.name'];
    // A fleet's collectors differ in their clocks' offset: each resource is read for itself.
    const entries = new Entries(options, '');
    for (const record of records) {
      line++;
      const envelope = {
        host: typeof host === 'string' ? host : undefined,
        timeMs: timeOf(record, options),
        ...words(record),
      };
      for (const event of eventsOf(record, entries, line, envelope)) {
        item.event = event;
        yield item;
      }
    }
  }
}

type Envelope = NonNullable<Parameters<Entries['object']>[3]>;

/** The event stands in the body, or in the attributes (filelog's json_parser leaves the text in the body as well). */
function eventsOf(record: OtlpRecord, entries: Entries, line: number, envelope: Envelope) {
  const { body, attributes } = record;
  if (isObject(body)) return entries.object(body, '', line, envelope);
  if (typeof body === 'string' && body.trim() !== '') return entries.text(body, line, envelope);
  if (Object.keys(attributes).length > 0) return entries.object(attributes as JsonObject, '', line, envelope);
  return entries.text(body === undefined || body === null ? '' : String(body), line, envelope);
}

function words({ attributes, severity }: OtlpRecord): { names: string[]; values: string[] } {
  const names: string[] = [];
  const values: string[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || typeof value === 'object') continue;
    names.push(name);
    values.push(String(value));
  }
  if (severity !== '') {
    names.push('Severity');
    values.push(severity);
  }
  return { names, values };
}

function timeOf({ time, observed }: OtlpRecord, options: LiveOptions): number {
  for (const nanoseconds of [time, observed])
    if (/^[1-9]\d{9,19}$/.test(nanoseconds)) return Math.floor(Number(nanoseconds) / 1e6);
  return options.receivedMs;
}
