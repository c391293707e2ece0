import {
  type Level,
  type LinkedCorrelation,
  type LinkedRules,
  linkRules,
  parseRules,
  type RuleMeta,
  replaceRules,
  type SavedRules,
  type SigmaError,
  type SigmaRule,
} from '@haetae/sigma';
import { createWindowsRuleSet, type WindowsRuleSet } from '@haetae/sigma/windows';
import {
  type CompiledRules,
  type DetectorSetup,
  isAtLeast,
  type RuleCounts,
  type RuleProblem,
} from '../../detector.ts';
import { throughPipelines } from './pipelines.ts';

type Origin = readonly [file: number, rule: number];

/** Rules read and compiled, and what was wrong with them. */
export interface RuleBook {
  readonly set: WindowsRuleSet;
  /** Of rules that are in force as their files have them: which file, and the how-manieth rule of it. */
  readonly origins: ReadonlyMap<SigmaRule, Origin>;
  /** Rules whose own matches are findings. */
  readonly telling: ReadonlySet<SigmaRule>;
  readonly correlations: readonly LinkedCorrelation[];
  readonly problems: readonly RuleProblem[];
  readonly counts: RuleCounts;
}

export function readBook({
  rules: texts,
  minLevel = 'informational',
  strict = false,
  pipelines = [],
}: DetectorSetup): RuleBook {
  const problems: RuleProblem[] = [];
  let refused = 0;
  const note = (errors: readonly SigmaError[]): void => {
    for (const error of errors) {
      if (error.severity === 'error') refused++;
      problems.push(toProblem(error));
    }
  };
  const parsed = texts.map(({ path, text }) => parseRules(text, { file: path }));
  const origins = new Map(parsed.flatMap(({ rules }, file) => rules.map((rule, i) => [rule, [file, i] as const])));
  const read = linkRules(parsed);
  note(read.problems);
  const { linked, problems: processing } = throughPipelines(read, pipelines);
  note(processing);
  problems.push(...repeatedIds([...linked.rules, ...linked.correlations.map(({ correlation }) => correlation)]));
  const { wanted, telling } = rulesInPlay(linked, minLevel);
  const set = createWindowsRuleSet(wanted.rules, { strict });
  note(set.problems);
  const inForce = new Set(set.matchers.map(({ rule }) => rule));
  const able = replaceRules(wanted, (rule) => (inForce.has(rule) ? rule : undefined));
  note(able.problems.slice(wanted.problems.length));
  return {
    set,
    origins,
    telling,
    correlations: able.correlations,
    problems,
    counts: {
      inForce: set.matchers.length + able.correlations.length + able.filters.length,
      belowLevel: linked.counts.loaded - wanted.counts.loaded,
      refused,
    },
  };
}

/** A book as JSON, save the texts of its rules. Rules and correlations refer to each other by their numbers. */
interface Head {
  readonly saved: Omit<SavedRules, 'texts'>;
  /** Where each rule is read again when it is asked for: its origin, or where its text begins and ends in `texts`. */
  readonly places: readonly (Origin | { readonly text: readonly [from: number, to: number] })[];
  readonly silent: readonly number[];
  readonly correlations: readonly SavedCorrelation[];
  readonly problems: readonly RuleProblem[];
  readonly counts: RuleCounts;
}

interface SavedCorrelation extends Omit<LinkedCorrelation, 'sources'> {
  readonly sources: readonly { readonly kind: 'rule' | 'correlation'; readonly number: number }[];
}

/** What {@link loadBook} takes in place of reading and compiling the rules of the same setup again. */
export function saveBook({ set, origins, telling, correlations, problems, counts }: RuleBook): CompiledRules {
  const rules = new Map(set.matchers.map(({ rule }, i) => [rule, i]));
  const linked = new Map(correlations.map((one, i) => [one, i]));
  const { texts, ...saved } = set.save((rule) => origins.has(rule));
  const bytes: Buffer[] = [];
  let end = 0;
  const places = set.matchers.map(({ rule }, i): Head['places'][number] => {
    const origin = origins.get(rule);
    if (origin !== undefined) return origin;
    // What a filter or a pipeline made of a rule stands in no file.
    const text = Buffer.from(texts.at(i) as string);
    bytes.push(text);
    const from = end;
    end += text.length;
    return { text: [from, end] };
  });
  const head: Head = {
    saved,
    places,
    silent: [...rules].flatMap(([rule, i]) => (telling.has(rule) ? [] : [i])),
    correlations: correlations.map((one) => ({
      ...one,
      sources: one.sources.map((s) =>
        s.kind === 'rule'
          ? { kind: s.kind, number: rules.get(s.rule)! }
          : { kind: s.kind, number: linked.get(s.linked)! },
      ),
    })),
    problems,
    counts,
  };
  return { head: JSON.stringify(head), texts: Buffer.concat(bytes) };
}

