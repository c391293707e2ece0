import { compile } from './compile.ts';
import type { SigmaCorrelation } from './correlation/rule.ts';
import { SigmaError } from './error.ts';
import { applyFilter, fits } from './filter/apply.ts';
import type { SigmaFilter } from './filter/rule.ts';
import type { ParsedRules } from './parse.ts';
import { References } from './references.ts';
import { LEVELS, type Level, type LogSource, type SigmaRule } from './rule.ts';

/** What one reference of a correlation means. */
export type CorrelationSource =
  | { readonly kind: 'rule'; readonly rule: SigmaRule }
  | { readonly kind: 'correlation'; readonly linked: LinkedCorrelation };

export interface LinkedCorrelation {
  readonly correlation: SigmaCorrelation;
  /** In the order of `correlation.rules`. */
  readonly sources: readonly CorrelationSource[];
  /** Its own, else the highest of its rules. */
  readonly level: Level | undefined;
  /** Makes findings of its own: no other correlation refers to it, or one that does says `generate: true`. */
  readonly fires: boolean;
}

/** Rules, correlations and filters of many texts, their references resolved. */
export interface LinkedRules {
  /** As parsed, in order, with the filters put in. */
  readonly rules: readonly SigmaRule[];
  /** Those of `rules` that make no findings of their own: a correlation refers to them, and none says `generate: true`. */
  readonly silent: ReadonlySet<SigmaRule>;
  /** In order of reference: one that another refers to comes first. */
  readonly correlations: readonly LinkedCorrelation[];
  /** The filters in force. */
  readonly filters: readonly SigmaFilter[];
  /** Those of the texts and of the references. */
  readonly problems: readonly SigmaError[];
  /** Documents; `loaded + refused = read`. */
  readonly counts: { readonly read: number; readonly loaded: number; readonly refused: number };
}

