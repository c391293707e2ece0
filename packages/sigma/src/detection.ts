import { knownModifier } from './chain.ts';
import { parseCondition } from './condition.ts';
import { type At, didYouMean, makeAll, SigmaError } from './error.ts';
import type { Condition, Detection, Item, LogSource, RuleValue, Search } from './rule.ts';
import { entry, type Node } from './yaml/node.ts';

export function parseLogSource(node: Node, file: string | undefined): LogSource {
  if (node.kind !== 'map')
    throw new SigmaError('bad-type', 'logsource is a map of product, category, service', { file, ...node.at });
  const made: { product?: string; category?: string; service?: string; definition?: string } = {};
  for (const key of ['product', 'category', 'service', 'definition'] as const) {
    const value = entry(node, key)?.value;
    if (value === undefined || (value.kind === 'scalar' && value.value === null)) continue;
    if (value.kind !== 'scalar') throw new SigmaError('bad-type', `${key} is a text`, { file, ...value.at });
    made[key] = value.text;
  }
  if (made.product === undefined && made.category === undefined && made.service === undefined)
    throw new SigmaError('missing-key', 'logsource needs product, category or service', { file, ...node.at });
  return made;
}

/** What a rule or a filter calls a map of searches with a condition, and keys of it that are neither. */
export interface DetectionWords {
  readonly what: 'detection' | 'filter';
  readonly others: readonly string[];
}

export function parseDetection(
  node: Node,
  file: string | undefined,
  problems: SigmaError[],
  { what, others }: DetectionWords = { what: 'detection', others: ['timeframe'] },
): Detection {
  if (node.kind !== 'map')
    throw new SigmaError('bad-type', `${what} is a map of searches and a condition`, { file, ...node.at });
  const condition = entry(node, 'condition');
  if (condition === undefined) {
    const hint = didYouMean(
      'condition',
      node.entries.map((e) => e.key),
    );
    throw new SigmaError('missing-key', `${what} needs a condition${hint}`, { file, ...node.at });
  }
  const named = node.entries.filter(({ key }) => key !== 'condition' && !others.includes(key));
  if (named.length === 0)
    throw new SigmaError('missing-key', `${what} needs a search beside its condition`, { file, ...node.at });
  const names = named.map(({ key }) => key);
  const lines = condition.value.kind === 'list' ? condition.value.items : [condition.value];
  const searches = new Map<string, Search>();
  const conditions: Condition[] = [];
  makeAll<unknown>([
    ...named.map(
      ({ key, value }) =>
        () =>
          searches.set(key, parseSearch(value, file, 0)),
    ),
    ...lines.map((line) => () => {
      if (line.kind !== 'scalar') throw new SigmaError('bad-type', 'a condition is a text', { file, ...line.at });
      const start = line.quoted ? { line: line.at.line, column: line.at.column + 1 } : line.at;
      return conditions.push(parseCondition(line.text, start, names, file));
    }),
  ]);
  if (conditions.length === 0)
    throw new SigmaError('bad-condition', 'an empty list of conditions', { file, ...condition.keyAt });
  const used = new Set(conditions.flatMap(searchNames));
  for (const { key, keyAt } of node.entries) {
    if (searches.has(key) && !used.has(key) && !key.startsWith('_'))
      problems.push(new SigmaError('unused-search', `the condition does not use ${key}`, { file, ...keyAt }));
  }
  return { searches, conditions };
}

/** The searches that a condition speaks of. */
export function searchNames(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'search':
      return [condition.name];
    case 'not':
      return searchNames(condition.of);
    case 'of':
      return condition.names;
    case 'and':
    case 'or':
      return condition.of.flatMap(searchNames);
    default:
      return condition satisfies never;
  }
}

/** A map holds when all its items do; a list of maps when one does; a list of plain values is keywords, one of which must be found. */
function parseSearch(node: Node, file: string | undefined, depth: number): Search {
  const { at } = node;
  if (depth > 10) throw new SigmaError('bad-type', 'searches nested more than 10 deep', { file, ...at });
  switch (node.kind) {
    case 'scalar':
      return {
        kind: 'item',
        field: undefined,
        modifiers: [],
        values: [{ value: node.value, text: node.text, at }],
        at,
      };
    case 'map': {
      if (node.entries.length === 0) throw new SigmaError('bad-type', 'an empty search', { file, ...at });
      return { kind: 'all', of: makeAll(node.entries.map((e) => () => parseItem(e.key, e.keyAt, e.value, file))), at };
    }
    case 'list': {
      if (node.items.length === 0) throw new SigmaError('bad-type', 'an empty search', { file, ...at });
      const plain = values(node.items);
      if (plain !== undefined) return { kind: 'item', field: undefined, modifiers: [], values: plain, at };
      return { kind: 'any', of: makeAll(node.items.map((item) => () => parseSearch(item, file, depth + 1))), at };
    }
    default:
      return node satisfies never;
  }
}

function parseItem(key: string, at: At, node: Node, file: string | undefined): Item {
  const [field = '', ...names] = key.split('|');
  let column = at.column + field.length + 1;
  const modifiers = names.map((name) => {
    const made = { name, at: { line: at.line, column } };
    knownModifier(name, { file, ...made.at });
    column += name.length + 1;
    return made;
  });
  const written = values(node.kind === 'list' ? node.items : [node]);
  if (written === undefined)
    throw new SigmaError('bad-type', `${key} needs a value or a list of values, not a map`, { file, ...node.at });
  // A list without values asks for what an absent value would: null, as pySigma has it.
  const list = written.length > 0 ? written : [{ value: null, text: '', at: node.at }];
  return { kind: 'item', field: field === '' ? undefined : field, modifiers, values: list, at };
}

function values(nodes: readonly Node[]): RuleValue[] | undefined {
  const made: RuleValue[] = [];
  for (const node of nodes) {
    if (node.kind !== 'scalar') return undefined;
    made.push({ value: node.value, text: node.text, at: node.at });
  }
  return made;
}
