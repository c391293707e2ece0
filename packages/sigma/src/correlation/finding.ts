import type { Level } from '../rule.ts';
import type { CorrelationType, SigmaCorrelation } from './rule.ts';
import type { Instant } from './time.ts';

/** A match of a base rule, as the correlator takes it. `R` and `D` are plain data (JSON) of the caller's. */
export interface BaseMatch<R = unknown, D = unknown> extends Instant {
  /** Index into {@link Correlator.inputs}. */
  readonly input: number;
  /** One list of values a field of that input, in its order; null where the event has no such field. */
  readonly values: readonly (readonly string[] | null)[];
  /** Which event it was. Orders events of one time, and tells one event from another. */
  readonly id: string;
  /** Small, and repeated in findings as often as an event is named in one. */
  readonly ref: R;
  /** More about the event, given back for the one that met the condition only. */
  readonly detail?: D;
}

/** An event, or a finding of a correlation below, that contributes to a finding. */
export interface Contribution<R = unknown> extends Instant {
  /** Index into the correlation's `rules`. */
  readonly rule: number;
  readonly id: string;
  readonly ref: R;
}

/** What a correlation says of one group and one window. The same `id` comes again when its count has changed. */
export interface CorrelationFinding<R = unknown, D = unknown> extends Instant {
  /** `open`: the condition is met; `updated`: more events came; `closed`: the window is over, nothing more will be said. */
  readonly state: 'open' | 'updated' | 'closed';
  readonly id: string;
  readonly correlation: SigmaCorrelation;
  readonly level: Level | undefined;
  /** The group's fields and their values as the first event spelt them. */
  readonly group: readonly { readonly field: string; readonly value: string }[];
  /** The window: its first event's time, and a timespan later. Both ends belong to it. */
  readonly from: Instant;
  readonly to: Instant;
  /** The event that met the condition; its time is the finding's. */
  readonly met: Contribution<R> & { readonly detail?: D };
  /** What the condition is about: a count, a sum …, of a temporal one the number of rules that were seen. */
  readonly value: number;
  /** `value` is an estimate or a lower limit, or the window lost events, because a limit was reached. */
  readonly approximate: boolean;
  /** Distinct values of value_count; the rare ones of value_percentile. A few of them. */
  readonly values: readonly string[];
  /** Events (findings of correlations below count as one) in the window so far. */
  readonly count: number;
  /** The same by rule, in the order of the correlation's `rules`. */
  readonly counts: readonly number[];
  /** The earliest and the latest contributions, none in both; between them `count` less both were not kept. */
  readonly first: readonly Contribution<R>[];
  readonly last: readonly Contribution<R>[];
}

/** Why a correlation's finding was made, as plain data to show. */
export interface CorrelationWhy<R = unknown> {
  readonly kind: 'correlated';
  readonly type: CorrelationType;
  /** `gte 10`, or the boolean condition as written. */
  readonly condition: string;
  readonly fields: readonly string[];
  readonly value: number;
  readonly approximate: boolean;
  readonly values: readonly string[];
  readonly timespan: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly group: readonly { readonly field: string; readonly value: string }[];
  readonly count: number;
  /** As the correlation calls its rules, each with its number of events. */
  readonly rules: readonly { readonly rule: string; readonly count: number }[];
  readonly first: readonly Contribution<R>[];
  readonly last: readonly Contribution<R>[];
}
