import { decodeStream } from '../../encoding/index.ts';
import type { Format } from '../../source.ts';
import { XmlEvents } from './events.ts';

const FIRST = /^[\s\uFEFF]*(?:Record \d+\s*)?<[?!A-Za-z_]/;
const EVENT = /<(?:[A-Za-z_][\w.-]*:)?Event(?=[\s>])/;

/**
 * Windows events as XML: `wevtutil qe /f:xml` with and without a root, `Get-WinEvent | ToXml()`, Event Viewer's "Save as
 * XML", evtx_dump; also rendered (RenderingInfo is passed over). Line ends within values stay as they are in the file.
 */
export const xml: Format = {
  name: 'xml',
  sniff: (head) => FIRST.test(head.text) && EVENT.test(head.text),
  async *read(input, head, _options, ledger) {
    const events = new XmlEvents(ledger);
    for await (const text of decodeStream(input.bytes(), head.encoding ?? 'utf-8', ledger)) {
      yield { events: events.feed(text, false), bytes: text.length };
    }
    yield { events: events.feed('', true), bytes: 0 };
  },
};
