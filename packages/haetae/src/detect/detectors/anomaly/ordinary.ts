import { counterfactual, type Forest } from '@haetae/isolation-forest';
import type { OrdinaryIf } from '../../unusual.ts';
import type { Family, Feature } from './family.ts';
import { isLog } from './matrix.ts';

/** Features among which a change is sought: those that say most. Pairs of them are tried, so the cost grows with the square. */
const SOUGHT = 4;

/**
 * The smallest change, of one feature or two of those that contribute most, that brings a row's score to `target`; [] where
 * none does.
 */
export function ordinaryIf(
  family: Family,
  forest: Forest,
  values: Float64Array,
  contributions: Float64Array,
  target: number,
): OrdinaryIf[] {
  const whole = family.features.flatMap((feature, i) => (isWhole(feature) ? [i] : []));
  const features = [...contributions.keys()].sort((a, b) => contributions[b]! - contributions[a]!).slice(0, SOUGHT);
  const result = counterfactual(forest, values, target, { whole, features });
  if (result.kind !== 'change') return [];
  return result.changes.map(({ feature: i, from, above, atMost }): OrdinaryIf => {
    const feature = family.features[i]!;
    return atMost < from
      ? { feature: feature.id, op: '<=', value: shown(feature, atMost, Math.floor) }
      : { feature: feature.id, op: '>=', value: shown(feature, above, Math.ceil) };
  });
}

/** Yes/no, ranks and counts of things have no halves. */
const isWhole = (feature: Feature): boolean =>
  feature.kind === 'hosts' || (feature.kind === 'number' && !feature.log && feature.unit !== 'bits a character');

/** In the feature's own unit, rounded to the ordinary side. */
function shown(feature: Feature, value: number, round: (x: number) => number): number {
  if (isLog(feature)) return round(2 ** value - 1);
  return isWhole(feature) ? round(value) : round(value * 100) / 100;
}
