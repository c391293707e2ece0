import type { Level } from '@haetae/sigma';
import { current, TACTICS, technique } from '../../attack/index.ts';
import type { Label, Words } from '../campaign/campaign.ts';
import {
  MISSES,
  type Miss,
  type SaidOfStep,
  type ScoreCard,
  type StepScore,
  type StepVerdict,
  type Tally,
} from './card.ts';

/** An event by what names it in every log: computer (in lower case), channel, EventRecordID. */
export type EventKey = string;
export const eventKey = (computer: string, channel: string, record: number | string): EventKey =>
  `${computer.toLowerCase()}\0${channel.toLowerCase()}\0${record}`;

/** What the scenario says of a step beyond its labels. */
export interface StepAbout {
  readonly campaign: string;
  readonly step: string;
  readonly title: Words;
  readonly techniques: readonly string[];
  /** '' where it names none: that of its techniques. */
  readonly tactic: string;
}

/** One finding that lies on a labelled event, made or held back. */
export interface SeenFinding {
  readonly detector: string;
  readonly ruleId: string;
  readonly title: string;
  readonly titleKo?: string;
  readonly level: Level;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly events: readonly EventKey[];
  /** Of its last event. */
  readonly timeMs: number;
  /** Id of the exception that left it out; '' for none. */
  readonly exception: string;
}

/** Why no rule spoke, as a look at the rules of the technique tells it. */
export type Blindness =
  | { readonly kind: 'field-absent'; readonly about: readonly string[] }
  | { readonly kind: 'rule-blind'; readonly about: readonly string[] };

export interface Evidence {
  readonly labels: readonly Label[];
  /** Of the labelled events those that the log held. */
  readonly present: ReadonlySet<EventKey>;
  readonly findings: readonly SeenFinding[];
  /** Asked of a step whose events are there and of which nothing was said. */
  readonly blind: (step: string, campaign: string) => Blindness;
}

export interface CardAbout {
  readonly id: string;
  readonly title: string;
  readonly madeMs: number;
  readonly source: ScoreCard['source'];
  readonly minLevel: Level;
}

const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const rank = (level: Level): number => LEVELS.indexOf(level);

/** A score card: pure. `about`: steps of the scenario; a step that only labels name is scored too. */
export function scoreCard(about: CardAbout, steps: readonly StepAbout[], evidence: Evidence): ScoreCard {
  const scored = stepsIn(steps, evidence.labels).map((step) => scoreOf(step, evidence, about.minLevel));
  const latencies = scored.flatMap(({ verdict }) => (verdict.kind === 'detected' ? [verdict.latencyMs] : []));
  const missed = Object.fromEntries(
    MISSES.map((miss) => [
      miss,
      scored.filter(({ verdict }) => verdict.kind === 'missed' && verdict.because === miss).length,
    ]),
  ) as Record<Miss, number>;
  return {
    haetae: 'lab-score.1',
    ...about,
    steps: scored,
    tactics: TACTICS.flatMap(({ shortname }) =>
      tally(
        shortname,
        scored.filter(({ tactics }) => tactics.includes(shortname)),
      ),
    ),
    techniques: [...new Set(scored.flatMap(({ techniques }) => techniques))].sort().flatMap((id) =>
      tally(
        id,
        scored.filter(({ techniques }) => techniques.includes(id)),
      ),
    ),
    missed,
    medianLatencyMs: median(latencies),
  };
}

const tally = (id: string, steps: readonly StepScore[]): Tally[] =>
  steps.length === 0
    ? []
    : [{ id, steps: steps.length, detected: steps.filter(({ verdict }) => verdict.kind === 'detected').length }];

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : Math.round((sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2);
}

interface Labelled extends StepAbout {
  readonly labels: readonly Label[];
}

