import { JsonEvents } from '../../formats/json/json.ts';
import type { LiveFormat, LiveItem } from '../live.ts';
import { otherEvent } from '../other.ts';

const HEAD = 64 * 1024;

/** JSON objects, one a line or however they are laid out: what curl, scripts and our own agent send. */
export const ndjson: LiveFormat = {
  name: 'ndjson',
  *read(frame, options) {
    const { ledger, timeZone } = options;
    const reading = { ledger, options: { timeZone, sparse: true }, head: frame.toString('utf8', 0, HEAD) };
    const events = new JsonEvents(reading, (value, entry) => otherEvent(value, entry, options));
    const item = { id: '' } as LiveItem;
    for (const event of events.whole(frame)) {
      item.event = event;
      yield item;
    }
  },
};
