import { type Forest, score } from '@haetae/isolation-forest';
import type { OrdinaryIf } from '../../unusual.ts';
import type { Family } from './family.ts';
import { asShown, isLog } from './matrix.ts';

/** Changes named at most: more explain nothing. */
const MOST_CHANGES = 3;

/**
 * The fewest changes, found one after the other, that bring a row's score to `target`: each time the one feature and the
 * split of it, among those that the forest has, that lower the score most; then as near to the row's own value as that
 * score allows. [] where no three changes do it.
 */
export function ordinaryIf(family: Family, forest: Forest, values: Float64Array, target: number): OrdinaryIf[] {
  const row = values.slice();
  const changed = new Map<number, OrdinaryIf>();
  for (let n = 0; n < MOST_CHANGES; n++) {
    const best = bestChange(family, forest, row, values, changed, target);
    if (best === undefined) return [];
    const { column, value, reaches } = best;
    row[column] = value;
    const feature = family.features[column]!;
    const below = value < values[column]!;
    // Of a logarithm the whole number on the ordinary side.
    const shown = isLog(feature)
      ? below
        ? Math.floor(2 ** value - 1)
        : Math.ceil(2 ** value - 1)
      : asShown(feature, value);
    changed.set(column, { feature: feature.id, op: below ? '<=' : '>=', value: shown });
    if (reaches) return [...changed.values()];
  }
  return [];
}

interface Change {
  readonly column: number;
  readonly value: number;
  readonly score: number;
  readonly reaches: boolean;
}

function bestChange(
  family: Family,
  forest: Forest,
  row: Float64Array,
  values: Float64Array,
  changed: ReadonlyMap<number, OrdinaryIf>,
  target: number,
): Change | undefined {
  let best: Change | undefined;
  for (let column = 0; column < row.length; column++) {
    if (changed.has(column) || Number.isNaN(values[column]!)) continue;
    const tries = candidatesFor(forest, family, column, values[column]!);
    if (tries.length === 0) continue;
    const rows = new Float64Array(tries.length * row.length);
    tries.forEach((value, i) => {
      rows.set(row, i * row.length);
      rows[i * row.length + column] = value;
    });
    const scores = score(forest, rows);
    for (let i = 0; i < tries.length; i++) {
      const change: Change = { column, value: tries[i]!, score: scores[i]!, reaches: scores[i]! <= target };
      if (best === undefined || isBetter(change, best, values)) best = change;
    }
  }
  return best;
}

/** One that reaches the target beats one that does not; of two that do, the one nearer to the row’s own value. */
function isBetter(a: Change, b: Change, values: Float64Array): boolean {
  if (a.reaches !== b.reaches) return a.reaches;
  if (!a.reaches || a.column !== b.column) return a.score < b.score;
  return Math.abs(a.value - values[a.column]!) < Math.abs(b.value - values[b.column]!);
}

const MOST_TRIES = 24;

/** Values between the forest's thresholds for a feature: at most {@link MOST_TRIES}, evenly in rank, on both sides of `own`. */
function candidatesFor(forest: Forest, family: Family, column: number, own: number): number[] {
  const splits: number[] = [];
  for (let node = 0; node < forest.left.length; node++) {
    if (forest.left[node] !== 0 && forest.feature[node] === column) splits.push(forest.threshold[node]!);
  }
  splits.sort((a, b) => a - b);
  const step = Math.max(1, splits.length / MOST_TRIES);
  const isWhole = isWholeNumber(family, column);
  const tries = new Set<number>();
  for (let i = 0; i < splits.length; i += step) {
    const split = splits[Math.floor(i)]!;
    const value = isWhole ? (split < own ? Math.floor(split) : Math.ceil(split)) : Math.round(split * 100) / 100;
    if (value !== own) tries.add(value);
  }
  return [...tries];
}

/** Yes/no, levels and counts of things have no halves. */
function isWholeNumber(family: Family, column: number): boolean {
  const feature = family.features[column]!;
  return feature.kind === 'hosts' || (feature.kind === 'number' && !feature.log && feature.unit !== 'bits a character');
}
