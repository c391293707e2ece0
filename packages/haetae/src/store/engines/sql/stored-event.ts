import { EVENT_COLUMNS } from '../../events/columns.ts';
import type { Cursor, StoredEvent } from '../../events/query.ts';
import type { Row } from './sql.ts';

export const COLUMNS = EVENT_COLUMNS.map((column) => column.name);
/** What {@link storedEvent} reads. */
export const LISTED = [
  ...['id', 'seq', 'time_ms', 'time_ticks', 'received_ms', 'event_id', 'flags', 'host', 'channel', 'provider'],
  ...['record_id', 'origin', ...COLUMNS, 'decoded', 'fields', 'system'],
].join(', ');

export const cursorOf = ({ timeMs, timeTicks, id }: StoredEvent): Cursor => ({ timeMs, timeTicks, id });

/** Fields whose text stands in a column hold the column's number. */
export function storedEvent(row: Row): StoredEvent {
  const fields = JSON.parse(row.fields as string) as Record<string, string | number>;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'number') fields[name] = row[COLUMNS[value]!] as string;
  }
  return {
    id: row.id,
    seq: row.seq,
    timeMs: row.time_ms,
    timeTicks: row.time_ticks,
    receivedMs: row.received_ms,
    host: row.host,
    channel: row.channel,
    provider: row.provider,
    eventId: row.event_id,
    recordId: row.record_id ?? '',
    origin: row.origin,
    flags: row.flags,
    decoded: row.decoded ?? '',
    fields,
    system: JSON.parse(row.system as string) as Record<string, string>,
  } as StoredEvent;
}
