import { distributionOf, type Forest, fit, type ScoreDistribution, score } from '@haetae/isolation-forest';
import type { Family, Feature } from './family.ts';
import type { FamilyGathered } from './gather.ts';
import { bits, countRarities, emptyRarities, inOrder, matrixOf, type Rarities } from './matrix.ts';
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

/**
 * One mark is drawn into every second tree or so: a mark's weight is this share of all events.
 */
const MARK_SHARE = 1 / (2 * SAMPLE);

/**
 * A forest of rows, and of a few marks beside them: for each feature that has an end on which it is unusual (a flag, a rank, a
 * rarity) the most frequent row with that feature at its end. Without them no tree splits where all rows agree, and a first
 * program out of a user's folder would look like all others. Marks have no scores: p-values are of rows alone.
 */
export function fitForest(family: Family, matrix: Float64Array, weights: ArrayLike<number>, events: number): Forest {
  const names = family.features.map(({ id }) => id);
  const width = names.length;
  const rows = weights.length;
  let total = 0;
  let heaviest = 0;
  for (let i = 0; i < rows; i++) {
    total += weights[i]!;
    if (weights[i]! > weights[heaviest]!) heaviest = i;
  }
  const ends = family.features.flatMap((feature, column) => {
    const end = endOf(feature, events);
    return end === undefined ? [] : [{ column, end }];
  });
  const all = new Float64Array((rows + ends.length) * width);
  all.set(matrix);
  const weighed = new Float64Array(rows + ends.length);
  weighed.set(weights);
  ends.forEach(({ column, end }, i) => {
    const at = (rows + i) * width;
    all.set(matrix.subarray(heaviest * width, (heaviest + 1) * width), at);
    all[at + column] = end;
    weighed[rows + i] = Math.max(1, Math.round(total * MARK_SHARE));
  });
  return fit(all, { features: width, names, seed: SEED, trees: TREES, sampleSize: SAMPLE, weights: weighed });
}

/** The end on which a feature is unusual; undefined where it has none that is known beforehand. */
function endOf(feature: Feature, events: number): number | undefined {
  if (feature.kind === 'rarity' || feature.kind === 'words') return bits(0, events);
  return feature.kind === 'number' ? feature.most : undefined;
}

/** Scores every row of a family: against `model`, or against themselves where there is none. */
export function scoreFamily(family: Family, gathered: FamilyGathered, model: Model | undefined): Scored {
  const order = inOrder(gathered.table);
  const weights = weightsOf(gathered, order);
  const rarities = model?.rarities ?? emptyRarities();
  if (model === undefined) countRarities(family, gathered.table, rarities);
  const matrix = matrixOf(family, gathered.table, order, rarities, gathered.paces);
  const forest = model?.forest ?? fitForest(family, matrix, weights, rarities.events);
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
