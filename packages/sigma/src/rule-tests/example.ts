import { type At, didYouMean, SigmaError } from '../error.ts';
import { entry, type MapNode, type Node } from '../yaml/node.ts';

/** An event as it is logged, beside a rule. */
export interface RuleExample {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  /** In the order of the text; a list of values repeats its name. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What the author calls it. */
  readonly name: string | undefined;
  readonly at: At;
}

const KEYS = ['channel', 'provider', 'eventId', 'fields', 'name'];

/** `more`: keys that it may have beside those of an event. */
export function readExample(node: Node, file: string | undefined, more: readonly string[] = []): RuleExample {
  const map = mapOf(node, 'an event is', [...KEYS, ...more], file);
  const fields = entry(map, 'fields')?.value;
  if (fields !== undefined && fields.kind !== 'map')
    throw new SigmaError('bad-type', 'fields is a map of names to values', { file, ...fields.at });
  return {
    channel: textOf(map, 'channel', file) ?? '',
    provider: textOf(map, 'provider', file) ?? '',
    eventId: wholeOf(map, 'eventId', file) ?? 0,
    fields: (fields?.entries ?? []).flatMap(({ key, value }) =>
      (value.kind === 'list' ? value.items : [value]).map((item): readonly [string, string] => {
        if (item.kind !== 'scalar')
          throw new SigmaError('bad-type', `the field ${key} holds a text or a list of texts`, { file, ...item.at });
        return [key, item.text];
      }),
    ),
    name: textOf(map, 'name', file),
    at: map.at,
  };
}

export function mapOf(node: Node, what: string, keys: readonly string[], file: string | undefined): MapNode {
  if (node.kind !== 'map')
    throw new SigmaError('bad-type', `${what} a map of ${keys.join(', ')}`, { file, ...node.at });
  for (const { key, keyAt } of node.entries)
    if (!keys.includes(key))
      throw new SigmaError('bad-type', `${what} a map without ${key}${didYouMean(key, keys)}`, { file, ...keyAt });
  return node;
}

export function textOf(map: MapNode, key: string, file: string | undefined): string | undefined {
  const node = entry(map, key)?.value;
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar') throw new SigmaError('bad-type', `${key} is a text`, { file, ...node.at });
  return node.text;
}

export function wholeOf(map: MapNode, key: string, file: string | undefined): number | undefined {
  const node = entry(map, key)?.value;
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar' || typeof node.value !== 'number' || !Number.isInteger(node.value))
    throw new SigmaError('bad-type', `${key} is a whole number`, { file, ...node.at });
  return node.value;
}
