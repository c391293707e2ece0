import { isFault, parseEvent } from '../../xml/event.ts';
import type { JsonObject, Shape } from '../shape.ts';

/** Members in which forwarders keep the event's XML whole: Splunk (`renderXml`), Azure, Logstash, Graylog, journald. */
const MEMBERS = [
  '_raw',
  'raw',
  'EventXml',
  'event_xml',
  'Xml',
  'xml',
  'Event',
  'full_message',
  'message',
  'event.original',
];

/** An object around the XML of an event, which is what is read. */
export const rawXml: Shape = {
  name: 'raw-xml',
  fits: (value) => xmlOf(value) !== undefined,
  open:
    ({ ledger }) =>
    (value, entry) => {
      const event = parseEvent(xmlOf(value)!, entry.line, ledger);
      if (!isFault(event)) return event;
      ledger.lost(event.code, { kind: 'line', line: entry.line }, event.reason);
      return undefined;
    },
};

function xmlOf(value: JsonObject): string | undefined {
  // What other shapes read is more than the XML.
  if (value.winlog !== undefined || value.System !== undefined) return undefined;
  for (const name of MEMBERS) {
    const text = value[name];
    if (typeof text === 'string' && /^\s*<Event[\s>]/.test(text)) return text;
  }
  return undefined;
}
