import { knownModifier } from './chain.ts';
import { parseCondition } from './condition.ts';
import { type At, didYouMean, type Place, SigmaError, type SigmaErrorCode } from './error.ts';
import {
  type Condition,
  type Detection,
  type Item,
  LEVELS,
  type LogSource,
  type RuleValue,
  type Search,
  type SigmaRule,
  STATUSES,
} from './rule.ts';
import { entry, type MapNode, merge, type Node, toPlain } from './yaml/node.ts';
import { readYaml } from './yaml/read.ts';

export interface ParsedRules {
  readonly rules: SigmaRule[];
  /** Errors: a document that gave no rule. Warnings (`severity`): a rule that works all the same. */
  readonly problems: SigmaError[];
}

/**
 * Reads the rules of a YAML text: one or several documents, `action: global` and `repeat` included. Never throws; what
 * gives no rule is a problem with its place, and the other documents are read.
 */
export function parseRules(text: string, { file }: { readonly file?: string } = {}): ParsedRules {
  const rules: SigmaRule[] = [];
  const problems: SigmaError[] = [];
  let global: MapNode | undefined;
  let previous: MapNode | undefined;
  const documents = readYaml(text, file);
  for (const document of documents) {
    if (!document.ok) {
      problems.push(document.error);
      continue;
    }
    const root = document.root;
    if (root === undefined) continue;
    try {
      if (root.kind !== 'map')
        throw new SigmaError('no-rule', 'a rule is a map of keys such as title and detection', { file, ...root.at });
      const action = entry(root, 'action');
      const word = action?.value.kind === 'scalar' ? action.value.text : undefined;
      if (action !== undefined && (word === undefined || !ACTIONS.includes(word))) {
        throw new SigmaError('bad-type', `action is global, repeat or reset${didYouMean(word ?? '', ACTIONS)}`, {
          file,
          ...action.value.at,
        });
      }
      const own: MapNode = { ...root, entries: root.entries.filter((e) => e !== action) };
      if (word === 'global') global = global === undefined ? own : merge(global, own);
      else if (word === 'reset') global = undefined;
      else {
        const base = word === 'repeat' ? (previous ?? global) : global;
        const whole = base === undefined ? own : merge(base, own);
        previous = whole;
        rules.push(parseRule(whole, file, problems));
      }
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push(error);
    }
  }
  if (rules.length === 0 && problems.length === 0)
    problems.push(new SigmaError('no-rule', 'no rule in this text', { file, line: 1, column: 1 }));
  return { rules, problems };
}

const ACTIONS: readonly string[] = ['global', 'repeat', 'reset'];
const KEYS = [
  'title',
  'id',
  'status',
  'description',
  'references',
  'author',
  'date',
  'modified',
  'tags',
  'logsource',
  'detection',
  'falsepositives',
  'level',
];

