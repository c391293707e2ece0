import type { ActionName, Order } from '@haetae/agent/protocol';
import type { Steps, System } from '@haetae/agent/respond';

export type Risk = 'low' | 'medium' | 'high';

/** Why something is not planned, though an incident or a playbook asks for it. */
export type Unplanned =
  /** The logs do not tell enough: no process id, no start, no full path. */
  | 'no-pid'
  /** The incident names nothing that it could be done to. */
  | 'names-none'
  | 'no-start'
  | 'no-image'
  /** It ended, as the logs tell. */
  | 'ended'
  | 'no-host'
  /** Of a domain: another action's. */
  | 'domain-account'
  /** Nobody named a host from which accounts of its domain are disabled. */
  | 'no-executor'
  /** The system's own. */
  | 'system-account'
  /** Whoever was only tried did nothing. */
  | 'failed-logons-only'
  | 'own-network'
  /** A value that no order may hold. */
  | 'malformed'
  /** The host's system has no such thing. */
  | 'unsupported'
  /** Isolation is to leave a server reachable, and none was named. */
  | 'no-server'
  /** On the never-list. */
  | 'never';

/** One thing that an action could be done to. */
export type Candidate = {
  readonly host: string;
  /** What it is aimed at, as people read it. */
  readonly about: string;
  /** Of the incident's findings, those that speak of it; of a host all of its own. */
  readonly findings: readonly number[];
} & ({ readonly kind: 'order'; readonly order: Order } | { readonly kind: 'refused'; readonly why: Unplanned });

/** An action of a plan. */
export interface PlannedAction {
  readonly action: ActionName;
  readonly host: string;
  readonly system: System;
  readonly about: string;
  readonly risk: Risk;
  /** Indexes into the incident's findings: those that speak of what it is aimed at. */
  readonly findings: readonly number[];
  /** Those that made a playbook ask for it, besides: of another object, another host, or of all where the risk of the incident did. */
  readonly triggers: readonly number[];
  readonly order: Order;
  readonly steps: Steps;
  /** Ids of the playbooks that ask for it; [] where a person does. */
  readonly playbooks: readonly string[];
  /** Who has to agree; 0 where a playbook may let it run by itself. */
  readonly persons: 0 | 1 | 2;
}

export interface RefusedAction {
  readonly action: ActionName;
  readonly host: string;
  readonly about: string;
  readonly why: Unplanned;
}

/** What could be done about an incident. Nothing of it was done. */
export interface Plan {
  readonly incident: string;
  /** In the order in which they are to be done: first what stops the attack, then what it left, then what helps to understand it. */
  readonly actions: readonly PlannedAction[];
  readonly refused: readonly RefusedAction[];
}
