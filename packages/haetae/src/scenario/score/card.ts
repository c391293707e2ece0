import type { Level } from '@haetae/sigma';
import type { Words } from '../campaign/campaign.ts';

/** Why a step was missed, in the order in which it is asked: the first that holds. */
export const MISSES = ['no-event', 'filtered', 'below-threshold', 'field-absent', 'rule-blind'] as const;
export type Miss = (typeof MISSES)[number];

/** What was said of an event of a step. */
export interface SaidOfStep {
  readonly detector: string;
  /** '' for a score. */
  readonly ruleId: string;
  readonly title: string;
  readonly titleKo?: string | undefined;
  readonly level: Level;
  readonly techniques: readonly string[];
  /** It is of the step's technique, or one above or below it, or of its tactic; a score is of what it is about. */
  readonly fits: boolean;
  /** From the step's first event to the one with which this could be said; by the clock of the events. */
  readonly latencyMs: number;
}

export type StepVerdict =
  | { readonly kind: 'detected'; readonly by: SaidOfStep; readonly latencyMs: number }
  /** `about`: ids or names: of exceptions, of fields, of the rule that came nearest. */
  | { readonly kind: 'missed'; readonly because: Miss; readonly about: readonly string[] };

export interface StepScore {
  readonly campaign: string;
  readonly step: string;
  readonly title: Words;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly hosts: readonly string[];
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Events that the labels name, and how many of them the log held. */
  readonly labelled: number;
  readonly found: number;
  readonly verdict: StepVerdict;
  /** All that was said, the earliest first; what does not fit too. */
  readonly said: readonly SaidOfStep[];
}

export interface Tally {
  readonly id: string;
  readonly steps: number;
  readonly detected: number;
}

/** What detection saw of one exercise. */
export interface ScoreCard {
  readonly haetae: 'lab-score.1';
  readonly id: string;
  readonly title: string;
  /** When it was made; the exercise may be older. */
  readonly madeMs: number;
  readonly source: 'logs' | 'server';
  /** What is below it counts as missed. */
  readonly minLevel: Level;
  readonly steps: readonly StepScore[];
  readonly tactics: readonly Tally[];
  readonly techniques: readonly Tally[];
  readonly missed: Readonly<Record<Miss, number>>;
  /** Of the detected steps; null where none was. */
  readonly medianLatencyMs: number | null;
}
