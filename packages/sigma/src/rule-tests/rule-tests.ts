import { type At, SigmaError } from '../error.ts';
import { eventOfPairs, type WindowsEvent } from '../windows/event.ts';
import { entry, type Node } from '../yaml/node.ts';
import { readYaml } from '../yaml/read.ts';
import { mapOf, type RuleExample, readExample, textOf } from './example.ts';
import { isSequence, type RuleSequence, readSequence } from './sequence.ts';

/** Events on which a rule must fire, and events on which it must not; for a correlation, sequences of events. */
export interface RuleTests {
  /** The id of the rule. */
  readonly rule: string;
  readonly positive: readonly RuleExample[];
  readonly negative: readonly RuleExample[];
  readonly sequences: { readonly positive: readonly RuleSequence[]; readonly negative: readonly RuleSequence[] };
  readonly file: string | undefined;
  readonly at: At;
}

export interface ParsedRuleTests {
  readonly tests: readonly RuleTests[];
  readonly problems: readonly SigmaError[];
}

/**
 * Reads the tests of rules: documents with `rule` (an id), `positive` and `negative` (lists of events, each with channel,
 * provider, eventId and fields). An item with `events` is a sequence: see {@link readSequence}. Never throws; what cannot be
 * read is a problem with its place.
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
  const items = (key: 'positive' | 'negative'): readonly Node[] => {
    const found = entry(map, key);
    if (found === undefined) return [];
    if (found.value.kind !== 'list')
      throw new SigmaError('bad-type', `${key} is a list of events`, { file, ...found.value.at });
    return found.value.items;
  };
  const examples = (key: 'positive' | 'negative'): RuleExample[] =>
    items(key).flatMap((item) => (isSequence(item) ? [] : readExample(item, file)));
  const sequences = (key: 'positive' | 'negative'): RuleSequence[] =>
    items(key).flatMap((item) => (isSequence(item) ? readSequence(item, file) : []));
  const tests: RuleTests = {
    rule,
    positive: examples('positive'),
    negative: examples('negative'),
    sequences: { positive: sequences('positive'), negative: sequences('negative') },
    file,
    at: map.at,
  };
  if (tests.positive.length + tests.sequences.positive.length === 0)
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

/** The example as an event, to be matched. */
export const exampleEvent = ({ channel, provider, eventId, fields }: RuleExample): WindowsEvent =>
  eventOfPairs({ channel, provider, eventId }, fields);

export interface RuleTestResult<E extends Pick<RuleExample, 'name' | 'at'> = RuleExample> {
  readonly example: E;
  readonly expected: boolean;
  readonly fired: boolean;
  readonly ok: boolean;
}

/** Asks `fires` of every example, positive ones first. How a rule is matched is the caller's: log sources, pipelines, overlays. */
export function testRule(tests: RuleTests, fires: (example: RuleExample) => boolean): readonly RuleTestResult[] {
  return [...ask(tests.positive, true, fires), ...ask(tests.negative, false, fires)];
}

/** The same of a correlation and its sequences. */
export function testCorrelation(
  { sequences }: RuleTests,
  fires: (sequence: RuleSequence) => boolean,
): readonly RuleTestResult<RuleSequence>[] {
  return [...ask(sequences.positive, true, fires), ...ask(sequences.negative, false, fires)];
}

function ask<E extends RuleExample | RuleSequence>(
  examples: readonly E[],
  expected: boolean,
  fires: (example: E) => boolean,
): RuleTestResult<E>[] {
  return examples.map((example) => {
    const fired = fires(example);
    return { example, expected, fired, ok: fired === expected };
  });
}
