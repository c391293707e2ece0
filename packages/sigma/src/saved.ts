import { type CompileOptions, compile, type Matcher } from './compile.ts';
import { decided } from './fast/group.ts';
import { fieldsOf, type Predicates, type Program } from './fast/program.ts';
import { type LogSourceTable, type Source, sourcesOf } from './logsource.ts';
import type { LogSource, SigmaRule } from './rule.ts';
import { prepare } from './view.ts';

/**
 * Compiled rules as plain data: JSON, and a text a rule, which is read when the rule is first asked for. Made by `save` of a rule
 * set, taken by createRuleSet in place of rules, with the options they were compiled with. No other version reads it.
 */
export interface SavedRules {
  readonly version: number;
  readonly program: Program;
  readonly logSources: readonly LogSource[];
  readonly texts: { at(index: number): string | undefined };
}

/** Raised with every change of what is saved, or of what a rule means. */
export const SAVED_VERSION = 1;

/** JSON knows no maps, and no numbers that are none. */
function replacer(this: unknown, _: string, value: unknown): unknown {
  if (value instanceof Map) return { $map: [...value] };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
  return value;
}

function reviver(this: unknown, _: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$map' in value) return new Map(value.$map as [unknown, unknown][]);
  return '$number' in value ? Number(value.$number) : value;
}

export const saveRule = (rule: SigmaRule): string => JSON.stringify(rule, replacer);
const readRule = (text: string): SigmaRule => JSON.parse(text, reviver) as SigmaRule;

/** Matchers that read and compile their rule when it is first asked for; routing needs neither. */
export function loadRules(saved: SavedRules, predicates: Predicates, options: CompileOptions): readonly Matcher[] {
  const { program, logSources } = saved;
  const sources = createSources(options.logSources);
  return logSources.map((logsource, i): Matcher => {
    let rule: SigmaRule | undefined;
    let matcher: Matcher | undefined;
    const theRule = (): SigmaRule => {
      rule ??= readRule(saved.texts.at(i)!);
      return rule;
    };
    const theMatcher = (): Matcher => {
      matcher ??= compile(theRule(), options);
      return matcher;
    };
    return {
      get rule() {
        return theRule();
      },
      sources: sources(logsource, () => fieldsOf(program.trees[i]!, program)),
      matches: (view) => theMatcher().matches(view),
      explain: (view) => theMatcher().explain(view),
      couldMatch: (known) => decided(program.trees[i]!, undefined, predicates, prepare(known)) !== false,
    };
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
