import { readJsonTime } from '../../formats/json/scalar.ts';
import { isObject, type JsonObject } from '../../formats/json/shape.ts';
import { JsonValues } from '../../formats/json/values.ts';
import { instant } from '../../instant.ts';
import { Entries } from '../entries.ts';
import { textLines } from '../lines.ts';
import type { LiveFormat, LiveItem } from '../live.ts';
import type { Envelope } from '../other.ts';

const HEAD = 64 * 1024;
const time = instant();

/** The body of Splunk's event collector: objects one behind the other, each an event in its envelope. */
export const hec: LiveFormat = {
  name: 'hec',
  *read(frame, options) {
    const entries = new Entries(options, frame.toString('utf8', 0, HEAD));
    const item = { id: '' } as LiveItem;
    for (const { value, text, line } of new JsonValues(options.ledger).feed(frame, true)) {
      const envelope = value as JsonObject;
      if (envelope.event === undefined || envelope.event === null) {
        options.ledger.lost('not-an-event', { kind: 'line', line }, 'an object without event');
        continue;
      }
      for (const event of entries.object(envelope.event, text, line, around(envelope))) {
        item.event = event;
        yield item;
      }
    }
  },
};

function around(envelope: JsonObject): Envelope {
  const names: string[] = [];
  const values: string[] = [];
  for (const name of ['source', 'sourcetype', 'index']) {
    const value = envelope[name];
    if (typeof value === 'string') {
      names.push(name);
      values.push(value);
    }
  }
  if (isObject(envelope.fields))
    for (const [name, value] of Object.entries(envelope.fields)) {
      if (typeof value === 'object') continue;
      names.push(name);
      values.push(String(value));
    }
  return {
    host: typeof envelope.host === 'string' ? envelope.host : undefined,
    timeMs: readJsonTime(envelope.time, time) ? time.ms : undefined,
    names,
    values,
  };
}

/** What came in at the collector's `raw`: text as a log has it, an entry a line; an event's XML may go over several. */
export const hecRaw: LiveFormat = {
  name: 'hec-raw',
  *read(frame, options) {
    const entries = new Entries(options, frame.toString('utf8', 0, HEAD));
    const item = { id: '' } as LiveItem;
    let open: { text: string; line: number } | undefined;
    for (const { text, line } of textLines(frame)) {
      if (open !== undefined) open.text += `\n${text}`;
      else if (text.trimStart().startsWith('<Event') || text.trimStart().startsWith('<?xml')) open = { text, line };
      const whole = open === undefined ? { text, line } : open.text.includes('</Event>') ? open : undefined;
      if (whole === undefined) continue;
      open = undefined;
      for (const event of entries.text(whole.text, whole.line)) {
        item.event = event;
        yield item;
      }
    }
    if (open === undefined) return;
    for (const event of entries.text(open.text, open.line)) {
      item.event = event;
      yield item;
    }
  },
};
