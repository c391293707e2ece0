import { type FieldType, findEvent, LANGUAGES, type LayoutLine, messageLayout, readSentence } from '@haetae/event';
import { type LayoutEntry, type MessageLayout, makeLayout, type ValueShape } from './message.ts';

/** Sysmon fields that hold what someone else wrote; the others are of one line by their nature. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  'CommandLine',
  'ParentCommandLine',
  'Details',
  'TargetObject',
  'Contents',
  'Query',
  'QueryResults',
  'Name',
  'Destination',
  'Consumer',
  'Filter',
  'ClientInfo',
]);

const SHAPE: Readonly<Partial<Record<FieldType, ValueShape>>> = { guid: 'guid', int: 'int', hex: 'hex', time: 'time' };

const cache = new Map<string, MessageLayout | undefined>();

/** The layout in which a provider renders an event; undefined where it is not known. */
export function layoutFor(provider: string, channel: string, eventId: number): MessageLayout | undefined {
  const key = `${provider}|${channel}|${eventId}`;
  if (cache.has(key)) return cache.get(key);
  const layout = build(provider, channel, eventId);
  // Names come from the log: bounded, whatever it holds.
  if (cache.size > 10_000) cache.clear();
  cache.set(key, layout);
  return layout;
}

function build(provider: string, channel: string, eventId: number): MessageLayout | undefined {
  const source = provider === '' ? channel : provider;
  const known = findEvent(source, eventId) ?? findEvent(channel, eventId);
  const layout = known === undefined ? undefined : messageLayout(known.provider, eventId);
  if (known === undefined || layout === undefined) return undefined;
  const sysmon = /sysmon$/i.test(known.provider);
  const entry = (line: LayoutLine): LayoutEntry => ({
    labels: [...line.label.en, ...line.label.ko, ...line.label.ja],
    field: line.field,
    free: sysmon ? FREE_TEXT.has(line.field) : line.block,
    shape: sysmon ? (SHAPE[known.fields[line.field] ?? 'text'] ?? 'any') : 'any',
  });
  const entries = layout.items.flatMap((item): LayoutEntry[] => {
    if (item.kind === 'line') return [entry(item)];
    const labels = [...item.label.en, ...item.label.ko, ...item.label.ja];
    return [{ labels, field: undefined, free: false, shape: 'any' }, ...item.lines.map(entry)];
  });
  const { en, ko, ja } = layout.trailer;
  return makeLayout({
    entries,
    order: Object.keys(known.fields),
    sections: !sysmon,
    explanations: [...en, ...ko, ...ja],
    ...(LANGUAGES.some((language) => layout.sentence[language].length > 0)
      ? { sentence: (line: string) => readSentence(layout, line) }
      : {}),
    ...(layout.body === undefined ? {} : { body: layout.body }),
  });
}
