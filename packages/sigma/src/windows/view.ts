import type { Event } from '@haetae/event';
import type { EventView } from '../view.ts';

/** Further values of fields that rules shall see beside the event's own, such as the decoded text of a CommandLine. */
export type Overlay = Readonly<Record<string, readonly string[]>>;

/**
 * An event as Sigma's rules see it. EventID, Channel, Provider_Name and Computer win over data fields of these names;
 * Level, Task and the other members of System yield to them. Blanks in names are left out (`Process Name` of Defender is
 * `ProcessName`), and a value that is wholly a GUID stands in braces, as Windows prints it.
 * It reads the event once, on first use; give it up when the event moves on.
 */
export function windowsView(event: Event, overlay: Overlay = {}): EventView {
  let fields: Map<string, string[]> | undefined;
  const read = (): Map<string, string[]> => {
    fields ??= readFields(event, overlay);
    return fields;
  };
  return { values: (field) => read().get(field), all: () => [...read().values()].flat() };
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function readFields(event: Event, overlay: Overlay): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  };
  for (const [name, value] of event.fields()) {
    const key = name.includes(' ') ? name.replaceAll(' ', '') : name;
    add(key, value.length === 36 && GUID.test(value) ? `{${value}}` : value);
  }
  // Every data field stands now, so whatever is there keeps its name from a member of System.
  const yields = (name: string, value: string): void => {
    if (!fields.has(name)) fields.set(name, [value]);
  };
  for (const [name, value] of event.systemFields()) yields(name, value);
  if (event.eventRecordId !== 0) yields('EventRecordID', String(event.eventRecordId));
  if (event.eventId !== 0 || !fields.has('EventID')) fields.set('EventID', [String(event.eventId)]);
  if (event.channel !== '') fields.set('Channel', [event.channel]);
  if (event.provider !== '') fields.set('Provider_Name', [event.provider]);
  if (event.computer !== '') fields.set('Computer', [event.computer]);
  for (const [name, values] of Object.entries(overlay)) for (const value of values) add(name, value);
  return fields;
}
