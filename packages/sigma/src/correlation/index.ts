export { type Correlator, type CorrelatorInput, createCorrelator } from './correlator.ts';
export type { BaseMatch, Contribution, CorrelationFinding, CorrelationWhy } from './finding.ts';
export { type CorrelationStats, type CorrelatorOptions, DEFAULTS as CORRELATOR_DEFAULTS } from './options.ts';
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
} from './rule.ts';
export { type CorrelatorState, STATE_VERSION } from './state.ts';
export type { Instant } from './time.ts';
export { conditionText, explainCorrelation } from './why.ts';
