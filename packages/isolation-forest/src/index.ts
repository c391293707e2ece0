export { type Attribution, attribute } from './attribute.ts';
export { type DistributionOptions, distributionOf, pValue, type ScoreDistribution } from './distribution.ts';
export { ForestError, type ForestErrorCode } from './error.ts';
export { fit } from './fit.ts';
export type { FitOptions } from './options.ts';
export { pathLengths, score } from './score.ts';
export { averagePathLength, expectedPathLength, type Forest, type Rows } from './shape.ts';
export { thresholdByContamination } from './threshold.ts';
