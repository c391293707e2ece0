import type { SigmaCorrelation } from '../correlation/rule.ts';
import type { Item, SigmaRule } from '../rule.ts';

export type Document = SigmaRule | SigmaCorrelation;

export const isCorrelation = (document: Document): document is SigmaCorrelation => 'timespan' in document;

export type Var = readonly (string | number)[];

/** What a pipeline knows while it works on one document. Made anew for each. */
export interface Context {
  readonly vars: ReadonlyMap<string, Var>;
  readonly state: Map<string, unknown>;
  /** Ids of the processing items that were applied to the document. */
  readonly applied: Set<string>;
  /** Of those applied to an item. Items are never changed, so each that is made from another takes over its ids. */
  readonly byItem: WeakMap<Item, ReadonlySet<string>>;
  /** Of those that renamed a field to this name. */
  readonly byField: Map<string, ReadonlySet<string>>;
  /** Fields that mappings made. */
  readonly mapped: Set<string>;
  /** The rule or correlation that a reference means, by id or name. */
  referred(text: string): Document | undefined;
}
