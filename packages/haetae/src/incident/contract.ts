import type { FiledFinding } from '../detect/index.ts';
import type { Incident, IncidentReport, Level } from './incident.ts';
import type { Trace } from './trace/trace.ts';

export interface IncidentOptions {
  /** How long findings without a link of their own may lie apart to be joined. */
  readonly windowMs?: number;
  /** Weights of hosts, by name in lower case without domain, or with: 0 (nobody minds) to 2 (the domain controller); 1 where not told. */
  readonly assets?: ReadonlyMap<string, number>;
}

/**
 * Findings in any order, traces in any order: the incidents are the same. Findings are read once, and copied in part: memory
 * grows with their number, not with their size.
 */
export type IncidentsOf = (
  findings: Iterable<FiledFinding> | AsyncIterable<FiledFinding>,
  traces: readonly Trace[],
  options?: IncidentOptions,
) => Promise<IncidentReport>;

/** What one host may raise. */
export interface HostBudget {
  readonly host: string;
  /** Days of its logs, whole days begun. */
  readonly days: number;
  /** Incidents with this risk or more are alerts. */
  readonly threshold: number;
  readonly alerts: readonly Incident[];
  /** The incidents just below the threshold, the highest first. */
  readonly below: readonly Incident[];
  /** All below the threshold. */
  readonly held: number;
}

export interface AlertBudget {
  readonly perDay: number;
  /** By name. */
  readonly hosts: readonly HostBudget[];
}

/** Sets for each host the threshold at which it raises at most `perDay` alerts a day, and says what falls just below. */
export type BudgetOf = (incidents: readonly Incident[], perDay: number, shownBelow?: number) => AlertBudget;

export type LevelOf = (risk: number) => Level;