function parseRule(root: MapNode, file: string | undefined, problems: SigmaError[]): SigmaRule {
  const place = (at: At): Place => ({ file, ...at });
  const fail = (code: SigmaErrorCode, reason: string, at: At): never => {
    throw new SigmaError(code, reason, place(at));
  };
  for (const kind of ['correlation', 'filter'] as const) {
    const found = entry(root, kind);
    if (found !== undefined)
      return fail('not-supported-yet', `${kind} documents are not supported yet in this version`, found.keyAt);
  }
  const need = (key: string): Node => {
    const found = entry(root, key);
    if (found !== undefined) return found.value;
    const typo = root.entries.find((e) => !KEYS.includes(e.key) && didYouMean(e.key, [key]) !== '');
    if (typo !== undefined) return fail('missing-key', `no ${key}; did you mean it by ${typo.key}?`, typo.keyAt);
    return fail('missing-key', `a rule needs ${key}`, root.at);
  };
  /** Words about the rule, not of it: when they are odd the rule still detects. */
  const odd = (reason: string, at: At): undefined => {
    problems.push(new SigmaError('odd-metadata', reason, place(at)));
    return undefined;
  };
  const text = (key: string): string | undefined => {
    const found = entry(root, key)?.value;
    if (found === undefined || (found.kind === 'scalar' && found.value === null)) return undefined;
    return found.kind === 'scalar' ? found.text : odd(`${key} is text, not a ${found.kind}`, found.at);
  };
  const texts = (key: string): string[] => {
    const found = entry(root, key)?.value;
    if (found === undefined || (found.kind === 'scalar' && found.value === null)) return [];
    const items = found.kind === 'list' ? found.items : [found];
    return items.flatMap((item) =>
      item.kind === 'scalar' ? [item.text] : (odd(`${key} is a list of texts`, item.at) ?? []),
    );
  };
  const word = <T extends string>(key: string, words: readonly T[]): T | undefined => {
    const written = text(key);
    if (written === undefined) return undefined;
    const known = words.find((w) => w === written.toLowerCase());
    return (
      known ??
      odd(`${key} ${written} is none of ${words.join(', ')}${didYouMean(written, words)}`, entry(root, key)!.value.at)
    );
  };

  const detectionNode = need('detection');
  const logsourceNode = need('logsource');
  const titleNode = need('title');
  if (titleNode.kind !== 'scalar' || titleNode.text.trim() === '')
    return fail('bad-type', 'title is a text', titleNode.at);
  return {
    id: text('id'),
    title: titleNode.text,
    path: file,
    at: root.at,
    status: word('status', STATUSES),
    level: word('level', LEVELS),
    description: text('description'),
    author: text('author'),
    date: text('date'),
    modified: text('modified'),
    license: text('license'),
    tags: texts('tags'),
    references: texts('references'),
    falsepositives: texts('falsepositives'),
    fields: texts('fields'),
    logsource: parseLogSource(logsourceNode, file),
    logsourceAt: logsourceNode.at,
    detection: parseDetection(detectionNode, file, problems),
    raw: toPlain(root) as Record<string, unknown>,
  };
}

function parseLogSource(node: Node, file: string | undefined): LogSource {
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

function parseDetection(node: Node, file: string | undefined, problems: SigmaError[]): Detection {
  if (node.kind !== 'map')
    throw new SigmaError('bad-type', 'detection is a map of searches and a condition', { file, ...node.at });
  const condition = entry(node, 'condition');
  if (condition === undefined) {
    const hint = didYouMean(
      'condition',
      node.entries.map((e) => e.key),
    );
    throw new SigmaError('missing-key', `detection needs a condition${hint}`, { file, ...node.at });
  }
  const searches = new Map<string, Search>();
  for (const { key, value } of node.entries)
    if (key !== 'condition' && key !== 'timeframe') searches.set(key, parseSearch(value, file, 0));
  if (searches.size === 0)
    throw new SigmaError('missing-key', 'detection needs a search beside its condition', { file, ...node.at });
  const names = [...searches.keys()];
  const lines = condition.value.kind === 'list' ? condition.value.items : [condition.value];
  const conditions = lines.map((line) => {
    if (line.kind !== 'scalar') throw new SigmaError('bad-type', 'a condition is a text', { file, ...line.at });
    const start = line.quoted ? { line: line.at.line, column: line.at.column + 1 } : line.at;
    return parseCondition(line.text, start, names, file);
  });
  if (conditions.length === 0)
    throw new SigmaError('bad-condition', 'an empty list of conditions', { file, ...condition.keyAt });
  const used = new Set(conditions.flatMap(searchNames));
  for (const { key, keyAt } of node.entries) {
    if (searches.has(key) && !used.has(key) && !key.startsWith('_'))
      problems.push(new SigmaError('unused-search', `the condition does not use ${key}`, { file, ...keyAt }));
  }
  return { searches, conditions };
}

function searchNames(condition: Condition): readonly string[] {
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
      return { kind: 'all', of: node.entries.map((e) => parseItem(e.key, e.keyAt, e.value, file)), at };
    }
    case 'list': {
      if (node.items.length === 0) throw new SigmaError('bad-type', 'an empty search', { file, ...at });
      const plain = values(node.items);
      if (plain !== undefined) return { kind: 'item', field: undefined, modifiers: [], values: plain, at };
      return { kind: 'any', of: node.items.map((item) => parseSearch(item, file, depth + 1)), at };
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
