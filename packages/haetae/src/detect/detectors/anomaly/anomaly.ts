import { type Detector, type DetectorKind, type DetectorSetup, isAtLeast } from '../../detector.ts';
import type { Finding } from '../../finding.ts';
import { memoryStore, type TextStore } from '../../harvest.ts';
import type { ScoreAccount } from '../../scores.ts';
import type { FiledFinding } from '../../signal.ts';
import { accountOf } from './account.ts';
import { createGathered, createGatherer, type Gathered, type Gathering } from './gather.ts';
import { byHostDay, type Candidate, candidatesOf, ordinaryScore, THRESHOLDS, type Thresholds } from './judge.ts';
import { scoreFamily, THIS_DATA } from './model.ts';
import { FAMILIES } from './registry.ts';
import { findingOf, type Judged } from './tell.ts';

const NONE: readonly Finding[] = [];

/**
 * What is unusual among the events at hand, or held against a baseline. Events of one kind are folded into distinct rows of
 * features as they are read; once all are, every row is scored by an Isolation Forest, and the rarest of each host and day
 * are told.
 */
export const anomaly: DetectorKind = { name: 'anomaly', create };

function create(setup: DetectorSetup): Detector {
  const { zone = 'UTC', perHostDay = THRESHOLDS.perHostDay } = setup.anomaly ?? {};
  const thresholds: Thresholds = { ...THRESHOLDS, perHostDay };
  const least = setup.minLevel ?? 'informational';
  let gatherer: ReturnType<typeof createGatherer> | undefined;
  let gathered: Gathered | undefined;
  let store: TextStore | undefined;
  let account: ScoreAccount | undefined;
  return {
    name: 'anomaly',
    counts: { inForce: 0, belowLevel: 0, refused: 0 },
    problems: [],
    detect(event) {
      gatherer ??= createGatherer(FAMILIES, zone, 'anomaly');
      gatherer.add(event);
      return NONE;
    },
    harvest: (end) => gatherer?.harvest(end),
    gather({ data }, path, into) {
      store ??= into ?? memoryStore();
      gathered ??= createGathered(FAMILIES, store);
      gathered.add(data as Gathering, path);
    },
    finish() {
      const { told, stats } = judge(gathered, store, thresholds);
      account = stats;
      // What was gathered is no longer needed: memory is given back before findings are printed.
      gathered = undefined;
      return told.filter(({ level }) => isAtLeast(level, least));
    },
    scores: () => account,
    reach: (seen) => ({ able: 0, kinds: [...seen].map((kind) => ({ ...kind, rules: 0 })) }),
  };
}

function judge(
  gathered: Gathered | undefined,
  store: TextStore | undefined,
  thresholds: Thresholds,
): { readonly told: readonly FiledFinding[]; readonly stats: ScoreAccount } {
  const scored = new Map<number, Judged>();
  const candidates: Candidate[] = [];
  FAMILIES.forEach((family, i) => {
    const known = gathered?.families[i];
    if (known === undefined || known.table.size === 0) return;
    const one = scoreFamily(family, known, undefined);
    candidates.push(...candidatesOf(one, i, thresholds));
    // The matrix, the scores and the sketches are let go; what is told needs the forest alone.
    const { forest, distribution, version } = one.model;
    scored.set(i, {
      family,
      gathered: known,
      model: { forest, distribution, version },
      ordinary: ordinaryScore(distribution, thresholds),
    });
  });
  const days = byHostDay(candidates, thresholds);
  const tell = (one: Candidate): FiledFinding => findingOf(one, scored.get(one.family)!, gathered!.paths, store!);
  return {
    told: days.flatMap((day) => day.told.map(tell)),
    stats: accountOf(FAMILIES, gathered, store, days, candidates.length, thresholds, THIS_DATA),
  };
}
