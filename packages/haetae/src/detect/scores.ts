import type { Localised } from './unusual.ts';

/** What became of the events of one family: every one of them is scored, or was skipped for want of anything to compare. */
export interface FamilyAccount {
  readonly family: string;
  readonly name: Localised;
  /** Channels in lower case, with the event ids that belong to the family. */
  readonly kinds: readonly (readonly [channel: string, ids: readonly number[]])[];
  readonly scored: number;
  readonly skipped: number;
  /** Distinct rows of features: what was actually scored, each for all of its events. */
  readonly rows: number;
}

/** What lay just below what was told of one host and day. */
export interface BelowBudget {
  readonly computer: string;
  /** `2025-06-23` (UTC); '' where no time is told. */
  readonly day: string;
  readonly told: number;
  readonly below: number;
  /** p-value of the rarest that was not told. */
  readonly p: number;
  readonly family: Localised;
  readonly file: string;
  readonly record?: number;
  readonly line?: number;
}

/** How far a feature's distribution lies from that of the baseline. */
export interface FeatureDrift {
  readonly family: string;
  readonly familyName: Localised;
  readonly feature: string;
  readonly name: Localised;
  /** Population stability index: below 0.1 no change, from 0.25 on a shift. */
  readonly psi: number;
}

/** How a run's scores came about. */
export interface ScoreAccount {
  readonly families: readonly FamilyAccount[];
  readonly thresholds: { readonly p: number; readonly score: number; readonly perHostDay: number };
  /** `this-data`, or a baseline's version. */
  readonly baseline: string;
  /** Distinct rows beyond the thresholds, and how many of them were told. */
  readonly beyond: number;
  readonly told: number;
  readonly below: readonly BelowBudget[];
  /** Every feature of the families that the baseline knows, the greatest drift first; [] without a baseline. */
  readonly drift: readonly FeatureDrift[];
  /** Events that were to be explained and have no features: their places. */
  readonly unexplained: readonly { readonly file: string; readonly channel: string; readonly eventId: number }[];
  /** The baseline that was to be learnt. */
  readonly learnt?: Uint8Array;
}
