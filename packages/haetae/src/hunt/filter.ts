import type { FieldMapping, Need, Source } from '@haetae/sigma';
import type { RuleNeed } from '../detect/index.ts';
import { COLUMN_OF, EVENT_COLUMNS, type FieldTest, type Filter, type TextTest } from '../store/index.ts';

/**
 * What rules need, in the words of the store: a filter that lets through every event of which one of them may hold, and as few
 * others as it can. What the store cannot be asked is left out, never guessed: the rule is asked of what comes.
 */
export function filterFor(rules: readonly RuleNeed[]): Filter {
  const places = rules.flatMap(({ sources, need }) => (sources ?? [ANYWHERE]).map((source) => ({ source, need })));
  // What many rules need is nearly every event of their logs: to look at those costs less than to ask so much.
  const whole = places.length <= MOST_PLACES ? or(places.map(atPlace)) : undefined;
  return whole !== undefined && fits(whole) ? whole : or(together(places.map(({ source }) => source)).map(inLog));
}

const ANYWHERE: Source = {};
const MOST_PLACES = 60;
/** Well below what the store takes. */
const MOST_PARTS = 2000;
const DEEPEST = 30;

const ALWAYS: Filter = { kind: 'and', of: [] };
const NEVER: Filter = { kind: 'or', of: [] };
const isAlways = (filter: Filter): boolean => filter.kind === 'and' && filter.of.length === 0;
const isNever = (filter: Filter): boolean => filter.kind === 'or' && filter.of.length === 0;

function and(filters: readonly Filter[]): Filter {
  const of = filters.flatMap((one) => (one.kind === 'and' ? one.of : [one]));
  return of.some(isNever) ? NEVER : of.length === 1 ? of[0]! : { kind: 'and', of };
}
function or(filters: readonly Filter[]): Filter {
  const of = filters.flatMap((one) => (one.kind === 'or' ? one.of : [one]));
  return of.some(isAlways) ? ALWAYS : of.length === 1 ? of[0]! : { kind: 'or', of };
}

function fits(filter: Filter): boolean {
  let parts = 0;
  const deep = (one: Filter, depth: number): boolean => {
    if (++parts > MOST_PARTS || depth > DEEPEST) return false;
    return one.kind === 'and' || one.kind === 'or' ? one.of.every((part) => deep(part, depth + 1)) : true;
  };
  return deep(filter, 0);
}

const test = (field: string, is: FieldTest): Filter => ({ kind: 'field', field, is });
const oneOf = (field: string, values: readonly (string | number)[]): Filter =>
  test(field, { op: 'oneOf', values: values.map(String) });

/** Channel and event id; providers and fields of the source are the rule's to ask. */
function inLog({ channels, eventIds }: Source): Filter {
  return and([
    ...(channels === undefined ? [] : [oneOf('channel', channels)]),
    ...(eventIds === undefined ? [] : [oneOf('event_id', eventIds)]),
  ]);
}

function atPlace({ source, need }: { readonly source: Source; readonly need: Need }): Filter {
  const holds = ofNeed(need, source.mapping);
  return and([inLog(source), mayHoldParts(source) ? or([holds, PART_OF_SCRIPT]) : holds]);
}

/** Sources of the same channels as one, so that each event is asked for once. */
function together(sources: readonly Source[]): Source[] {
  const ids = new Map<string, { readonly channels: readonly string[] | undefined; ids: Set<number> | undefined }>();
  for (const { channels, eventIds } of sources) {
    const key = JSON.stringify(channels ?? null).toLowerCase();
    const known = ids.get(key);
    if (known === undefined) ids.set(key, { channels, ids: eventIds && new Set(eventIds) });
    else if (eventIds === undefined) known.ids = undefined;
    else for (const id of eventIds) known.ids?.add(id);
  }
  return [...ids.values()].map(({ channels, ids: all }) => ({
    ...(channels && { channels }),
    ...(all && { eventIds: [...all].sort((a, b) => a - b) }),
  }));
}

/** A script that PowerShell cut in parts is judged as a whole: its parts are wanted, whatever each of them holds. */
const PART_OF_SCRIPT: Filter = and([
  oneOf('event_id', [4104]),
  { kind: 'not', of: test('MessageTotal', { op: 'equals', value: '1' }) },
]);
const mayHoldParts = ({ channels, eventIds }: Source): boolean =>
  (eventIds === undefined || eventIds.includes(4104)) &&
  (channels === undefined ||
    channels.some(
      (channel) =>
        channel.toLowerCase().startsWith('microsoft-windows-powershell') ||
        channel.toLowerCase().startsWith('powershellcore'),
    ));

function ofNeed(need: Need, mapping: FieldMapping | undefined): Filter {
  switch (need.kind) {
    case 'all':
      return and(need.of.map((part) => ofNeed(part, mapping)));
    case 'any':
      return or([
        ...asked(need.of).map((values) => ofValues(values, mapping)),
        ...need.of.filter((part) => part.kind !== 'value').map((part) => ofNeed(part, mapping)),
      ]);
    case 'value':
      return ofValues([need], mapping);
    case 'number':
      return readThrough(
        need.field,
        mapping,
        (own) => ofNumber(own, need),
        () => ALWAYS,
      );
    case 'beyond-ascii': {
      const { field } = need;
      return field === undefined ? ALWAYS : readThrough(field, mapping, beyondAscii, () => ALWAYS);
    }
    default:
      return need satisfies never;
  }
}

type ValueNeed = Extract<Need, { kind: 'value' }>;

