import type { At } from '../error.ts';
import type { Condition, RuleMeta, RuleReference } from '../rule.ts';

export const CORRELATION_TYPES = [
  'event_count',
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'temporal',
  'temporal_ordered',
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

export const BOUND_OPS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
export type BoundOp = (typeof BOUND_OPS)[number];

export interface Bound {
  readonly op: BoundOp;
  readonly number: number;
}

/** When a window makes a match. */
export type CorrelationCondition =
  | {
      /** Its value (a count of events, of values, of rules, a sum …) keeps every bound. */
      readonly kind: 'bounds';
      readonly bounds: readonly Bound[];
      /** The fields whose values count; [] for event_count, temporal and temporal_ordered. */
      readonly fields: readonly string[];
      /** 0–100, of value_percentile. Without it value_percentile is about the share of each value, in per cent. */
      readonly percentile: number | undefined;
    }
  /** Which rules were seen: `a and b and not c`; its searches are texts of references. */
  | { readonly kind: 'expression'; readonly of: Condition };

export interface Timespan {
  /** As written, `10m`. */
  readonly text: string;
  readonly ms: number;
}

/** A field's name for each of the rules: `text` is the rule's reference, `field` what the event calls it. */
export interface Alias {
  readonly name: string;
  readonly at: At;
  readonly fields: readonly (RuleReference & { readonly field: string })[];
}

/** A correlation as its document has it: https://sigmahq.io/sigma-specification/specification/sigma-correlation-rules-specification.html */
export interface SigmaCorrelation extends RuleMeta {
  readonly type: CorrelationType;
  /** In the document's order, which is the order that temporal_ordered asks for. */
  readonly rules: readonly RuleReference[];
  /** Fields or aliases; [] makes one group of all events. */
  readonly groupBy: readonly string[];
  readonly aliases: readonly Alias[];
  readonly timespan: Timespan;
  readonly condition: CorrelationCondition;
  readonly conditionAt: At;
  /** The rules that it refers to fire by themselves as well. */
  readonly generate: boolean;
}
