import type { Condition, LogSource, Search, SigmaRule } from '../rule.ts';
import type { SigmaFilter } from './rule.ts';

/** Whether a filter for `filter` speaks of rules for `rule`: what it names of a log source, the rule names too. */
export const fits = (filter: LogSource, rule: LogSource): boolean =>
  (['product', 'category', 'service'] as const).every(
    (key) => filter[key] === undefined || filter[key].toLowerCase() === rule[key]?.toLowerCase(),
  );

/**
 * The rule with a filter put in. A filter suppresses: the specification's example says with `selection` what to suppress,
 * pySigma's with `not selection` what to keep. Both are meant by asking what the condition makes of an event that none of
 * its searches describes, which no filter may suppress: where it does not hold, `and not (…)` is laid over the rule, else
 * `and (…)`.
 */
export function applyFilter(rule: SigmaRule, filter: SigmaFilter): SigmaRule {
  const searches = new Map<string, Search>(rule.detection.searches);
  const renamed = new Map<string, string>();
  for (const [name, search] of filter.detection.searches) {
    // No condition can be written that means these by accident: a name in one has no blank.
    let key = `${filter.name ?? filter.title}: ${name}`;
    while (searches.has(key)) key += "'";
    searches.set(key, search);
    renamed.set(name, key);
  }
  const { conditions } = filter.detection;
  const first = rename(conditions[0]!, renamed);
  const own: Condition =
    conditions.length === 1 ? first : { kind: 'or', of: conditions.map((c) => rename(c, renamed)), at: first.at };
  const laid: Condition = holdsOfNothing(own) ? own : { kind: 'not', of: own, at: own.at };
  return {
    ...rule,
    detection: {
      searches,
      conditions: rule.detection.conditions.map((c) => ({ kind: 'and', of: [c, laid], at: c.at })),
    },
  };
}

/** What the filter takes away, as a rule that matches it: for those who want to know what was suppressed, and by which filter. */
export function suppressionOf(filter: SigmaFilter): SigmaRule {
  const { detection, logsource, at } = filter;
  const [first, ...others] = detection.conditions;
  const own: Condition = others.length === 0 ? first! : { kind: 'or', of: detection.conditions, at: first!.at };
  const taken: Condition = holdsOfNothing(own) ? { kind: 'not', of: own, at: own.at } : own;
  return { ...filter, logsource, logsourceAt: at, detection: { ...detection, conditions: [taken] } };
}

function rename(condition: Condition, names: ReadonlyMap<string, string>): Condition {
  switch (condition.kind) {
    case 'search':
      return { ...condition, name: names.get(condition.name)! };
    case 'not':
      return { ...condition, of: rename(condition.of, names) };
    case 'and':
    case 'or':
      return { ...condition, of: condition.of.map((c) => rename(c, names)) };
    case 'of':
      return { ...condition, names: condition.names.map((name) => names.get(name)!) };
    default:
      return condition satisfies never;
  }
}

function holdsOfNothing(condition: Condition): boolean {
  switch (condition.kind) {
    case 'search':
    case 'of':
      return false;
    case 'not':
      return !holdsOfNothing(condition.of);
    case 'and':
      return condition.of.every(holdsOfNothing);
    case 'or':
      return condition.of.some(holdsOfNothing);
    default:
      return condition satisfies never;
  }
}
