import { Entries } from '../entries.ts';
import { pieces } from '../lengths.ts';
import type { LiveFormat, LiveItem } from '../live.ts';

/** Windows' own XML of events, each behind its length in bytes and a blank: what our agent sends, as Windows rendered it. */
export const xml: LiveFormat = {
  name: 'xml',
  *read(frame, options) {
    const entries = new Entries(options, '');
    const item = { id: '' } as LiveItem;
    let number = 0;
    for (const text of pieces(frame, options.ledger, 'xml-syntax'))
      for (const event of entries.text(text, ++number)) {
        item.event = event;
        yield item;
      }
  },
};
