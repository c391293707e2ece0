import type { Event } from '@haetae/event';
import { formatUtc } from '../../locale/index.ts';
import { numbered } from '../canonical.ts';

/** An event as one JSON line that is read back whole, System's members too: how files that were read are passed on. */
export function wholeLine(event: Event): string {
  const id = event.eventRecordId;
  return JSON.stringify({
    eventRecordId: typeof id === 'bigint' ? String(id) : id,
    channel: event.channel,
    provider: event.provider,
    eventId: event.eventId,
    time: Number.isNaN(event.timeMs) ? '' : formatUtc(event.timeMs, event.timeTicks),
    computer: event.computer,
    system: Object.fromEntries(event.systemFields()),
    data: Object.fromEntries(numbered(event)),
  });
}
