import { type CompileOptions, compile, type Matcher, setTest, testOf } from './compile.ts';
import { decided } from './fast/group.ts';
import { fieldsOf, type Predicates, type Program } from './fast/program.ts';
import { type LogSourceTable, sourcesOf } from './logsource.ts';
import type { Detection, LogSource, SigmaRule } from './rule.ts';
import { prepare } from './view.ts';

/**
 * Compiled rules as plain data: JSON, and a text a rule, which is read when more is asked of the rule than what routing and
 * matching need. Made by `save` of a rule set, taken by createRuleSet in place of rules, with the options they were compiled with.
 * No other version reads it.
 */
export interface SavedRules {
  readonly version: number;
  readonly program: Program;
  /** Every log source once for each set of its fields that tells places apart. */
  readonly logsources: readonly (readonly [logsource: LogSource, telling: readonly string[]])[];
  /** One a rule: the number of its log source. */
  readonly rules: readonly number[];
  /** Of each rule its text, or, of one that was left out when saving, the rule itself. */
  readonly texts: { at(index: number): string | SigmaRule | undefined };
}

/** Raised with every change of what is saved, or of what a rule means. */
export const SAVED_VERSION = 3;

/** `leftOut`: rules of which whoever loads them gives the rule in place of the text, as it can read it again. */
export function saveRules(
  rules: readonly SigmaRule[],
  program: Program,
  table: LogSourceTable | undefined,
  leftOut: (rule: SigmaRule) => boolean = () => false,
): SavedRules & { readonly texts: string[] } {
  const telling = tellingFields(table);
  const known = new Map<string, number>();
  const logsources: [LogSource, string[]][] = [];
  const numbers = rules.map(({ logsource }, i) => {
    const names = [...fieldsOf(program.trees[i]!, program)].filter((name) => telling.has(name)).sort();
    const key = JSON.stringify([logsource, names]);
    const number = known.get(key) ?? logsources.length;
    if (number === logsources.length) logsources.push([logsource, names]);
    known.set(key, number);
    return number;
  });
  return {
    version: SAVED_VERSION,
    program,
    logsources,
    rules: numbers,
    texts: rules.map((rule) => (leftOut(rule) ? '' : textOf(rule))),
  };
}

function textOf(rule: SigmaRule): string {
  const plain = rule instanceof SavedSigmaRule ? rule.whole : rule;
  const { detection, ...others } = plain;
  const kept = { ...others, detection: { ...detection, searches: [...detection.searches] } };
  return JSON.stringify(kept, everyNumber(rule.raw) ? undefined : (_, value) => number(value));
}

/** Whether JSON can write all numbers of a document. */
function everyNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  for (const key in value) if (!everyNumber((value as Record<string, unknown>)[key])) return false;
  return true;
}

/** `.nan` and `.inf` of YAML. */
const number = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value;

function ruleOf(text: string): SigmaRule {
  const revive = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && '$number' in value ? Number(value.$number) : value;
  const parsed = JSON.parse(text, text.includes('{"$number":') ? revive : undefined) as SigmaRule & {
    detection: { searches: [string, never][]; conditions: Detection['conditions'] };
  };
  const { searches, conditions } = parsed.detection;
  return { ...parsed, detection: { searches: new Map(searches), conditions } };
}

/** A rule that is read when something else than its log source is first asked for. */
class SavedSigmaRule implements SigmaRule {
  readonly logsource: LogSource;
  readonly #read: () => SigmaRule;
  #whole: SigmaRule | undefined;

  constructor(logsource: LogSource, read: () => SigmaRule) {
    this.logsource = logsource;
    this.#read = read;
  }

  get whole(): SigmaRule {
    this.#whole ??= this.#read();
    return this.#whole;
  }

  get id(): string | undefined {
    return this.whole.id;
  }
  get name(): string | undefined {
    return this.whole.name;
  }
  get title(): string {
    return this.whole.title;
  }
  get path(): string | undefined {
    return this.whole.path;
  }
  get at(): SigmaRule['at'] {
    return this.whole.at;
  }
  get status(): SigmaRule['status'] {
    return this.whole.status;
  }
  get level(): SigmaRule['level'] {
    return this.whole.level;
  }
  get tags(): readonly string[] {
    return this.whole.tags;
  }
  get logsourceAt(): SigmaRule['logsourceAt'] {
    return this.whole.logsourceAt;
  }
  get description(): string | undefined {
    return this.whole.description;
  }
  get author(): string | undefined {
    return this.whole.author;
  }
  get date(): string | undefined {
    return this.whole.date;
  }
  get modified(): string | undefined {
    return this.whole.modified;
  }
  get license(): string | undefined {
    return this.whole.license;
  }
  get references(): readonly string[] {
    return this.whole.references;
  }
  get falsepositives(): readonly string[] {
    return this.whole.falsepositives;
  }
  get fields(): readonly string[] {
    return this.whole.fields;
  }
  get raw(): Readonly<Record<string, unknown>> {
    return this.whole.raw;
  }
  get detection(): Detection {
    return this.whole.detection;
  }
}

/** Matchers that compile their rule when it is first asked for a reason; routing and matching many need no more than the program. */
export function loadRules(saved: SavedRules, predicates: Predicates, options: CompileOptions): readonly Matcher[] {
  const { program, rules, texts } = saved;
  const { logSources: table, ...others } = options;
  const sources = saved.logsources.map(([logsource, names]) =>
    table === undefined ? undefined : sourcesOf(logsource, table, { line: 1, column: 1 }, new Set(names)),
  );
  return rules.map((number, i): Matcher => {
    const rule = new SavedSigmaRule(saved.logsources[number]![0], () => {
      const text = texts.at(i)!;
      return typeof text === 'string' ? ruleOf(text) : text;
    });
    const tree = program.trees[i]!;
    let compiled: Matcher | undefined;
    const matcher = (): Matcher => {
      compiled ??= compile(rule, others); // its places are known already
      return compiled;
    };
    const loaded: Matcher = {
      rule,
      sources: sources[number],
      matches: (view) => matcher().matches(view),
      explain: (view) => matcher().explain(view),
      couldMatch: (known) => decided(tree, undefined, predicates, prepare(known)) !== false,
    };
    setTest(loaded, () => testOf(matcher()));
    return loaded;
  });
}

/** Fields of which the naming by a rule decides where its events stand. */
function tellingFields(table: LogSourceTable | undefined): ReadonlySet<string> {
  const telling = new Set<string>();
  if (table === undefined) return telling;
  for (const rows of [...Object.values(table.categories), ...Object.values(table.services), table.readings ?? []])
    for (const { naming } of rows) for (const name of naming ?? []) telling.add(name);
  return telling;
}
