import { padEnd, printable, type Words, width } from '../locale/index.ts';
import { rulesAt, ruleTools, type TestedRule, type TestRun } from '../rules/index.ts';
import type { Out } from './console.ts';
import type { Context, RulesFlags } from './flags.ts';
import { count } from './numbers.ts';
import { rulePacks } from './rule-packs.ts';
import { entryTitle, json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

const { readRules, runRuleTests } = await ruleTools();

export async function testCommand(this: Context, flags: RulesFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { test: w } = words.ruleTools;
  await toOutput(console, flags, (out) => {
    const given = paths.map((path) => {
      const pack = rulesAt(path);
      if (pack === undefined) throw new UsageError(w.path(printable(path)));
      return pack;
    });
    const known = rulePacks(flags, words);
    // What stands in the paths is tested; rules may also come from --rules and the built-in pack.
    const asked = given.length > 0 ? given : known;
    const examples = asked.flatMap((pack) => pack.examples);
    if (examples.length === 0) throw new UsageError(w.none);
    const own = readRules(asked.flatMap(({ files }) => files)).entries;
    const others = given.length > 0 ? readRules(known.flatMap(({ files }) => files)).entries : [];
    const run = runRuleTests(examples, [...own, ...others]);
    const tested = new Set(run.rules.map(({ tests }) => tests.rule.toLowerCase()));
    const untested = own.filter(
      ({ kind, rule }) => kind !== 'filter' && (rule.id === undefined || !tested.has(rule.id.toLowerCase())),
    ).length;
    out.write(flags.format === 'json' ? runJson(run, untested) : runText(run, untested, words, out));
    return run.problems.length === 0 && run.rules.every(({ passed }) => passed) ? EXIT.done : EXIT.findings;
  });
}

function runJson({ rules, problems }: TestRun, untested: number): string {
  return json({
    passed: rules.filter(({ passed }) => passed).length,
    failed: rules.filter(({ passed }) => !passed).length,
    untested,
    problems: problems.map(({ message }) => message),
    rules: rules.map(({ tests, entry, problem, results, passed }) => ({
      rule: tests.rule,
      title: entry?.rule.title ?? null,
      file: tests.file ?? null,
      passed,
      problem: problem?.message ?? null,
      results: results.map(({ example, expected, fired, ok }) => ({
        line: example.at.line,
        name: example.name ?? null,
        expected,
        fired,
        ok,
      })),
    })),
  });
}

function runText({ rules, problems }: TestRun, untested: number, words: Words, { color }: Out): string {
  const { test: w } = words.ruleTools;
  const verdicts = Math.max(width(w.passed), width(w.failed)) + 2;
  const lines: string[] = [];
  for (const one of [...rules].sort((a, b) => Number(b.passed) - Number(a.passed))) {
    const { entry, tests, passed } = one;
    const verdict = padEnd(passed ? `✓ ${w.passed}` : `✗ ${w.failed}`, verdicts);
    const title = entry === undefined ? printable(tests.rule) : entryTitle(entry, words.lang);
    const { positive, negative, sequences } = tests;
    const of = `${w.positive} ${positive.length + sequences.positive.length}, ${w.negative} ${negative.length + sequences.negative.length}`;
    lines.push(`${passed ? color.green(verdict) : color.red(verdict)}  ${title}  ${color.dim(of)}`);
    if (!passed) lines.push(...failures(one, words).map((line) => `    ${line}`));
  }
  if (problems.length > 0) {
    lines.push('', color.red(w.bad(count(problems.length))));
    for (const { message } of problems) lines.push(`  ${printable(message)}`);
  }
  const passed = rules.filter((rule) => rule.passed).length;
  lines.push('', color.bold(w.sum(count(passed), count(rules.length - passed + problems.length))));
  if (untested > 0) lines.push(`  ${w.untested(count(untested))}`);
  return `${lines.join('\n')}\n`;
}

function failures({ tests, entry, problem, results }: TestedRule, { ruleTools }: Words): string[] {
  const { test: w } = ruleTools;
  const file = printable(tests.file ?? '');
  if (entry === undefined) return [`${file}:${tests.at.line}:${tests.at.column}: ${w.noRule(printable(tests.rule))}`];
  if (problem !== undefined) return [printable(problem.message)];
  const number = { true: 0, false: 0 };
  return results.flatMap(({ example, expected, ok }) => {
    const n = ++number[`${expected}`];
    if (ok) return [];
    const name = example.name === undefined ? String(n) : `${n} (${printable(example.name)})`;
    return [`${file}:${example.at.line}:${example.at.column}: ${expected ? w.shouldMatch(name) : w.shouldNot(name)}`];
  });
}
