import type { Event } from '@haetae/event';
import { pValue, score } from '@haetae/isolation-forest';
import { type Finding, factsOf, fieldsOf } from '../../finding.ts';
import type { Baseline, FamilyBaseline } from './baseline/baseline.ts';
import { familyRoutes, valuesOf } from './family.ts';
import { hashText } from './hash.ts';
import { ordinaryScore, THRESHOLDS, type Thresholds } from './judge.ts';
import { matrixFrom } from './matrix.ts';
import { createReader } from './reader.ts';
import { FAMILIES } from './registry.ts';
import { findingFrom } from './tell.ts';

/**
 * Scores events one by one as they come, against a baseline that does not change: the finding of one that is beyond the thresholds,
 * undefined for all others. What only many events tell (variety, pace) is missing, which is no evidence. The event is not kept.
 */
export function createLiveScorer(
  baseline: Baseline,
  thresholds: Pick<Thresholds, 'p' | 'score'> = THRESHOLDS,
): (event: Event) => Finding | undefined {
  const reader = createReader(baseline.head.zone);
  const routes = familyRoutes(FAMILIES);
  const loaded = new Map<number, FamilyBaseline | undefined>();
  const rows = FAMILIES.map((family) => new Float64Array(1 + valuesOf(family)));
  const untold = FAMILIES.map((family) => new Float64Array(family.features.length).fill(Number.NaN));
  return (event) => {
    const i = routes(event.channel, event.eventId);
    const family = FAMILIES[i];
    if (family === undefined) return undefined;
    if (!loaded.has(i)) loaded.set(i, baseline.family(family.id));
    const known = loaded.get(i);
    const row = rows[i]!;
    row[0] = hashText(event.computer.toLowerCase());
    if (known === undefined || !family.read(event, reader, row, 1)) return undefined;
    const { forest, distribution, rarities, version } = known.model;
    const values = matrixFrom(family, row, untold[i]!, rarities);
    const own = score(forest, values)[0]!;
    const p = pValue(distribution, own);
    if (own < thresholds.score || p > thresholds.p) return undefined;
    const time = Number.isNaN(event.timeMs) ? '' : new Date(event.timeMs).toISOString();
    return findingFrom(
      { family, forest, values, ordinary: ordinaryScore(distribution, { ...THRESHOLDS, ...thresholds }) },
      { event: factsOf(event), fields: fieldsOf(event) },
      { p, among: distribution.total, baseline: version, equal: { count: 1, first: time, last: time } },
    );
  };
}
