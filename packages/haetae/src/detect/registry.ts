import type { DetectorKind } from './detector.ts';
import * as all from './detectors/index.ts';

/** Every detector by its outward name. To add one: a folder below detectors/ and a line in detectors/index.ts. */
export const DETECTORS: ReadonlyMap<string, DetectorKind> = new Map(
  Object.values(all).map((kind: DetectorKind) => [kind.name, kind]),
);
