import type { At } from './error.ts';
import type { Scalar } from './yaml/node.ts';

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

export const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
export type Status = (typeof STATUSES)[number];

export interface LogSource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
  readonly definition?: string;
}

/** One value as the rule writes it: what YAML makes of it, and its text. */
export interface RuleValue {
  readonly value: Scalar;
  readonly text: string;
  readonly at: At;
}

/** `field|modifier|…: values`. Without a field it is a keyword search over every value of the event. */
export interface Item {
  readonly kind: 'item';
  readonly field: string | undefined;
  readonly modifiers: readonly { readonly name: string; readonly at: At }[];
  readonly values: readonly RuleValue[];
  readonly at: At;
}

/** What a named search asks of an event: an item, all of a map's items, or any of a list's members. */
export type Search = Item | { readonly kind: 'all' | 'any'; readonly of: readonly Search[]; readonly at: At };

export type Condition =
  | { readonly kind: 'search'; readonly name: string; readonly at: At }
  | { readonly kind: 'not'; readonly of: Condition; readonly at: At }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[]; readonly at: At }
  /** `1 of filter_*`, `all of them`; `names` are the searches that the pattern means, in the rule's order. */
  | {
      readonly kind: 'of';
      readonly atLeast: number;
      readonly pattern: string;
      readonly names: readonly string[];
      readonly at: At;
    };

export interface Detection {
  readonly searches: ReadonlyMap<string, Search>;
  /** A list of conditions holds when one of them does. */
  readonly conditions: readonly Condition[];
}

/** What every kind of document says about itself; names and meanings of the specification. */
export interface RuleMeta {
  readonly id: string | undefined;
  /** The name by which correlations and filters may refer to it. */
  readonly name: string | undefined;
  readonly title: string;
  /** The file it came from, as the caller named it. */
  readonly path: string | undefined;
  /** Where its document begins. */
  readonly at: At;
  readonly status: Status | undefined;
  readonly level: Level | undefined;
  readonly description: string | undefined;
  readonly author: string | undefined;
  /** As written, `2024-05-31` or `2024/05/31`. */
  readonly date: string | undefined;
  readonly modified: string | undefined;
  readonly license: string | undefined;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsepositives: readonly string[];
  /** Fields that the author wants shown with a match. */
  readonly fields: readonly string[];
  /** The whole document as plain objects, keys that this package does not know included. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A Sigma rule as its document has it: names and meanings of https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html */
export interface SigmaRule extends RuleMeta {
  readonly logsource: LogSource;
  readonly logsourceAt: At;
  readonly detection: Detection;
}

/** A reference to another document, by its id or its name. */
export interface RuleReference {
  readonly text: string;
  readonly at: At;
}
