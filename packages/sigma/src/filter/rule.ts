import type { Detection, LogSource, RuleMeta, RuleReference } from '../rule.ts';

/** A filter as its document has it: https://sigmahq.io/sigma-specification/specification/sigma-filters-specification.html */
export interface SigmaFilter extends RuleMeta {
  readonly logsource: LogSource;
  /** `any`: every rule of its log source. */
  readonly rules: readonly RuleReference[] | 'any';
  readonly detection: Detection;
}
