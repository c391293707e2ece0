import type { Incident } from './incident.ts';

export interface IncidentOptions {
  /** How long findings without a link of their own may lie apart to be joined. */
  readonly windowMs?: number;
  /** Weights of hosts, by name in lower case without domain, or with: 0 (nobody minds) to 2 (the domain controller); 1 where not told. */
  readonly assets?: ReadonlyMap<string, number>;
}

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
