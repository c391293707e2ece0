import type { ActionName } from '@haetae/agent/protocol';
import type { Incident } from '../incident/index.ts';
import type { Candidate, Risk } from './plan.ts';

/** What of an incident an action needs. */
export type Need =
  | 'process'
  | 'host'
  | 'address'
  | 'domain'
  | 'account'
  | 'session'
  | 'file'
  | 'task'
  | 'service'
  | 'run-key'
  | 'script';

export interface CandidateOptions {
  /** How long an isolation lasts. */
  readonly minutes: number;
  /** A script that somebody signed, for `run-script`. */
  /** Hosts from which accounts of domains are disabled, by the domain in lower case. */
  readonly executors?: ReadonlyMap<string, string>;
  readonly script?: { readonly name: string; readonly text: string; readonly signature: string };
}

/** One kind of response, declared: what it needs, how grave it is, who has to agree. Its steps are made from its order (`@haetae/agent/respond`). */
export interface Action {
  readonly name: ActionName;
  readonly needs: Need;
  readonly risk: Risk;
  /** The least number of accounts that must agree, whatever a playbook says. 0: it may run by itself where a playbook says so. */
  readonly persons: 0 | 1 | 2;
  /** Place in a plan: the smaller comes first. */
  readonly place: number;
  /** What its undo is called; null where there is no way back. */
  readonly reverse: string | null;
  /** Everything in the incident that it could be done to, and what speaks against it, each once. Pure. */
  candidates(incident: Incident, options: CandidateOptions): Candidate[];
}
