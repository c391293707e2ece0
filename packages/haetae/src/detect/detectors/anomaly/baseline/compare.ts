import type { FeatureDrift } from '../../../scores.ts';
import { FAMILIES } from '../registry.ts';
import type { Baseline } from './baseline.ts';
import { stability } from './drift.ts';
import { weightsIn } from './reservoir.ts';

export interface FamilyDifference {
  readonly family: string;
  readonly name: { readonly en: string; readonly ko: string };
  /** Events; 0 where a baseline has not seen the family. */
  readonly before: number;
  readonly after: number;
  /** Of its features, the greatest drift first; [] where one of the two has not seen the family. */
  readonly drift: readonly FeatureDrift[];
}

/** How far what is ordinary differs between two baselines: the first is the measure. */
export function compareBaselines(a: Baseline, b: Baseline): FamilyDifference[] {
  return FAMILIES.flatMap((family): FamilyDifference[] => {
    const [x, y] = [a.family(family.id), b.family(family.id)];
    if (x === undefined && y === undefined) return [];
    const drift = family.features.map(({ id, name }, column): FeatureDrift | undefined =>
      x === undefined || y === undefined
        ? undefined
        : {
            family: family.id,
            familyName: family.name,
            feature: id,
            name,
            psi: stability(
              { matrix: x.reservoir.matrix, weights: weightsIn(x.reservoir) },
              { matrix: y.reservoir.matrix, weights: weightsIn(y.reservoir) },
              column,
              family.features.length,
            ),
          },
    );
    return [
      {
        family: family.id,
        name: family.name,
        before: x?.model.rarities.events ?? 0,
        after: y?.model.rarities.events ?? 0,
        drift: drift.filter((one) => one !== undefined).sort((p, q) => q.psi - p.psi),
      },
    ];
  });
}
