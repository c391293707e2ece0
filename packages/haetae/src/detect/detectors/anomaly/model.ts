import { distributionOf, type Forest, fit, type ScoreDistribution, score } from '@haetae/isolation-forest';
import type { Family } from './family.ts';
import type { FamilyGathered } from './gather.ts';
import { countRarities, emptyRarities, inOrder, matrixOf, type Rarities } from './matrix.ts';
import { AT } from './table.ts';

/** What events of a family are compared with. */
export interface Model {
  readonly forest: Forest;
  readonly distribution: ScoreDistribution;
  readonly rarities: Rarities;
  /** Version of the baseline; `this-data` when it was fitted on the data at hand. */
  readonly version: string;
}

export const THIS_DATA = 'this-data';

/** Any number would do; this one is the seed’s. */
export const SEED = 42;
const TREES = 100;
const SAMPLE = 256;

/** Rows of one family with their scores; everything in one order, whatever the order of files. */
export interface Scored {
  readonly family: Family;
  readonly gathered: FamilyGathered;
  readonly order: Uint32Array;
  readonly weights: Float64Array;
  readonly matrix: Float64Array;
  readonly scores: Float64Array;
  readonly model: Model;
}

export function weightsOf({ table }: FamilyGathered, order: Uint32Array): Float64Array {
  return Float64Array.from(order, (row) => table.block(row)[table.offset(row) + AT.count]!);
}

export function fitForest(family: Family, matrix: Float64Array, weights: ArrayLike<number>): Forest {
  const names = family.features.map(({ id }) => id);
  return fit(matrix, { features: names.length, names, seed: SEED, trees: TREES, sampleSize: SAMPLE, weights });
}

/** Scores every row of a family: against `model`, or against themselves where there is none. */
export function scoreFamily(family: Family, gathered: FamilyGathered, model: Model | undefined): Scored {
  const order = inOrder(gathered.table);
  const weights = weightsOf(gathered, order);
  const rarities = model?.rarities ?? emptyRarities();
  if (model === undefined) countRarities(family, gathered.table, rarities);
  const matrix = matrixOf(family, gathered.table, order, rarities, gathered.paces);
  const forest = model?.forest ?? fitForest(family, matrix, weights);
  const scores = score(forest, matrix);
  return {
    family,
    gathered,
    order,
    weights,
    matrix,
    scores,
    model: model ?? { forest, distribution: distributionOf(scores, { weights }), rarities, version: THIS_DATA },
  };
}
