import { PlainEvent } from '@haetae/event';
import {
  parseRuleTests,
  type RuleExample,
  type RuleSequence,
  type RuleTestResult,
  type RuleTests,
  type SigmaError,
  type TimedExample,
  testCorrelation,
  testRule,
} from '@haetae/sigma';
import { createWindowsRuleSet } from '@haetae/sigma/windows';
import { hiddenIn, overlayOf, type RuleText } from '../detect/index.ts';
import { type Chains, chainsOf } from './chains.ts';
import type { RuleEntry } from './read.ts';

/** What came of one rule's tests. */
export interface TestedRule {
  readonly tests: RuleTests;
  /** undefined where no rule given has the id. */
  readonly entry: RuleEntry | undefined;
  /** Why the rule is not in force. */
  readonly problem: SigmaError | undefined;
  readonly results: readonly RuleTestResult<RuleExample | RuleSequence>[];
  readonly passed: boolean;
}

export interface TestRun {
  readonly rules: readonly TestedRule[];
  /** Test files that cannot be read. */
  readonly problems: readonly SigmaError[];
}

/** Runs the tests in these files against rules, which see events as a scan does, decoded texts included. */
export function runRuleTests(files: readonly RuleText[], entries: readonly RuleEntry[]): TestRun {
  const byId = new Map<string, RuleEntry>();
  for (const entry of entries) {
    const id = entry.rule.id?.toLowerCase();
    if (entry.kind !== 'filter' && id !== undefined && !byId.has(id)) byId.set(id, entry);
  }
  const chains = chainsOf(entries);
  const problems: SigmaError[] = [];
  const rules: TestedRule[] = [];
  for (const { path, text } of files) {
    const parsed = parseRuleTests(text, { file: path });
    problems.push(...parsed.problems);
    for (const tests of parsed.tests) {
      const entry = byId.get(tests.rule.toLowerCase());
      if (entry?.kind === 'rule') rules.push(tested(tests, entry));
      else rules.push(entry?.kind === 'correlation' ? testedChain(tests, entry, chains) : missing(tests));
    }
  }
  return { rules, problems };
}

const missing = (tests: RuleTests): TestedRule => ({
  tests,
  entry: undefined,
  problem: undefined,
  results: [],
  passed: false,
});

function tested(tests: RuleTests, entry: Extract<RuleEntry, { kind: 'rule' }>): TestedRule {
  const set = createWindowsRuleSet([entry.rule]);
  const [problem] = set.problems;
  if (problem !== undefined) return { tests, entry, problem, results: [], passed: false };
  const results = testRule(tests, (example) => {
    const event = eventOf(example);
    return set.matchEvent(event, overlayOf(hiddenIn(event))).length > 0;
  });
  return { tests, entry, problem: undefined, results, passed: results.every(({ ok }) => ok) };
}

function testedChain(tests: RuleTests, entry: Extract<RuleEntry, { kind: 'correlation' }>, chains: Chains): TestedRule {
  const chain = chains.of(entry.rule);
  if ('problem' in chain) return { tests, entry, problem: chain.problem, results: [], passed: false };
  const results = testCorrelation(tests, ({ events }) => chain.fires(events.map(eventOf)));
  return { tests, entry, problem: undefined, results, passed: results.every(({ ok }) => ok) };
}

const eventOf = ({
  channel,
  provider,
  eventId,
  fields,
  at,
  ...more
}: RuleExample & Partial<TimedExample>): PlainEvent =>
  new PlainEvent({
    timeMs: more.afterMs ?? 0,
    computer: more.computer ?? '',
    channel,
    provider,
    eventId,
    position: { kind: 'line', line: at.line },
    names: fields.map(([name]) => name),
    values: fields.map(([, value]) => value),
  });
