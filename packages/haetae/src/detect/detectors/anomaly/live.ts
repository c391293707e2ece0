import type { Event } from '@haetae/event';
import { pValue, score } from '@haetae/isolation-forest';
import { type Finding, factsOf, fieldsOf } from '../../finding.ts';
import type { Baseline } from './baseline/baseline.ts';
import { type Family, familyRoutes, valuesOf } from './family.ts';
import { hashText } from './hash.ts';
import { aboutOf, ordinaryScore, THRESHOLDS, type Thresholds } from './judge.ts';
import { looksAtHost, rowWriter } from './matrix.ts';
import { memo } from './memo.ts';
import type { Model } from './model.ts';
import { createReader } from './reader.ts';
import { FAMILIES } from './registry.ts';
import { RowMemo } from './row-memo.ts';
import { AT, HEAD } from './table.ts';
import { findingFrom } from './tell.ts';

/** Rows of a family whose scores are remembered: 1.5 MB at most. */
const REMEMBERED = 8192;

/** An event beyond the thresholds. */
export interface Unusual {
  /** What it is about, the family's first key: one finding of each is enough. */
  readonly about: string;
  /** What is told of it; to be asked before the next event is scored. */
  finding(): Finding;
}

/**
 * Scores events one by one as they come, against a baseline that does not change: what is beyond the thresholds, undefined for all
 * others. What only many events tell (variety, pace) is missing, which is no evidence. The event is not kept.
 */
export function createLiveScorer(
  baseline: Baseline,
  thresholds: Pick<Thresholds, 'p' | 'score'> = THRESHOLDS,
): (event: Event) => Unusual | undefined {
  const reader = createReader(baseline.head.zone);
  const routes = familyRoutes(FAMILIES);
  const hostOf = memo((text) => hashText(text.toLowerCase()), 1000);
  const scorers = new Map<number, FamilyScorer | undefined>();
  const scorerOf = (i: number): FamilyScorer | undefined => {
    if (scorers.has(i)) return scorers.get(i);
    const model = baseline.family(FAMILIES[i]!.id)?.model;
    const scorer = model === undefined ? undefined : createFamilyScorer(FAMILIES[i]!, model);
    scorers.set(i, scorer);
    return scorer;
  };
  return (event) => {
    const i = routes(event.channel, event.eventId);
    const known = i < 0 ? undefined : scorerOf(i);
    if (known === undefined) return undefined;
    const { family, draft, model } = known;
    if (!family.read(event, reader, draft, HEAD)) return undefined;
    draft[AT.host] = hostOf(event.computer);
    const own = known.score();
    if (own < thresholds.score) return undefined;
    const { forest, distribution, version } = model;
    const p = pValue(distribution, own);
    if (p > thresholds.p) return undefined;
    return {
      about: `${family.id} ${aboutOf(family, draft, 0)}`,
      finding() {
        const time = Number.isNaN(event.timeMs) ? '' : new Date(event.timeMs).toISOString();
        const ordinary = ordinaryScore(distribution, { ...THRESHOLDS, ...thresholds });
        return findingFrom(
          { family, forest, values: known.values(), ordinary },
          { event: factsOf(event), fields: fieldsOf(event) },
          { p, among: distribution.total, baseline: version, equal: { count: 1, first: time, last: time } },
        );
      },
    };
  };
}

interface FamilyScorer {
  readonly family: Family;
  readonly model: Model;
  /** A row as in a table: the host and the values are the caller's to fill. */
  readonly draft: Float64Array;
  score(): number;
  /** What the forest sees of the draft. */
  values(): Float64Array;
}

function createFamilyScorer(family: Family, model: Model): FamilyScorer {
  const { forest, rarities } = model;
  const known = new RowMemo(HEAD + valuesOf(family), AT.host, REMEMBERED);
  const write = rowWriter(family, rarities);
  const isOfHosts = looksAtHost(family);
  const values = new Float64Array(family.features.length).fill(Number.NaN);
  const scores = new Float64Array(1);
  const { draft } = known;
  return {
    family,
    model,
    draft,
    score() {
      // Hosts that the baseline has not seen are all alike.
      if (!isOfHosts || rarities.perHost.get(draft[AT.host]!) === 0) draft[AT.host] = Number.NaN;
      const before = known.find();
      if (!Number.isNaN(before)) return before;
      write(draft, values, 0);
      score(forest, values, scores);
      known.keep(scores[0]!);
      return scores[0]!;
    },
    values() {
      write(draft, values, 0);
      return values;
    },
  };
}