/** What is asked of one field, together. */
function asked(needs: readonly Need[]): ValueNeed[][] {
  const fields = new Map<string | undefined, ValueNeed[]>();
  for (const need of needs) {
    if (need.kind !== 'value') continue;
    const known = fields.get(need.field);
    if (known === undefined) fields.set(need.field, [need]);
    else known.push(need);
  }
  return [...fields.values()];
}

/** Any of them; they name one field. */
function ofValues(needs: readonly ValueNeed[], mapping: FieldMapping | undefined): Filter {
  const { field } = needs[0]!;
  const texts = needs.map(({ text }) => text);
  if (field === undefined) return makesValues(mapping) ? ALWAYS : anywhere(texts);
  const tests = needs.map(({ mode, text }): TextTest => ({ op: OPS[mode], value: text }));
  return readThrough(
    field,
    mapping,
    (own) => ofTests(own, tests),
    () => anywhere(texts),
  );
}

/** Whether rules see values through the mapping that stand nowhere in the event; what was cut out of a text stands in it. */
const makesValues = (mapping: FieldMapping | undefined): boolean =>
  mapping !== undefined &&
  (mapping.values !== undefined || (mapping.derived !== undefined && mapping.name !== 'extracted'));

/** Asks it of the field that the mapping reads. `cut`: of a field that is cut out of a text. */
function readThrough(
  field: string,
  mapping: FieldMapping | undefined,
  ask: (own: string) => Filter,
  cut: () => Filter,
): Filter {
  if (mapping === undefined) return ask(field);
  if (mapping.derived !== undefined && Object.hasOwn(mapping.derived, field))
    return mapping.name === 'extracted' ? cut() : ALWAYS;
  if (mapping.values !== undefined && Object.hasOwn(mapping.values, field)) return ALWAYS;
  if (Object.hasOwn(mapping.fields, field)) return ask(mapping.fields[field]!);
  return mapping.lacks?.includes(field) === true ? NEVER : ask(field);
}

const OPS = { equals: 'equals', starts: 'startsWith', ends: 'endsWith', contains: 'contains' } as const;

/** Columns that rules know under other names; an event that tells none there may have a field of that name. */
const HEADS: Readonly<Record<string, string>> = { Channel: 'channel', Provider_Name: 'provider' };
/** Told by several members, or rewritten on the way. */
const UNASKED = new Set(['Computer', 'EventRecordID']);

/** One of the tests holds of a field. */
function ofTests(field: string, tests: readonly TextTest[]): Filter {
  const head = HEADS[field];
  if (head !== undefined) return or([test(head, { op: 'anyOf', of: tests }), test(head, { op: 'equals', value: '' })]);
  if (field === 'EventID') return or([test('event_id', { op: 'anyOf', of: tests }), oneOf('event_id', [0])]);
  if (UNASKED.has(field)) return ALWAYS;
  // Rules see a GUID in braces, however it is stored.
  const of = tests.map(
    (one): TextTest => (/[{}]/.test(one.value) ? { op: 'contains', value: unbraced(one.value) } : one),
  );
  const is = { op: 'anyOf', of } as const;
  const column = columnOf(field);
  if (column === undefined) return { kind: 'elsewhere', is };
  // What tells nothing stands in no column.
  const told = of.every(({ value }) => value !== '' && value !== '-');
  return or([test(column, is), { kind: 'elsewhere', is, ...(told && { column }) }]);
}

const longest = (parts: readonly string[]): string => parts.reduce((a, b) => (b.length > a.length ? b : a), '');
const unbraced = (text: string): string => longest(text.split(/[{}]/));

const columnOf = (field: string): string | undefined => {
  const place = COLUMN_OF.get(field);
  return place === undefined ? undefined : EVENT_COLUMNS[place.column]!.name;
};

/** A decimal may have blanks, a sign and noughts, and nines that round up to the number. */
function ofNumber(field: string, { number, text }: Extract<Need, { kind: 'number' }>): Filter {
  if (field === 'EventID' && Number.isInteger(number)) return oneOf('event_id', [number, 0]);
  if (!Number.isInteger(number) || Math.abs(number) > 1e9) return ALWAYS;
  const digits = String(Math.abs(number));
  return ofTests(field, [
    { op: 'contains', value: digits },
    { op: 'contains', value: '.99999' },
    ...(text.includes(digits) ? [] : [{ op: 'equals', value: text.toLowerCase() } as const]),
  ]);
}

function beyondAscii(field: string): Filter {
  if (field === 'EventID' || field in HEADS || UNASKED.has(field)) return ALWAYS;
  const is = { op: 'beyondAscii' } as const;
  const column = columnOf(field);
  if (column === undefined) return { kind: 'elsewhere', is };
  return or([test(column, { op: 'regex', value: '[^\\x00-\\x7f]' }), { kind: 'elsewhere', is, column }]);
}

const SOUGHT = ['event_id', 'record_id', 'channel', 'provider', ...EVENT_COLUMNS.map(({ name }) => name)];

/** One of the texts in any value. A line end may have been another where a value was put together of lines. */
function anywhere(texts: readonly string[]): Filter {
  const of = texts.map((text): TextTest => ({ op: 'contains', value: longest(text.split(/[{}\r\n]/)) }));
  if (of.some(({ value }) => value === '')) return ALWAYS;
  const is = { op: 'anyOf', of } as const;
  return or([...SOUGHT.map((column) => test(column, is)), { kind: 'elsewhere', is }]);
}
