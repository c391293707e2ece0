import type { Finding } from './finding.ts';

export interface Localised {
  readonly en: string;
  readonly ko: string;
}

/** What one feature adds to a score. */
export interface ScorePart {
  /** Id in the table of features (docs/anomaly.md). */
  readonly feature: string;
  readonly name: Localised;
  /** Of `value`: `bits`, `characters`, `%`, `hour` …; '' where it counts or is yes/no. */
  readonly unit: string;
  /** null where the event does not tell it. */
  readonly value: number | null;
  /** What the value was measured on: `winword.exe → powershell.exe`; absent where the value says all. */
  readonly of?: string;
  /** Splits by which the feature shortened the event's way through the trees (mean over the trees); negative: it lengthened it. */
  readonly contribution: number;
}

/** A change of one feature that would make the event ordinary: `command line length ≤ 180 characters`. */
export interface OrdinaryIf {
  readonly feature: string;
  readonly op: '<=' | '>=';
  readonly value: number;
}

/**
 * Why a score is unusual. The parts of all features sum to `expected − pathLength`: how much sooner than expected the event
 * was told apart from the others.
 */
export interface UnusualReason {
  readonly kind: 'unusual';
  /** The kind of events it was compared with. */
  readonly family: string;
  readonly familyName: Localised;
  /** Isolation Forest's score, in (0, 1]; an ordinary event has about 0.4. */
  readonly score: number;
  /** Scores up to here are ordinary. */
  readonly threshold: number;
  /** Share of the compared events that score at least as high; least possible: 1 / (`among` + 1). */
  readonly p: number;
  /** Events that it was compared with. */
  readonly among: number;
  /** Mean path length expected of an event, and that of this one, in splits. */
  readonly expected: number;
  readonly pathLength: number;
  /** Largest contribution first. */
  readonly parts: readonly ScorePart[];
  readonly ordinaryIf: readonly OrdinaryIf[];
  /** Version of the baseline that was compared with; `this-data` when it was fitted on the data at hand. */
  readonly baseline: string;
  /** Events that equal this one in every feature, this one among them, and when the first and the last of them happened (ISO 8601, UTC; '' when not told). */
  readonly equal: { readonly count: number; readonly first: string; readonly last: string };
}

/** The reason of a finding that no rule made; undefined for a rule's. */
export function unusualReason({ why }: Pick<Finding, 'why'>): UnusualReason | undefined {
  for (const reason of why) if (reason.kind === 'unusual') return reason;
  return undefined;
}
