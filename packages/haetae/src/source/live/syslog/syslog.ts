import type { Event } from '@haetae/event';
import { PlainEvent } from '@haetae/event/shape';
import { Entries } from '../entries.ts';
import { pieces } from '../lengths.ts';
import type { LiveFormat, LiveItem } from '../live.ts';
import { syslogHead } from './head.ts';

const HEAD = 64 * 1024;
const CHANNEL = 'Linux-Sysmon/Operational';

/** Syslog messages, each behind its length in bytes and a blank (RFC 6587, octet counting), however they came in. */
export const syslog: LiveFormat = {
  name: 'syslog',
  *read(frame, options) {
    const entries = new Entries(options, frame.toString('utf8', 0, HEAD));
    const item = { id: '' } as LiveItem;
    let line = 0;
    for (const message of pieces(frame, options.ledger, 'syslog-line')) {
      const head = syslogHead(message, options.receivedMs, options.timeZone);
      // What rsyslog puts before JSON, by the CEE convention.
      const text = head.message.startsWith('@cee:') ? head.message.slice(5) : head.message;
      const named = ([name, value]: readonly [string, string]): boolean => name !== '' && value !== '';
      const words = (
        [
          ['Program', head.program],
          ['ProcessId', head.processId],
          ['MessageId', head.messageId],
          ['Facility', String(head.facility)],
          ['Severity', String(head.severity)],
        ] as const
      ).filter(named);
      const envelope = {
        host: head.host,
        timeMs: Number.isNaN(head.timeMs) ? undefined : head.timeMs,
        names: words.map(([name]) => name),
        values: words.map(([, value]) => value),
      };
      for (const event of entries.text(text, ++line, envelope)) {
        item.event = sysmonForLinux(event, head.host);
        yield item;
      }
    }
  },
};

/** Sysmon for Linux names neither its channel nor, in some versions, its host. */
function sysmonForLinux(event: Event, host: string): Event {
  if (event.provider !== 'Linux-Sysmon' || !(event instanceof PlainEvent)) return event;
  const computer = event.computer === '-' ? host : event.computer;
  if (event.channel !== '' && computer === event.computer) return event;
  return new PlainEvent({ ...event, computer, channel: event.channel === '' ? CHANNEL : event.channel });
}
