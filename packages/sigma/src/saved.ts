import { type CompileOptions, compile, type Matcher, setTest, testOf } from './compile.ts';
import { decided } from './fast/group.ts';
import { fieldsOf, type Predicates, type Program } from './fast/program.ts';
import { type LogSourceTable, type Source, sourcesOf } from './logsource.ts';
import type { Detection, LogSource, SigmaRule } from './rule.ts';
import { prepare } from './view.ts';

/**
 * Compiled rules as plain data: JSON, and a text a rule, which is read when more is asked of the rule than what routing and
 * lists need. Made by `save` of a rule set, taken by createRuleSet in place of rules, with the options they were compiled with.
 * No other version reads it.
 */
export interface SavedRules {
  readonly version: number;
  readonly program: Program;
  readonly rules: readonly SavedRule[];
  readonly texts: { at(index: number): string | undefined };
}

/** Raised with every change of what is saved, or of what a rule means. */
export const SAVED_VERSION = 2;

const LIGHT = ['id', 'name', 'title', 'path', 'at', 'status', 'level', 'tags', 'logsource', 'logsourceAt'] as const;
type Light = Pick<SigmaRule, (typeof LIGHT)[number]>;
type Heavy = Omit<SigmaRule, keyof Light>;

/** What of a rule stands outside its text; absent members are undefined. */
export type SavedRule = Partial<Light> & Pick<Light, 'title' | 'at' | 'tags' | 'logsource' | 'logsourceAt'>;

export function saveRules(rules: readonly SigmaRule[], program: Program): SavedRules & { readonly texts: string[] } {
  return {
    version: SAVED_VERSION,
    program,
    rules: rules.map((rule) => Object.fromEntries(LIGHT.map((key) => [key, rule[key]])) as unknown as SavedRule),
    texts: rules.map((rule) =>
      JSON.stringify(plain(rule), everyNumber(rule.raw) ? undefined : (_, value) => number(value)),
    ),
  };
}

/** The heavy members, whether the rule is one of a document or one that was saved before. */
function plain(rule: SigmaRule): unknown {
  const { description, author, date, modified, license, references, falsepositives, fields, raw, detection } = rule;
  const searches = [...detection.searches];
  const kept: Omit<Heavy, 'detection'> = {
    description,
    author,
    date,
    modified,
    license,
    references,
    falsepositives,
    fields,
    raw,
  };
  return { ...kept, detection: { searches, conditions: detection.conditions } };
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

function readHeavy(text: string): Heavy {
  const revive = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && '$number' in value ? Number(value.$number) : value;
  const parsed = JSON.parse(text, text.includes('{"$number":') ? revive : undefined) as Heavy & {
    detection: { searches: [string, never][]; conditions: Detection['conditions'] };
  };
  return {
    ...parsed,
    detection: { searches: new Map(parsed.detection.searches), conditions: parsed.detection.conditions },
  };
}

/** A rule whose members are read out of its text when one of them is first asked for. */
class SavedSigmaRule implements SigmaRule {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly title: string;
  readonly path: string | undefined;
  readonly at: SigmaRule['at'];
  readonly status: SigmaRule['status'];
  readonly level: SigmaRule['level'];
  readonly tags: readonly string[];
  readonly logsource: LogSource;
  readonly logsourceAt: SigmaRule['logsourceAt'];
  readonly #text: () => string;
  #read: Heavy | undefined;

  constructor(light: SavedRule, text: () => string) {
    this.id = light.id;
    this.name = light.name;
    this.title = light.title;
    this.path = light.path;
    this.at = light.at;
    this.status = light.status;
    this.level = light.level;
    this.tags = light.tags;
    this.logsource = light.logsource;
    this.logsourceAt = light.logsourceAt;
    this.#text = text;
  }

  get #heavy(): Heavy {
    this.#read ??= readHeavy(this.#text());
    return this.#read;
  }

  get description(): string | undefined {
    return this.#heavy.description;
  }
  get author(): string | undefined {
    return this.#heavy.author;
  }
  get date(): string | undefined {
    return this.#heavy.date;
  }
  get modified(): string | undefined {
    return this.#heavy.modified;
  }
  get license(): string | undefined {
    return this.#heavy.license;
  }
  get references(): readonly string[] {
    return this.#heavy.references;
  }
  get falsepositives(): readonly string[] {
    return this.#heavy.falsepositives;
  }
  get fields(): readonly string[] {
    return this.#heavy.fields;
  }
  get raw(): Readonly<Record<string, unknown>> {
    return this.#heavy.raw;
  }
  get detection(): Detection {
    return this.#heavy.detection;
  }
}

/** Matchers that compile their rule when it is first asked for a reason; routing and matching many need no more than the program. */
export function loadRules(saved: SavedRules, predicates: Predicates, options: CompileOptions): readonly Matcher[] {
  const { program, rules, texts } = saved;
  const sources = createSources(options.logSources);
  return rules.map((light, i): Matcher => {
    const rule = new SavedSigmaRule(light, () => texts.at(i)!);
    const tree = program.trees[i]!;
    let compiled: Matcher | undefined;
    const matcher = (): Matcher => {
      compiled ??= compile(rule, options);
      return compiled;
    };
    const loaded: Matcher = {
      rule,
      sources: sources(light.logsource, () => fieldsOf(tree, program)),
      matches: (view) => matcher().matches(view),
      explain: (view) => matcher().explain(view),
      couldMatch: (known) => decided(tree, undefined, predicates, prepare(known)) !== false,
    };
    setTest(loaded, () => testOf(matcher()));
    return loaded;
  });
}

/** The sources of rules, worked out once for all rules of a log source that no named fields tell apart. */
function createSources(
  table: LogSourceTable | undefined,
): (logsource: LogSource, fields: () => ReadonlySet<string>) => readonly Source[] | undefined {
  if (table === undefined) return () => undefined;
  const known = new Map<string, readonly Source[]>();
  const naming = new Set<string>();
  for (const rows of [...Object.values(table.categories), ...Object.values(table.services), table.readings ?? []])
    for (const { naming: names } of rows) for (const name of names ?? []) naming.add(name);
  return (logsource, fields) => {
    const { product, category, service } = logsource;
    const names = [...fields()].filter((name) => naming.has(name)).sort();
    const key = JSON.stringify([product, category, service, names]);
    let sources = known.get(key);
    if (sources === undefined) {
      sources = sourcesOf(logsource, table, { line: 1, column: 1 }, new Set(names));
      known.set(key, sources);
    }
    return sources;
  };
}
