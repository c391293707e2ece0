export { type CompileOptions, compile, type Matcher, type Why } from './compile.ts';
export {
  type Alias,
  BOUND_OPS,
  type Bound,
  type BoundOp,
  CORRELATION_TYPES,
  type CorrelationCondition,
  type CorrelationType,
  type SigmaCorrelation,
  type Timespan,
} from './correlation/rule.ts';
export { type At, type Place, SigmaError, type SigmaErrorCode } from './error.ts';
export type { SigmaFilter } from './filter/rule.ts';
export type { FieldMapping, LogSourceTable, Source } from './logsource.ts';
export { MODIFIERS, modifierNames } from './modifiers/registry.ts';
export { type ParsedRules, parseRules, type Refused } from './parse.ts';
export type { Op } from './predicate.ts';
export {
  type Condition,
  type Detection,
  type Item,
  LEVELS,
  type Level,
  type LogSource,
  type RuleMeta,
  type RuleReference,
  type RuleValue,
  type Search,
  type SigmaRule,
  STATUSES,
  type Status,
} from './rule.ts';
export { type Candidate, createRuleSet, type Match, type RuleSet, type RuleSetOptions } from './ruleset.ts';
export { SAVED_VERSION, type SavedRules } from './saved.ts';
export { type EventView, objectView, type Primitive } from './view.ts';
