export { type Baseline, BaselineError, type BaselineHead, readBaseline } from './baseline/baseline.ts';
export { compareBaselines, type FamilyDifference } from './baseline/compare.ts';
export { SHIFTED } from './baseline/drift.ts';
export type { Family, Feature } from './family.ts';
export { createLiveScorer, type Unusual } from './live.ts';
export { THIS_DATA } from './model.ts';
export { FAMILIES } from './registry.ts';
export { CONTAMINATION } from './seed.ts';
