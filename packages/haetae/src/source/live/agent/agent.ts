import { PlainEvent } from '@haetae/event/shape';
import { JsonEvents } from '../../formats/json/json.ts';
import { eachScalar } from '../../formats/json/scalar.ts';
import type { LiveFormat, LiveItem } from '../live.ts';
import { otherEvent } from '../other.ts';

/** What our agent says of itself and its host: a sign of life (1), what nobody will ever see (2), a good-bye (3), of a command that is not this server's (4). */
export const AGENT_CHANNEL = 'Haetae-Agent/Operational';
const IDS: Readonly<Record<string, number>> = { heartbeat: 1, gap: 2, bye: 3, stray: 4 };

/** The agent's own words, one JSON object a line, as events of a channel of their own; other objects are read as `ndjson` reads them. */
export const agent: LiveFormat = {
  name: 'agent',
  *read(frame, options) {
    const { ledger, timeZone, receivedMs } = options;
    const events = new JsonEvents({ ledger, options: { timeZone, sparse: true }, head: '' }, (value, entry) => {
      const eventId = typeof value.haetae === 'string' ? (IDS[value.haetae] ?? 0) : 0;
      if (eventId === 0) return otherEvent(value, entry, options);
      const names: string[] = [];
      const values: string[] = [];
      for (const [name, one] of Object.entries(value)) {
        // Lists (of logs, of sources) stay whole: their members are told by their place otherwise.
        if (Array.isArray(one)) {
          names.push(name);
          values.push(JSON.stringify(one));
          continue;
        }
        const whole = eachScalar(name, one, entry.text, (leaf, text) => {
          names.push(leaf);
          values.push(text);
        });
        if (!whole) ledger.repaired('nesting-too-deep', { kind: 'line', line: entry.line }, name);
      }
      return new PlainEvent({
        timeMs: typeof value.nowMs === 'number' ? value.nowMs : receivedMs,
        computer: typeof value.host === 'string' ? value.host : '',
        channel: AGENT_CHANNEL,
        provider: 'Haetae-Agent',
        eventId,
        position: { kind: 'line', line: entry.line },
        names,
        values,
      });
    });
    const item = { id: '' } as LiveItem;
    for (const event of events.whole(frame)) {
      item.event = event;
      yield item;
    }
  },
};
