import { pValue } from '@haetae/isolation-forest';
import { type Detector, type DetectorKind, type DetectorSetup, isAtLeast } from '../../detector.ts';
import type { Finding } from '../../finding.ts';
import { memoryStore, type TextStore } from '../../harvest.ts';
import type { FeatureDrift, ScoreAccount } from '../../scores.ts';
import type { FiledFinding } from '../../signal.ts';
import { accountOf } from './account.ts';
import { type Baseline, readBaseline, writeBaseline } from './baseline/baseline.ts';
import { stability } from './baseline/drift.ts';
import { learnFamily } from './baseline/learn.ts';
import { weightsIn } from './baseline/reservoir.ts';
import { readExemplar } from './exemplar.ts';
import { createGathered, createGatherer, type Gathered, type Gathering } from './gather.ts';
import { byHostDay, type Candidate, candidatesOf, ordinaryScore, THRESHOLDS, type Thresholds } from './judge.ts';
import { type Scored, scoreFamily, THIS_DATA } from './model.ts';
import { FAMILIES } from './registry.ts';
import { createSeed } from './seed.ts';
import { AT } from './table.ts';
import { exemplarOf, findingOf, type Judged } from './tell.ts';

const NONE: readonly Finding[] = [];

/**
 * What is unusual among the events at hand, or held against a baseline. Events of one kind are folded into distinct rows of
 * features as they are read; once all are, every row is scored by an Isolation Forest, and the rarest of each host and day
 * are told.
 */
export const anomaly: DetectorKind = {
  name: 'anomaly',
  create: (setup) => (setup.anomaly?.profile === 'seed' ? createSeed(setup) : createAnomaly(setup)),
};

function createAnomaly(setup: DetectorSetup): Detector {
  const {
    zone = 'UTC',
    perHostDay = THRESHOLDS.perHostDay,
    baseline: bytes,
    learn = false,
    wanted,
  } = setup.anomaly ?? {};
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
      gatherer ??= createGatherer(FAMILIES, zone, 'anomaly', wanted);
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
      const baseline = bytes === undefined ? undefined : readBaseline(bytes);
      const run = { gathered, store, thresholds, baseline, zone };
      const { told, stats } = learn ? learnt(run) : judge(run, wanted !== undefined);
      account = stats;
      // What was gathered is no longer needed: memory is given back before findings are printed.
      gathered = undefined;
      return told.filter(({ level }) => isAtLeast(level, least));
    },
    scores: () => account,
    reach: (seen) => ({ able: 0, kinds: [...seen].map((kind) => ({ ...kind, rules: 0 })) }),
  };
}

interface Run {
  readonly gathered: Gathered | undefined;
  readonly store: TextStore | undefined;
  readonly thresholds: Thresholds;
  readonly baseline: Baseline | undefined;
  readonly zone: string;
}

interface Outcome {
  readonly told: readonly FiledFinding[];
  readonly stats: ScoreAccount;
}

/** Scores everything. `explain`: the wanted events alone are told, whatever their scores. */
function judge({ gathered, store, thresholds, baseline }: Run, explain: boolean): Outcome {
  const judged = new Map<number, Judged>();
  const candidates: Candidate[] = [];
  const explained: FiledFinding[] = [];
  const drift: FeatureDrift[] = [];
  FAMILIES.forEach((family, i) => {
    const known = gathered?.families[i];
    if (known === undefined || known.table.size === 0) return;
    const before = baseline?.family(family.id);
    const scored = scoreFamily(family, known, before?.model);
    const { forest, distribution, version } = scored.model;
    if (before !== undefined) drift.push(...driftOf(scored, before));
    // The matrix, the scores and the sketches are let go; what is told needs the forest alone.
    const kept = {
      family,
      gathered: known,
      model: { forest, distribution, version },
      ordinary: ordinaryScore(distribution, thresholds),
    };
    judged.set(i, kept);
    if (explain) explained.push(...explanations(scored, kept, i, gathered!));
    else candidates.push(...candidatesOf(scored, i, thresholds));
  });
  const days = byHostDay(candidates, thresholds);
  const tell = (one: Candidate): FiledFinding => {
    const known = judged.get(one.family)!;
    return findingOf(one, known, exemplarOf(known.gathered, one.row, gathered!, store!));
  };
  drift.sort((a, b) => b.psi - a.psi);
  const version = baseline?.version ?? THIS_DATA;
  return {
    told: explain ? explained : days.flatMap((day) => day.told.map(tell)),
    stats: accountOf(FAMILIES, gathered, store, days, candidates.length, thresholds, version, drift),
  };
}

/** Findings of the events that were asked for. */
function explanations(scored: Scored, judged: Judged, family: number, { wanted }: Gathered): FiledFinding[] {
  const { table } = scored.gathered;
  const width = scored.family.features.length;
  return wanted
    .filter((one) => one.family === family)
    .map(({ row: draft, exemplar, path }) => {
      table.draft.set(draft.subarray(AT.host), AT.host);
      const row = table.find();
      const i = scored.order.indexOf(row);
      const [event, fields] = readExemplar(exemplar);
      const p = pValue(scored.model.distribution, scored.scores[i]!);
      return findingOf({ row, p, values: scored.matrix.slice(i * width, (i + 1) * width) }, judged, {
        event,
        fields,
        file: path,
      });
    });
}

function driftOf(
  { family, matrix, weights }: Scored,
  { reservoir }: NonNullable<ReturnType<Baseline['family']>>,
): FeatureDrift[] {
  const before = { matrix: reservoir.matrix, weights: weightsIn(reservoir) };
  return family.features.map(({ id, name }, column) => ({
    family: family.id,
    familyName: family.name,
    feature: id,
    name,
    psi: stability(before, { matrix, weights }, column, family.features.length),
  }));
}

function learnt({ gathered, store, thresholds, baseline, zone }: Run): Outcome {
  const families = FAMILIES.flatMap((family, i) => learnFamily(family, gathered?.families[i], baseline) ?? []);
  const hosts = new Set<number>();
  let [from, to] = [baseline?.head.from ?? Number.POSITIVE_INFINITY, baseline?.head.to ?? Number.NEGATIVE_INFINITY];
  for (const { rarities } of families) {
    const pairs = rarities.perHost.pairs();
    for (let i = 0; i < pairs.length; i += 2) hosts.add(pairs[i]!);
  }
  for (const { table } of gathered?.families ?? []) {
    for (let row = 0; row < table.size; row++) {
      const block = table.block(row);
      const at = table.offset(row);
      from = Math.min(from, block[at + AT.first]!);
      to = Math.max(to, block[at + AT.last]!);
    }
  }
  const stats = accountOf(FAMILIES, gathered, store, [], 0, thresholds, baseline?.version ?? THIS_DATA);
  const bytes = writeBaseline(families, {
    zone,
    from: Number.isFinite(from) ? from : null,
    to: Number.isFinite(to) ? to : null,
    hosts: hosts.size,
    previous: baseline?.version ?? null,
  });
  return { told: [], stats: { ...stats, learnt: bytes } };
}
