import { type At, didYouMean, SigmaError } from '../error.ts';
import { eventOfPairs, type WindowsEvent } from '../windows/event.ts';
import { entry, type MapNode, type Node } from '../yaml/node.ts';
import { readYaml } from '../yaml/read.ts';

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

/** Events on which a rule must fire, and events on which it must not. */
export interface RuleTests {
  /** The id of the rule. */
  readonly rule: string;
  readonly positive: readonly RuleExample[];
  readonly negative: readonly RuleExample[];
  readonly file: string | undefined;
  readonly at: At;
}

export interface ParsedRuleTests {
  readonly tests: readonly RuleTests[];
  readonly problems: readonly SigmaError[];
}

/**
 * Reads the tests of rules: documents with `rule` (an id), `positive` and `negative` (lists of events, each with channel,
 * provider, eventId and fields). Never throws; what cannot be read is a problem with its place.
 */
export function parseRuleTests(text: string, { file }: { readonly file?: string } = {}): ParsedRuleTests {
  const tests: RuleTests[] = [];
  const problems: SigmaError[] = [];
  for (const document of readYaml(text, file)) {
    if (document.ok && document.root === undefined) continue;
    try {
      if (!document.ok) throw document.error;
      tests.push(readTests(document.root!, file));
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push(error);
    }
  }
  if (tests.length + problems.length === 0)
    problems.push(new SigmaError('no-rule', 'no tests in this text', { file, line: 1, column: 1 }));
  return { tests, problems };
}

function readTests(root: Node, file: string | undefined): RuleTests {
  const map = mapOf(root, 'tests of a rule are', ['rule', 'positive', 'negative'], file);
  const rule = textOf(map, 'rule', file);
  if (rule === undefined) throw new SigmaError('missing-key', 'tests need rule, the id of a rule', { file, ...map.at });
  const examples = (key: 'positive' | 'negative'): RuleExample[] => {
    const found = entry(map, key);
    if (found === undefined) return [];
    if (found.value.kind !== 'list')
      throw new SigmaError('bad-type', `${key} is a list of events`, { file, ...found.value.at });
    return found.value.items.map((item) => readExample(item, file));
  };
  const tests = { rule, positive: examples('positive'), negative: examples('negative'), file, at: map.at };
  if (tests.positive.length === 0)
    throw new SigmaError(
      'missing-key',
      'tests need a positive event: a rule that never fires passes every other test',
      {
        file,
        ...map.at,
      },
    );
  return tests;
}

function readExample(node: Node, file: string | undefined): RuleExample {
  const map = mapOf(node, 'an event is', ['channel', 'provider', 'eventId', 'fields', 'name'], file);
  const fields = entry(map, 'fields')?.value;
  const id = entry(map, 'eventId')?.value;
  if (fields !== undefined && fields.kind !== 'map')
    throw new SigmaError('bad-type', 'fields is a map of names to values', { file, ...fields.at });
  if (id !== undefined && !(id.kind === 'scalar' && typeof id.value === 'number' && Number.isInteger(id.value)))
    throw new SigmaError('bad-type', 'eventId is a whole number', { file, ...id.at });
  return {
    channel: textOf(map, 'channel', file) ?? '',
    provider: textOf(map, 'provider', file) ?? '',
    eventId: id?.kind === 'scalar' ? Number(id.value) : 0,
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

function mapOf(node: Node, what: string, keys: readonly string[], file: string | undefined): MapNode {
  if (node.kind !== 'map')
    throw new SigmaError('bad-type', `${what} a map of ${keys.join(', ')}`, { file, ...node.at });
  for (const { key, keyAt } of node.entries)
    if (!keys.includes(key))
      throw new SigmaError('bad-type', `${what} a map without ${key}${didYouMean(key, keys)}`, { file, ...keyAt });
  return node;
}

function textOf(map: MapNode, key: string, file: string | undefined): string | undefined {
  const node = entry(map, key)?.value;
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar') throw new SigmaError('bad-type', `${key} is a text`, { file, ...node.at });
  return node.text;
}

/** The example as an event, to be matched. */
export const exampleEvent = ({ channel, provider, eventId, fields }: RuleExample): WindowsEvent =>
  eventOfPairs({ channel, provider, eventId }, fields);

export interface RuleTestResult {
  readonly example: RuleExample;
  readonly expected: boolean;
  readonly fired: boolean;
  readonly ok: boolean;
}

/** Asks `fires` of every example, positive ones first. How a rule is matched is the caller's: log sources, pipelines, overlays. */
export function testRule(tests: RuleTests, fires: (example: RuleExample) => boolean): readonly RuleTestResult[] {
  const ask = (examples: readonly RuleExample[], expected: boolean): RuleTestResult[] =>
    examples.map((example) => {
      const fired = fires(example);
      return { example, expected, fired, ok: fired === expected };
    });
  return [...ask(tests.positive, true), ...ask(tests.negative, false)];
}
