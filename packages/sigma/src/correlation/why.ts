import { boundsText } from './bounds.ts';
import type { CorrelationFinding, CorrelationWhy } from './finding.ts';
import type { SigmaCorrelation } from './rule.ts';

/** A finding's reasons as plain data: the condition, the value that met it, the window, the group, the events. */
export function explainCorrelation<R>(finding: CorrelationFinding<R, unknown>): CorrelationWhy<R> {
  const { correlation, value, approximate, values, from, to, group, count, counts, first, last } = finding;
  const { type, timespan, rules, condition } = correlation;
  return {
    kind: 'correlated',
    type,
    condition: conditionText(correlation),
    fields: condition.kind === 'bounds' ? condition.fields : [],
    value,
    approximate,
    values,
    timespan: timespan.text,
    from,
    to,
    group,
    count,
    rules: rules.map(({ text }, i) => ({ rule: text, count: counts[i]! })),
    first,
    last,
  };
}

/** `gte 10`, `percentile 95 gt 3`; of a boolean condition its text. */
export function conditionText({ condition, raw }: SigmaCorrelation): string {
  switch (condition.kind) {
    case 'bounds': {
      const { bounds, percentile } = condition;
      return `${percentile === undefined ? '' : `percentile ${percentile} `}${boundsText(bounds)}`;
    }
    case 'expression': {
      const body = raw.correlation as { readonly condition: string };
      return body.condition.trim();
    }
    default:
      return condition satisfies never;
  }
}