/** The scenario's steps in its order, then those that only labels name, in the order of their events. */
function stepsIn(steps: readonly StepAbout[], labels: readonly Label[]): Labelled[] {
  const key = (campaign: string, step: string): string => `${campaign}\0${step}`;
  const byStep = new Map<string, Label[]>(steps.map(({ campaign, step }) => [key(campaign, step), []]));
  for (const label of labels) {
    const of = key(label.campaign, label.step);
    const known = byStep.get(of);
    if (known === undefined) byStep.set(of, [label]);
    else known.push(label);
  }
  const about = new Map(steps.map((step) => [key(step.campaign, step.step), step]));
  return [...byStep].map(([of, own]) => {
    const step = about.get(of);
    if (step !== undefined) return { ...step, labels: own };
    const { campaign, step: id } = own[0]!;
    const techniques = [...new Set(own.flatMap((label) => label.techniques))];
    return { campaign, step: id, title: { ko: id, en: id }, techniques, tactic: '', labels: own };
  });
}

function scoreOf(step: Labelled, { present, findings, blind }: Evidence, minLevel: Level): StepScore {
  const times = step.labels.map(({ time }) => Date.parse(time)).filter((ms) => !Number.isNaN(ms));
  const [firstMs, lastMs] = times.length === 0 ? [null, null] : [Math.min(...times), Math.max(...times)];
  const keys = new Set(step.labels.map(({ computer, channel, record }) => eventKey(computer, channel, record)));
  const techniques = [...new Set(step.techniques.map((id) => current(id) ?? id))];
  const tactics = tacticsOf(step, techniques);
  const found = [...keys].filter((key) => present.has(key)).length;
  const own = findings.filter(({ events }) => events.some((key) => keys.has(key)));
  const saidBy = (finding: SeenFinding): SaidOfStep => ({
    ...{ detector: finding.detector, ruleId: finding.ruleId, title: finding.title, level: finding.level },
    ...(finding.titleKo !== undefined && { titleKo: finding.titleKo }),
    techniques: finding.techniques,
    fits: fits(finding, techniques, tactics),
    latencyMs: firstMs === null ? 0 : Math.max(0, finding.timeMs - firstMs),
  });
  const said = (some: readonly SeenFinding[]): SaidOfStep[] =>
    some
      .map(saidBy)
      .sort((a, b) => a.latencyMs - b.latencyMs || rank(b.level) - rank(a.level) || (a.title < b.title ? -1 : 1));
  const made = said(own.filter(({ exception }) => exception === ''));
  return {
    ...{ campaign: step.campaign, step: step.step, title: step.title, techniques, tactics, firstMs, lastMs },
    hosts: [...new Set(step.labels.map(({ computer }) => computer))].sort(),
    ...{ labelled: keys.size, found, said: made },
    verdict: verdictOf(),
  };

  function verdictOf(): StepVerdict {
    const missed = (because: Miss, about: readonly string[] = []): StepVerdict => ({ kind: 'missed', because, about });
    const by = made.find((one) => one.fits && rank(one.level) >= rank(minLevel));
    if (by !== undefined) return { kind: 'detected', by, latencyMs: by.latencyMs };
    if (found === 0) return missed('no-event');
    const left = own.filter(
      (one) => one.exception !== '' && rank(one.level) >= rank(minLevel) && fits(one, techniques, tactics),
    );
    if (left.length > 0) return missed('filtered', [...new Set(left.map(({ exception }) => exception))]);
    const low = made.filter((one) => one.fits);
    if (low.length > 0) return missed('below-threshold', [...new Set(low.map(({ title }) => title))].slice(0, 3));
    const { kind, about } = blind(step.step, step.campaign);
    return missed(kind, about);
  }
}

function tacticsOf({ tactic }: StepAbout, techniques: readonly string[]): string[] {
  const named = tactic === '' ? techniques.flatMap((id) => technique(id)?.tactics ?? []) : [tactic];
  return TACTICS.map(({ shortname }) => shortname).filter((shortname) => named.includes(shortname));
}

/** A rule that speaks of something else on the event is no detection of the step; a score says that the event is unusual, which it is. */
function fits(
  { detector, techniques: said, tactics: of }: SeenFinding,
  techniques: readonly string[],
  tactics: readonly string[],
): boolean {
  if (detector === 'anomaly') return true;
  const ids = said.map((id) => current(id) ?? id);
  return (
    ids.some((id) => techniques.some((one) => related(one, id))) ||
    (of.length > 0 && of.some((tactic) => tactics.includes(tactic)))
  );
}

/** The same, or one is the other's sub-technique. */
export const related = (a: string, b: string): boolean => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
