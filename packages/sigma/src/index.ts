export { type CompileOptions, compile, type Matcher, type Why } from './compile.ts';
export * from './correlation/index.ts';
export { type At, type Place, SigmaError, type SigmaErrorCode } from './error.ts';
export {
  type ConditionTried,
  type Explanation,
  explain,
  type FilterTried,
  type ValueTried,
} from './explain/explanation.ts';
export type { Range } from './explain/locate.ts';
export { Remembered, type RememberedLimits } from './fast/remembered.ts';
export { suppressionOf } from './filter/apply.ts';
export type { SigmaFilter } from './filter/rule.ts';
export {
  type CorrelationSource,
  type LinkedCorrelation,
  type LinkedRules,
  type LinkOptions,
  linkRules,
  replaceRules,
} from './link.ts';
export {
  applyFixes,
  CHECKS,
  type Check,
  type Edit as LintEdit,
  type Finding as LintFinding,
  fixText,
  type LintFile,
  type LintOptions,
  lint,
  lintText,
  type Severity as LintSeverity,
  type TagAdvice,
} from './lint/index.ts';
export type { FieldMapping, LogSourceTable, Source } from './logsource.ts';
export { mappedView } from './mapping.ts';
export { MODIFIERS, modifierNames } from './modifiers/registry.ts';
export { type Need, needsOf } from './needs.ts';
export { type ParsedRules, parseRules, type Refused } from './parse.ts';
export {
  type ApplyOptions,
  applyPipelines,
  type Documents,
  type ParsedPipeline,
  type Pipeline,
  type PipelineOptions,
  type Processed,
  parsePipeline,
  REFUSED_TRANSFORMATIONS,
  TRANSFORMATIONS,
} from './pipeline/index.ts';
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
export type { RuleExample } from './rule-tests/example.ts';
export {
  exampleEvent,
  type ParsedRuleTests,
  parseRuleTests,
  type RuleTestResult,
  type RuleTests,
  testCorrelation,
  testRule,
} from './rule-tests/rule-tests.ts';
export type { RuleSequence, TimedExample } from './rule-tests/sequence.ts';
export { type Candidate, createRuleSet, type Match, type RuleSet, type RuleSetOptions } from './ruleset.ts';
export { SAVED_VERSION, type SavedRules } from './saved.ts';
export { type EventView, objectView, type Primitive, type RawValue } from './view.ts';
