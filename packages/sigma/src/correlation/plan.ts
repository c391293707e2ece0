import type { LinkedCorrelation } from '../link.ts';
import type { SigmaRule } from '../rule.ts';
import { onlyLower } from './bounds.ts';
import { type Formula, hasAbsent, toFormula } from './formula.ts';
import type { SigmaCorrelation } from './rule.ts';

/** Values of some fields of an event, a list each; null where it has none. */
export type Row = readonly (readonly string[] | null)[];

/** How one of a correlation's rules is read: indices into the rows that it gives. */
export interface PlanSource {
  readonly isCorrelation: boolean;
  readonly groups: readonly number[];
  readonly measured: readonly number[];
  readonly carried: readonly number[];
}

/** A correlation made ready. */
export interface Plan {
  readonly linked: LinkedCorrelation;
  /** What it is saved under, and what must be the same for saved state to fit. */
  readonly key: string;
  readonly fingerprint: string;
  readonly spanMs: number;
  /** Its condition, once met, stays met: it is told at once. Else only a whole window can tell. */
  readonly early: boolean;
  /** Which rules must have been seen; undefined where a value is compared with bounds. */
  readonly formula: Formula | undefined;
  readonly sources: readonly PlanSource[];
  /** Correlations over this one: index of theirs, and of this one among their rules. */
  readonly parents: readonly { readonly plan: number; readonly source: number }[];
}

/** A base rule: what is read of an event that it matches, and where it goes. */
export interface PlanInput {
  readonly rule: SigmaRule;
  readonly fields: readonly string[];
  readonly to: readonly { readonly plan: number; readonly source: number }[];
}

/** `linked` as {@link linkRules} orders them, children first; so are the plans. Inputs come in the order of their first use. */
export function planAll(linked: readonly LinkedCorrelation[]): { plans: Plan[]; inputs: PlanInput[] } {
  const indexOf = new Map(linked.map((l, i) => [l.correlation, i]));
  const carried: string[][] = linked.map(() => []);
  const ofRule = new Map<SigmaRule, { fields: string[]; to: { plan: number; source: number }[] }>();
  const parents: { plan: number; source: number }[][] = linked.map(() => []);
  // Parents first: what they need of a correlation, it needs of its own rules.
  for (let plan = linked.length - 1; plan >= 0; plan--) {
    const { correlation, sources } = linked[plan]!;
    const wanted = [...correlation.groupBy, ...measuredFields(correlation), ...carried[plan]!];
    sources.forEach((from, source) => {
      let fields: string[];
      if (from.kind === 'correlation') {
        const child = indexOf.get(from.linked.correlation)!;
        parents[child]!.push({ plan, source });
        fields = carried[child]!;
      } else {
        const input = ofRule.get(from.rule) ?? { fields: [], to: [] };
        ofRule.set(from.rule, input);
        input.to.push({ plan, source });
        fields = input.fields;
      }
      for (const field of wanted) {
        const name = nameIn(linked[plan]!, source, field);
        if (!fields.includes(name)) fields.push(name);
      }
    });
  }
  const keys = new Set<string>();
  const keyOf = ({ id, name, path, at }: SigmaCorrelation): string => {
    let key = id ?? name ?? `${path ?? ''}:${at.line}`;
    while (keys.has(key)) key += "'";
    keys.add(key);
    return key;
  };
  const plans = linked.map((one, plan): Plan => {
    const { correlation, sources } = one;
    const planned = sources.map((from, source): PlanSource => {
      const fields =
        from.kind === 'correlation' ? carried[indexOf.get(from.linked.correlation)!]! : ofRule.get(from.rule)!.fields;
      const columns = (names: readonly string[]): number[] =>
        names.map((name) => fields.indexOf(nameIn(one, source, name)));
      return {
        isCorrelation: from.kind === 'correlation',
        groups: columns(correlation.groupBy),
        measured: columns(measuredFields(correlation)),
        carried: columns(carried[plan]!),
      };
    });
    const formula = formulaOf(correlation);
    return {
      linked: one,
      key: keyOf(correlation),
      fingerprint: JSON.stringify([correlation.raw.correlation, planned]),
      spanMs: correlation.timespan.ms,
      early: isEarly(correlation, formula),
      formula,
      sources: planned,
      parents: parents[plan]!,
    };
  });
  const rules = new Set(linked.flatMap(({ sources }) => sources.flatMap((s) => (s.kind === 'rule' ? [s.rule] : []))));
  return { plans, inputs: [...rules].map((rule): PlanInput => ({ rule, ...ofRule.get(rule)! })) };
}

const measuredFields = ({ condition }: SigmaCorrelation): readonly string[] =>
  condition.kind === 'bounds' ? condition.fields : [];

/** What a field or alias of the correlation is called in what its rule number `source` gives. */
function nameIn({ correlation, sources }: LinkedCorrelation, source: number, field: string): string {
  const alias = correlation.aliases.find(({ name }) => name === field);
  if (alias === undefined) return field;
  const from = sources[source]!;
  const { id, name } = from.kind === 'rule' ? from.rule : from.linked.correlation;
  const own = alias.fields.find(({ text }) => text === name || text.toLowerCase() === id?.toLowerCase());
  return own?.field ?? field;
}

function formulaOf({ condition, rules, type }: SigmaCorrelation): Formula | undefined {
  if (condition.kind === 'expression')
    return toFormula(
      condition.of,
      rules.map(({ text }) => text),
    );
  if (type !== 'temporal' && type !== 'temporal_ordered') return undefined;
  const all = condition.bounds.every(
    ({ op, number }) => (op === 'gte' && number === rules.length) || (op === 'gt' && number === rules.length - 1),
  );
  return all ? [{ present: rules.map((_, i) => i), absent: [] }] : undefined;
}

function isEarly({ type, condition }: SigmaCorrelation, formula: Formula | undefined): boolean {
  if (formula !== undefined) return !hasAbsent(formula);
  const grows = !['value_avg', 'value_percentile', 'value_median'].includes(type);
  return condition.kind === 'bounds' && grows && onlyLower(condition.bounds);
}
