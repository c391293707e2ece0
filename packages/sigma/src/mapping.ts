import type { EventView, RawValue } from './view.ts';

/** How an event of another log is read under the names that a rule knows. */
export interface FieldMapping {
  /** Said with a match, as in `mapped:4688`. */
  readonly name: string;
  /** The rule's field → the event's. */
  readonly fields: Readonly<Record<string, string>>;
  /** The rule's field → the event's value → the value that rules expect. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The rule's field → what the event's values say of it; undefined where they say nothing. Goes before `fields`. */
  readonly derived?: Readonly<Record<string, Derive>>;
  /** Fields that rules of this source know and such an event never has: they are absent, whatever else bears the name. */
  readonly lacks?: readonly string[];
}

/** Pure, and never throws: an event may hold anything. */
export type Derive = (event: EventView) => readonly string[] | undefined;

/** The event under the names that a rule knows: a mapped field is the mapped one only, every other stays. */
export function mappedView(
  event: EventView,
  { fields, values: table = {}, derived = {}, lacks }: FieldMapping,
): EventView {
  const absent = lacks === undefined || lacks.length === 0 ? undefined : new Set(lacks);
  const read = (field: string): readonly string[] | undefined => {
    if (Object.hasOwn(derived, field)) return derived[field]!(event);
    if (!Object.hasOwn(fields, field)) return absent?.has(field) ? undefined : event.values(field);
    const values = event.values(fields[field]!);
    const words = table[field];
    return words === undefined ? values : values?.map((v) => (Object.hasOwn(words, v) ? words[v]! : v));
  };
  /** Of what only has another name. */
  const raw = (field: string): RawValue | undefined => {
    if (Object.hasOwn(derived, field) || Object.hasOwn(table, field)) return undefined;
    if (Object.hasOwn(fields, field)) return event.raw?.(fields[field]!);
    return absent?.has(field) === true ? undefined : event.raw?.(field);
  };
  const own = [...new Set([...Object.keys(table), ...Object.keys(derived)])];
  return { values: read, raw, all: () => [...event.all(), ...own.flatMap((field) => read(field) ?? [])] };
}
