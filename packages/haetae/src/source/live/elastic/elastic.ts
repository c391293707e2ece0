import { parse } from '../../formats/json/objects.ts';
import { isObject } from '../../formats/json/shape.ts';
import { Entries } from '../entries.ts';
import { textLines } from '../lines.ts';
import type { LiveFormat, LiveItem } from '../live.ts';

const HEAD = 64 * 1024;

/** The body of Elasticsearch's `_bulk`: a line that says what to do, and on the next one the document. */
export const elastic: LiveFormat = {
  name: 'elastic',
  *read(frame, options) {
    const entries = new Entries(options, frame.toString('utf8', 0, HEAD));
    const item = { id: '' } as LiveItem;
    let action: string | undefined;
    for (const { text, line } of textLines(frame)) {
      if (action === undefined) {
        action = text;
        if (/^\s*\{\s*"delete"/.test(text)) {
          options.ledger.lost('not-an-event', { kind: 'line', line }, 'a deletion, which logs know none of');
          action = undefined;
        }
        continue;
      }
      item.id = action.includes('"_id"') ? idOf(action) : '';
      action = undefined;
      const document = parse(text);
      if (!isObject(document)) {
        options.ledger.lost('json-syntax', { kind: 'line', line }, JSON.stringify(text.slice(0, 60)));
        continue;
      }
      // An update wraps the document.
      const source = isObject(document.doc) && Object.keys(document).length <= 2 ? document.doc : document;
      for (const event of entries.object(source, text, line)) {
        item.event = event;
        yield item;
      }
    }
    if (action !== undefined) options.ledger.lost('json-syntax', { kind: 'whole' }, 'the last action has no document');
  },
};

function idOf(action: string): string {
  const value = parse(action);
  if (!isObject(value)) return '';
  const [operation] = Object.values(value);
  const id = isObject(operation) ? operation._id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? `${id}` : '';
}
