export { type Layer, type LayerKind, PEEL_LIMITS, type PeelLimits, peel } from './decode/index.ts';
export {
  type AnomalySetup,
  type CompiledRules,
  type Detector,
  type DetectorKind,
  type DetectorSetup,
  describeProblem,
  type EventKind,
  isAtLeast,
  type LiveSetup,
  type PipelineText,
  type Reach,
  type RuleCounts,
  type RuleNeed,
  type RuleProblem,
  type RuleText,
} from './detector.ts';
export {
  type Baseline,
  BaselineError,
  type BaselineHead,
  CONTAMINATION,
  compareBaselines,
  createLiveScorer,
  FAMILIES,
  type Family,
  type FamilyDifference,
  type Feature,
  readBaseline,
  SHIFTED,
  THIS_DATA,
  type Unusual,
} from './detectors/anomaly/index.ts';
export {
  type CorrelationReason,
  type EventFacts,
  type EventReference,
  type Finding,
  factsOf,
  fieldsOf,
  MAX_REASON_VALUE,
  type Reason,
  type RuleReference,
} from './finding.ts';
export { type Harvest, memoryStore, type TextStore } from './harvest.ts';
export { type HiddenText, hiddenIn, overlayOf } from './hidden.ts';
export { DETECTORS } from './registry.ts';
export type { BelowBudget, FamilyAccount, FeatureDrift, ScoreAccount } from './scores.ts';
export type { Completed, FiledFinding, FiledSignal, Signal } from './signal.ts';
export { type Localised, type OrdinaryIf, type ScorePart, type UnusualReason, unusualReason } from './unusual.ts';
