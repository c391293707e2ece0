import type { EventView, RawValue } from '../view.ts';
import type { WindowsEvent } from './event.ts';

/** Further values of fields that rules shall see beside the event's own, such as the decoded text of a CommandLine. */
export type Overlay = Readonly<Record<string, readonly string[]>>;

/** The values of either. */
export function both(decoded: Overlay, extracted: Overlay = {}): Overlay {
  const made: Record<string, readonly string[]> = { ...extracted };
  for (const [name, values] of Object.entries(decoded)) made[name] = [...(made[name] ?? []), ...values];
  return made;
}

/**
 * An event as Sigma's rules see it. EventID, Channel, Provider_Name and Computer win over data fields of these names;
 * Level, Task and the other members of System yield to them. Blanks in names are left out (`Process Name` of Defender is
 * `ProcessName`), and a value that is wholly a GUID stands in braces, as Windows prints it.
 * It reads what it is asked for, when it is asked; give it up when the event moves on.
 */
export function windowsView(event: WindowsEvent, overlay: Overlay = NO_OVERLAY): EventView {
  return new WindowsView(event, overlay);
}

const NO_OVERLAY: Overlay = {};
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Names that only an own answer can give; every other is a data field or, where there is none, a member of System. */
const OWN = new Set(['EventID', 'Channel', 'Provider_Name', 'Computer', 'EventRecordID']);

class WindowsView implements EventView {
  readonly #event: WindowsEvent;
  readonly #overlay: Overlay;
  /** Fields can be read one by one. */
  #direct: boolean | undefined;
  #whole: Map<string, string[]> | undefined;

  constructor(event: WindowsEvent, overlay: Overlay) {
    this.#event = event;
    this.#overlay = overlay;
  }

  values(field: string): readonly string[] | undefined {
    // Whether a name loses blanks can be said only by looking at all of them.
    this.#direct ??= this.#event.hasBlankNames === false;
    if (!this.#direct || OWN.has(field)) return this.#own(field) ?? this.#read().get(field);
    let values = this.#data(field);
    if (values === undefined) {
      const system = this.#event.system(field);
      if (system !== undefined) values = [system];
    }
    if (this.#overlay === NO_OVERLAY || !Object.hasOwn(this.#overlay, field)) return values;
    return [...(values ?? []), ...this.#overlay[field]!];
  }

  all(): Iterable<string> {
    return flat(this.#read());
  }

  /**
   * The source's own text and what it may have been told in other words; where it has none, the values in a row. undefined
   * where something was added to them.
   */
  texts(): readonly string[] | undefined {
    if (this.#overlay !== NO_OVERLAY) return undefined;
    const { source, channel, provider, computer } = this.#event;
    if (source !== undefined) return [source, channel, provider, computer];
    if (this.#whole !== undefined) return [flat(this.#whole).join('\n')];
    const values = [channel, provider, computer];
    for (const [, value] of this.#event.fields()) values.push(value);
    for (const [, value] of this.#event.systemFields()) values.push(value);
    return [values.join('\n')];
  }

  extent(): number | undefined {
    return this.#event.extent;
  }

  mentions(words: readonly string[]): boolean {
    return (this.#event.mentions?.(words) ?? true) || adds(this.#overlay, words);
  }

  raw(field: string): RawValue | undefined {
    if (this.#overlay !== NO_OVERLAY && Object.hasOwn(this.#overlay, field)) return undefined;
    this.#direct ??= this.#event.hasBlankNames === false;
    return this.#direct && !OWN.has(field) ? this.#event.raw?.(field) : undefined;
  }

  isKind(channel: string, eventId: number): boolean {
    const { channel: own, eventId: id } = this.#event;
    if (Object.hasOwn(this.#overlay, 'EventID') || Object.hasOwn(this.#overlay, 'Channel')) return false;
    return id !== 0 && own !== '' && id === eventId && own === channel;
  }

  /** The usual answer to what every rule asks. */
  #own(field: string): readonly string[] | undefined {
    if (Object.hasOwn(this.#overlay, field)) return undefined;
    const { eventId, channel } = this.#event;
    if (field === 'EventID' && eventId !== 0) return [String(eventId)];
    if (field === 'Channel' && channel !== '') return [channel];
    return undefined;
  }

  #data(field: string): readonly string[] | undefined {
    const values = field.includes(' ') ? [] : this.#event.getAll(field);
    if (values.length === 0) return undefined;
    for (const value of values) if (value.length === 36 && GUID.test(value)) return values.map(braced);
    return values;
  }

  #read(): Map<string, string[]> {
    this.#whole ??= readFields(this.#event, this.#overlay);
    return this.#whole;
  }
}

/** Whether one of the words stands in what was added. */
function adds(overlay: Overlay, words: readonly string[]): boolean {
  for (const values of Object.values(overlay))
    for (const value of values) {
      const lower = value.toLowerCase();
      if (words.some((word) => lower.includes(word))) return true;
    }
  return false;
}

function flat(fields: ReadonlyMap<string, readonly string[]>): string[] {
  const all: string[] = [];
  for (const values of fields.values()) for (let i = 0; i < values.length; i++) all.push(values[i]!);
  return all;
}

const braced = (value: string): string => (value.length === 36 && GUID.test(value) ? `{${value}}` : value);

function readFields(event: WindowsEvent, overlay: Overlay): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  };
  for (const [name, value] of event.fields()) {
    const key = name.includes(' ') ? name.replaceAll(' ', '') : name;
    add(key, braced(value));
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
