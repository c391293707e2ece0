/** One record → its JSON line, in words. `../json-lines.ts` writes the same bytes without the strings in between. */
import { type Field, leaves, systemMembers } from './event.ts';
import type { Element } from './tree.ts';

const GUID = /^\{?([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})\}?$/;
const HEX = /^0[xX]0*([0-9A-Fa-f]*)$/;
const ISO = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00:00)$/;
const BOOLEAN = /^(?:True|False|TRUE|FALSE)$/;

/** The canonical spelling of a whole value, so that every printer's notation of it gives the same text. */
export function canonicalText(text: string): string {
  const guid = GUID.exec(text);
  if (guid !== null) return guid[1]!.toUpperCase();
  const hex = HEX.exec(text);
  if (hex !== null) return `0x${hex[1]!.toLowerCase() || '0'}`;
  const iso = ISO.exec(text);
  if (iso !== null) return `${iso[1]}T${iso[2]}.${`${iso[3] ?? ''}000000`.slice(0, 6)}Z`;
  return BOOLEAN.test(text) ? text.toLowerCase() : text;
}

/** `YYYY-MM-DDTHH:MM:SS.fffffffZ` of a UTC time with any number of digits; other text as it stands. */
export function sevenDigits(text: string): string {
  const iso = ISO.exec(text);
  return iso === null ? text : `${iso[1]}T${iso[2]}.${`${iso[3] ?? ''}0000000`.slice(0, 7)}Z`;
}

/** Decimal digits of an id told as text (decimal or 0x…); '0' where it tells none. */
export function idDigits(text: string | undefined): string {
  const trimmed = text?.trim() ?? '';
  return /^(?:\d{1,20}|0[xX][0-9A-Fa-f]{1,16})$/.test(trimmed) ? BigInt(trimmed).toString() : '0';
}

/** Fields with the 2nd, 3rd … of one name called `name[2]`, `name[3]` …, in document order. */
export function numbered(fields: readonly Field[]): [name: string, text: string][] {
  const seen = new Map<string, number>();
  return fields.map(({ name, text }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name}[${count}]`, text];
  });
}

/** Order of code points, as UTF-8 bytes sort; UTF-16 units sort otherwise beyond U+D7FF. */
export function byCodePoint(a: string, b: string): number {
  for (let i = 0; ; ) {
    const x = a.codePointAt(i);
    const y = b.codePointAt(i);
    if (x === undefined || y === undefined) return (x === undefined ? 0 : 1) - (y === undefined ? 0 : 1);
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
}

/** An object's members; a name that occurs twice (`X[2]` beside a second `X`) keeps its first place and its last value. */
function members(pairs: readonly (readonly [string, string])[]): string {
  return `{${[...new Map(pairs)].map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',')}}`;
}

function head(record: bigint, event: Element, spell: (text: string) => string, time: (text: string) => string) {
  const system = systemMembers(event);
  const text = (name: string) => spell(system.get(name) ?? '');
  return {
    record,
    eventRecordId: idDigits(system.get('EventRecordID')),
    channel: JSON.stringify(text('Channel')),
    provider: JSON.stringify(text('Provider_Name')),
    eventId: idDigits(system.get('EventID')),
    time: JSON.stringify(time(system.get('TimeCreated_SystemTime') ?? '')),
    computer: JSON.stringify(text('Computer')),
  };
}

const join = (head: object, data: string): string =>
  `${Object.entries({ ...head, data })
    .map(([name, json]) => `${JSON.stringify(name)}:${json}`)
    .join(',')}}\n`;

/** The canonical line: values in their canonical spelling, six-digit time, data sorted by name. With its line end. */
export function canonicalLine(record: bigint, event: Element): string {
  const data = numbered(leaves(event)).map(([name, text]) => [name, canonicalText(text)] as const);
  data.sort(([a], [b]) => byCodePoint(a, b));
  return `{${join(head(record, event, canonicalText, canonicalText), members(data))}`;
}

/**
 * The document line: values as `wevtutil /f:xml` prints them, data in document order. `prefix` is JSON text that stands
 * before the first member, as `"file":"a.evtx",`. With its line end.
 */
export function documentLine(record: bigint, event: Element, prefix = ''): string {
  return `{${prefix}${join(
    head(record, event, (text) => text, sevenDigits),
    members(numbered(leaves(event))),
  )}`;
}