export interface LinkOptions {
  /** Values for `|expand` in filters. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
}

/** Resolves what documents say of each other, across texts. Never throws: what refers to nothing is a problem. */
export function linkRules(parsed: readonly ParsedRules[], options: LinkOptions = {}): LinkedRules {
  const problems = parsed.flatMap((p) => p.problems);
  const rules = parsed.flatMap((p) => p.rules);
  const correlations = parsed.flatMap((p) => p.correlations);
  const filters = parsed.flatMap((p) => p.filters);
  const gone = parsed.flatMap((p) => p.refused);
  const references = new References<SigmaRule | SigmaCorrelation>([...rules, ...correlations], gone);

  const filtered = new Map<SigmaRule, SigmaRule>(rules.map((rule) => [rule, rule]));
  const inForce = filters.filter((filter) => {
    try {
      for (const rule of targets(filter, rules, references, options, problems))
        filtered.set(rule, applyFilter(filtered.get(rule)!, filter));
      return true;
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push(error);
      return false;
    }
  });

  const linked = linkCorrelations(correlations, references, filtered, problems);
  const generated = new Set<SigmaRule | SigmaCorrelation>();
  const meant = new Set<SigmaRule | SigmaCorrelation>();
  for (const { correlation, sources } of linked.values()) {
    for (const source of sources) {
      const to = source.kind === 'rule' ? source.rule : source.linked.correlation;
      meant.add(to);
      if (correlation.generate) generated.add(to);
    }
  }
  const fires = (document: SigmaRule | SigmaCorrelation): boolean => !meant.has(document) || generated.has(document);
  const made = new Map<SigmaCorrelation, LinkedCorrelation>();
  // Children come first, so that each is final before another holds it.
  for (const { correlation, sources } of linked.values()) {
    const final = sources.map(
      (s): CorrelationSource =>
        s.kind === 'rule' ? s : { kind: 'correlation', linked: made.get(s.linked.correlation)! },
    );
    made.set(correlation, {
      correlation,
      sources: final,
      level: correlation.level ?? highest(final),
      fires: fires(correlation),
    });
  }
  const refused = gone.length + (correlations.length - made.size) + (filters.length - inForce.length);
  const loaded = rules.length + made.size + inForce.length;
  return {
    rules: [...filtered.values()],
    silent: new Set([...filtered.values()].filter((rule) => !fires(rule))),
    correlations: [...made.values()],
    filters: inForce,
    problems,
    counts: { read: loaded + refused, loaded, refused },
  };
}

/**
 * The same with other rules in the place of these: what a processing pipeline made of one, or undefined where it was
 * refused, which refuses the correlations that need it.
 */
export function replaceRules(linked: LinkedRules, replace: (rule: SigmaRule) => SigmaRule | undefined): LinkedRules {
  const rules = new Map(linked.rules.map((rule) => [rule, replace(rule)]));
  const problems = [...linked.problems];
  const made = new Map<LinkedCorrelation, LinkedCorrelation>();
  for (const old of linked.correlations) {
    const { correlation } = old;
    const missing = old.sources.findIndex((s) =>
      s.kind === 'rule' ? rules.get(s.rule) === undefined : !made.has(s.linked),
    );
    if (missing >= 0) {
      const { text, at } = correlation.rules[missing]!;
      const reason = `${text}, to which this correlation refers, is not in force`;
      problems.push(new SigmaError('unknown-rule', reason, { file: correlation.path, ...at }));
      continue;
    }
    const sources = old.sources.map(
      (s): CorrelationSource =>
        s.kind === 'rule' ? { kind: 'rule', rule: rules.get(s.rule)! } : { ...s, linked: made.get(s.linked)! },
    );
    made.set(old, { ...old, sources });
  }
  const kept = [...rules.values()].filter((rule) => rule !== undefined);
  const lost = linked.rules.length - kept.length + linked.correlations.length - made.size;
  const { read, loaded, refused } = linked.counts;
  return {
    ...linked,
    rules: kept,
    silent: new Set([...linked.silent].flatMap((rule) => rules.get(rule) ?? [])),
    correlations: [...made.values()],
    problems,
    counts: { read, loaded: loaded - lost, refused: refused + lost },
  };
}

function linkCorrelations(
  correlations: readonly SigmaCorrelation[],
  references: References<SigmaRule | SigmaCorrelation>,
  filtered: ReadonlyMap<SigmaRule, SigmaRule>,
  problems: SigmaError[],
): Map<SigmaCorrelation, LinkedCorrelation> {
  const linked = new Map<SigmaCorrelation, LinkedCorrelation>();
  const refused = new Map<SigmaCorrelation, SigmaError>();
  const path: SigmaCorrelation[] = [];
  const visit = (correlation: SigmaCorrelation): void => {
    if (linked.has(correlation) || refused.has(correlation)) return;
    path.push(correlation);
    try {
      const sources = correlation.rules.map((reference): CorrelationSource => {
        const place = { file: correlation.path, ...reference.at };
        const found = references.find(reference, correlation.path);
        if (!isCorrelation(found)) return { kind: 'rule', rule: filtered.get(found)! };
        const from = path.indexOf(found);
        if (from >= 0) {
          const way = [...path.slice(from), found].map(({ name, id, title }) => name ?? id ?? title);
          throw new SigmaError('rule-cycle', `correlations refer to each other in a circle: ${way.join(' → ')}`, place);
        }
        if (path.length >= MOST_CHAINED)
          throw new SigmaError('rule-cycle', `more than ${MOST_CHAINED} correlations in a chain`, place);
        visit(found);
        const child = linked.get(found);
        if (child !== undefined) return { kind: 'correlation', linked: child };
        const why = refused.get(found);
        const reason = `the correlation ${reference.text} was refused${why === undefined ? '' : `: ${why.message}`}`;
        throw new SigmaError('unknown-rule', reason, place);
      });
      sources.forEach((source, i) => {
        const same = sources.findIndex((s) => meaning(s) === meaning(source));
        if (same === i) return;
        const reason = `${correlation.rules[i]!.text} and ${correlation.rules[same]!.text} are one rule`;
        throw new SigmaError('bad-correlation', reason, { file: correlation.path, ...correlation.rules[i]!.at });
      });
      checkAliases(correlation, sources, references, filtered);
      linked.set(correlation, { correlation, sources, level: undefined, fires: true });
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      refused.set(correlation, error);
      problems.push(error);
    } finally {
      path.pop();
    }
  };
  for (const correlation of correlations) visit(correlation);
  return linked;
}

const MOST_CHAINED = 16;

const isCorrelation = (document: SigmaRule | SigmaCorrelation): document is SigmaCorrelation => 'timespan' in document;

const meaning = (source: CorrelationSource): SigmaRule | SigmaCorrelation =>
  source.kind === 'rule' ? source.rule : source.linked.correlation;

/** Each alias must name a field for each rule, and no rule that the correlation does not refer to. */
function checkAliases(
  correlation: SigmaCorrelation,
  sources: readonly CorrelationSource[],
  references: References<SigmaRule | SigmaCorrelation>,
  filtered: ReadonlyMap<SigmaRule, SigmaRule>,
): void {
  const file = correlation.path;
  const used = new Set([
    ...correlation.groupBy,
    ...(correlation.condition.kind === 'bounds' ? correlation.condition.fields : []),
  ]);
  for (const alias of correlation.aliases) {
    const named = alias.fields.map((reference) => {
      const found = references.find(reference, file);
      const to = isCorrelation(found) ? found : filtered.get(found)!;
      if (!sources.some((s) => meaning(s) === to))
        throw new SigmaError('unknown-rule', `the correlation does not refer to ${reference.text}`, {
          file,
          ...reference.at,
        });
      return to;
    });
    const bare = sources.findIndex((s) => !named.includes(meaning(s)) && !passesOn(s, alias.name));
    if (bare >= 0 && used.has(alias.name)) {
      const reason = `the alias ${alias.name} names no field of ${correlation.rules[bare]!.text}`;
      throw new SigmaError('bad-correlation', reason, { file, ...alias.at });
    }
  }
}

/** A correlation below may know the alias itself. */
const passesOn = (source: CorrelationSource, alias: string): boolean =>
  source.kind === 'correlation' && source.linked.correlation.aliases.some(({ name }) => name === alias);

function highest(sources: readonly CorrelationSource[]): Level | undefined {
  const levels = sources.map((s) => (s.kind === 'rule' ? s.rule.level : s.linked.level));
  return LEVELS.findLast((level) => levels.includes(level));
}

/** The rules that a filter is for. Throws when it can be for none; says which of its references are of no use. */
function targets(
  filter: SigmaFilter,
  rules: readonly SigmaRule[],
  references: References<SigmaRule | SigmaCorrelation>,
  { placeholders = {} }: LinkOptions,
  problems: SigmaError[],
): SigmaRule[] {
  const file = filter.path;
  // Whatever is wrong with its values is its own fault, not that of the rules it would be put into.
  compile({ ...filter, logsourceAt: filter.at }, { placeholders });
  if (filter.rules === 'any') {
    const found = rules.filter((rule) => fits(filter.logsource, rule.logsource));
    if (found.length === 0)
      problems.push(
        new SigmaError('unfit-filter', `no rule is for ${describe(filter.logsource)}`, { file, ...filter.at }),
      );
    return found;
  }
  const found = new Set<SigmaRule>();
  let worst: SigmaError | undefined;
  const odd: SigmaError[] = [];
  for (const reference of filter.rules) {
    const place = { file, ...reference.at };
    try {
      const rule = references.find(reference, file);
      if (isCorrelation(rule))
        throw new SigmaError('bad-filter', `${reference.text} is a correlation; filter the rules below it`, place);
      if (!fits(filter.logsource, rule.logsource)) {
        const reason = `the filter is for ${describe(filter.logsource)}, ${reference.text} for ${describe(rule.logsource)}`;
        throw new SigmaError('bad-filter', reason, place);
      }
      found.add(rule);
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      worst ??= error;
      odd.push(new SigmaError('unfit-filter', error.reason, place));
    }
  }
  if (found.size === 0 && worst !== undefined) {
    problems.push(...odd.slice(1));
    throw worst;
  }
  problems.push(...odd);
  return [...found];
}

const describe = ({ product, category, service }: LogSource): string =>
  [product, category, service].filter((word) => word !== undefined).join('/');