export function loadBook({ head, texts }: CompiledRules, setup: DetectorSetup): RuleBook {
  const { saved, places, silent, correlations, problems, counts } = JSON.parse(head) as Head;
  const body = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength);
  const files = new Map<number, readonly SigmaRule[]>();
  const rulesOf = (file: number): readonly SigmaRule[] => {
    const { path, text } = setup.rules[file]!;
    const rules = files.get(file) ?? parseRules(text, { file: path }).rules;
    files.set(file, rules);
    return rules;
  };
  const at = (i: number): string | SigmaRule => {
    const place = places[i]!;
    return 'text' in place ? body.toString('utf8', ...place.text) : rulesOf(place[0])[place[1]]!;
  };
  const set = createWindowsRuleSet({ ...saved, texts: { at } }, { strict: setup.strict ?? false });
  const rules = set.matchers.map(({ rule }) => rule);
  const quiet = new Set(silent);
  const linked: LinkedCorrelation[] = [];
  // One that another refers to comes before it.
  for (const { sources, ...one } of correlations) {
    linked.push({
      ...one,
      sources: sources.map(({ kind, number }) =>
        kind === 'rule' ? { kind, rule: rules[number]! } : { kind, linked: linked[number]! },
      ),
    });
  }
  const telling = new Set(rules.filter((_, i) => !quiet.has(i)));
  return { set, origins: new Map(), telling, correlations: linked, problems, counts };
}

export const levelOf = ({ level }: { readonly level: Level | undefined }): Level => level ?? 'informational';

/** `haetae: {base: true}`: a rule that is there for correlations only, also for those that let the others they refer to speak. */
const isBase = ({ raw: { haetae: own } }: RuleMeta): boolean =>
  typeof own === 'object' && own !== null && (own as { base?: unknown }).base === true;

/**
 * Of all documents those that make findings of the level asked for, and those that they are made of. `telling`: rules whose
 * own matches are findings; a rule that a correlation refers to makes none, unless `generate` asks for it.
 */
function rulesInPlay(
  linked: LinkedRules,
  minLevel: Level,
): { readonly wanted: LinkedRules; readonly telling: ReadonlySet<SigmaRule> } {
  const correlations = new Set<LinkedCorrelation>();
  const needed = new Set<SigmaRule>();
  for (const one of [...linked.correlations].reverse()) {
    if (one.fires && isAtLeast(levelOf(one), minLevel)) correlations.add(one);
    if (!correlations.has(one)) continue;
    for (const source of one.sources) {
      if (source.kind === 'rule') needed.add(source.rule);
      else correlations.add(source.linked);
    }
  }
  const telling = new Set(
    linked.rules.filter((rule) => !linked.silent.has(rule) && !isBase(rule) && isAtLeast(levelOf(rule), minLevel)),
  );
  const rules = linked.rules.filter((rule) => telling.has(rule) || needed.has(rule));
  const lost = linked.rules.length - rules.length + linked.correlations.length - correlations.size;
  const wanted = {
    ...linked,
    rules,
    correlations: linked.correlations.filter((one) => correlations.has(one)),
    counts: { ...linked.counts, loaded: linked.counts.loaded - lost },
  };
  return { wanted, telling };
}

function toProblem({ severity, code, file, line, column, reason }: SigmaError): RuleProblem {
  return { severity, code, file: file ?? '', line, column, reason };
}

/** Two rules of one id would be counted and muted as one. Both stay in force. */
function repeatedIds(rules: readonly RuleMeta[]): RuleProblem[] {
  const first = new Map<string, RuleMeta>();
  const problems: RuleProblem[] = [];
  for (const rule of rules) {
    if (rule.id === undefined) continue;
    const id = rule.id.toLowerCase();
    const other = first.get(id);
    if (other === undefined) first.set(id, rule);
    else
      problems.push({
        severity: 'warning',
        code: 'repeated-id',
        file: rule.path ?? '',
        ...rule.at,
        reason: `the id ${rule.id} belongs to ${other.path ?? 'another rule'} already; both are in force`,
      });
  }
  return problems;
}
