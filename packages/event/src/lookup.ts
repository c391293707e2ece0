/** Lookups over the table. Channel and provider names compare without regard to case, as in Windows. */
import { TABLES } from './tables/index.ts';
import type { EventRow, EventTable, FieldType } from './tables/types.ts';

type Table = (typeof TABLES)[number];

/** A channel of the table, spelled as Windows spells it. */
export type KnownChannel = Table['channel'];
/** A provider of the table, spelled as Windows spells it. */
export type KnownProvider = Table['provider'];
/** The event ids the table has for a channel. */
export type EventIdOf<C extends KnownChannel> = keyof Extract<Table, { channel: C }>['events'] & number;
type RowsOf<C extends KnownChannel, Id> =
  Extract<Table, { channel: C }> extends infer T
    ? T extends { readonly events: infer E }
      ? Id extends keyof E
        ? E[Id]
        : never
      : never
    : never;
/** The field names of one event: `FieldOf<'Security', 4688>` is `'SubjectUserSid' | … | 'MandatoryLabel'`. */
export type FieldOf<C extends KnownChannel, Id extends EventIdOf<C>> =
  RowsOf<C, Id> extends { readonly fields: infer F } ? keyof F & string : never;

/** A row with what it was found under. */
export interface KnownEvent extends EventRow {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
}

const all: readonly EventTable[] = TABLES;
const byKey = new Map<string, KnownEvent[]>();
const byChannel = new Map<string, { channel: string; events: KnownEvent[] }>();
const byProvider = new Map<string, EventTable[]>();

for (const table of all) {
  const { channel, provider } = table;
  const group = byChannel.get(channel.toLowerCase()) ?? { channel, events: [] };
  byChannel.set(channel.toLowerCase(), group);
  const tables = byProvider.get(provider.toLowerCase()) ?? [];
  byProvider.set(provider.toLowerCase(), tables);
  tables.push(table);
  for (const [id, row] of Object.entries(table.events)) {
    const known: KnownEvent = { channel, provider, eventId: Number(id), ...row };
    group.events.push(known);
    for (const source of new Set([channel.toLowerCase(), provider.toLowerCase()])) {
      const key = `${source}|${id}`;
      const rows = byKey.get(key);
      if (rows === undefined) byKey.set(key, [known]);
      else rows.push(known);
    }
  }
}

/** Every channel of the table, in its order. */
export const CHANNELS: readonly string[] = [...byChannel.values()].map((group) => group.channel);
/** Every provider of the table, in its order. */
export const PROVIDERS: readonly string[] = [...new Set(all.map((table) => table.provider))];
/** Rows in the table (one a channel, provider and event id). */
export const EVENT_COUNT: number = [...byChannel.values()].reduce((sum, group) => sum + group.events.length, 0);

/**
 * What the table knows of an event id under a channel or a provider. Providers that share a channel can share an id
 * (System 1): `provider` tells them apart; without it the first of the table is meant.
 */
export function findEvent(source: string, eventId: number, provider?: string): KnownEvent | undefined {
  const rows = byKey.get(`${source.toLowerCase()}|${eventId}`);
  if (rows === undefined || provider === undefined || provider === '') return rows?.[0];
  const wanted = provider.toLowerCase();
  return rows.find((row) => row.provider.toLowerCase() === wanted);
}

/** All rows of a channel, by provider and id; [] for a channel the table lacks. */
export function eventsOf(channel: string): readonly KnownEvent[] {
  return byChannel.get(channel.toLowerCase())?.events ?? [];
}

/** The known field order of an event; undefined when the table lacks it. */
export function fieldOrder(source: string, eventId: number, provider?: string): readonly string[] | undefined {
  const row = findEvent(source, eventId, provider);
  return row === undefined ? undefined : Object.keys(row.fields);
}

/** The type of one field; undefined when the table lacks the event or the field. */
export function fieldType(source: string, eventId: number, field: string, provider?: string): FieldType | undefined {
  const row = findEvent(source, eventId, provider);
  return row !== undefined && Object.hasOwn(row.fields, field) ? row.fields[field] : undefined;
}

/** Event sources that write to one channel, whatever the id; Event Viewer and its CSV tell them and not the channel. */
const SOURCE_CHANNEL: ReadonlyMap<string, string> = new Map([
  ['microsoft windows security auditing.', 'Security'],
  ['service control manager eventlog provider', 'System'],
  ['windows powershell', 'Windows PowerShell'],
  ['powershell (powershell)', 'Windows PowerShell'],
  ['powershellcore (powershell)', 'PowerShellCore/Operational'],
]);

/**
 * The channel a provider writes an event id to, for inputs that tell the provider only. A provider with several channels
 * needs the id (Microsoft-Windows-Eventlog 1102 → Security, 104 → System); for an id the table lacks, its first channel
 * is given unless the provider's channels differ. undefined for an unknown provider.
 */
export function channelOfProvider(provider: string, eventId?: number): string | undefined {
  const name = provider.trim().toLowerCase();
  const tables = byProvider.get(name);
  if (tables === undefined) return SOURCE_CHANNEL.get(name);
  if (eventId !== undefined) {
    const holder = tables.find((table) => Object.hasOwn(table.events, eventId));
    if (holder !== undefined) return holder.channel;
  }
  const channels = new Set(tables.map((table) => table.channel));
  return channels.size === 1 ? tables[0]!.channel : undefined;
}
