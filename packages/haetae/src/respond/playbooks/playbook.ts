import type { ActionName } from '@haetae/agent/protocol';
import type { Level } from '../../incident/index.ts';

/** What makes a playbook look at an incident. All that is said must hold of one and the same finding (`risk`: of the incident); within a list any. */
export interface Trigger {
  /** Ids of rules, in lower case. */
  readonly rules: readonly string[];
  /** `T1059` stands for its sub-techniques too. */
  readonly techniques: readonly string[];
  /** This or graver. */
  readonly level: Level | null;
  /** 0–100: this or more. */
  readonly risk: number | null;
  /** Names with `*`, of the host with or without its domain, and of the process's account. */
  readonly hosts: readonly string[];
  readonly users: readonly string[];
}

export interface PlaybookStep {
  readonly action: ActionName;
  /** `matched`: what the findings that pulled the trigger speak of; `incident`: all that the incident names. */
  readonly on: 'matched' | 'incident';
  /** Of an isolation. */
  readonly minutes: number;
}

/** `none`: runs by itself, where provenance and limits allow it. Persons are accounts: two of one person's sessions are one. */
export type Approval = 'none' | 'one' | 'two';

export interface Playbook {
  readonly id: string;
  readonly title: string;
  readonly titleKo: string;
  readonly file: string;
  readonly line: number;
  readonly when: Trigger;
  readonly do: readonly PlaybookStep[];
  readonly approval: Approval;
  /** Actions of this playbook, beyond which it only plans. */
  readonly limits: { readonly perHostHour: number; readonly perHour: number };
  readonly tests: readonly PlaybookTest[];
}

/** An incident in few words, and which actions the playbook plans for it; [] for none. */
export interface PlaybookTest {
  readonly name: string;
  readonly given: {
    readonly risk: number;
    readonly rule: string;
    readonly techniques: readonly string[];
    readonly level: Level;
    readonly host: string;
    readonly user: string;
  };
  readonly expect: readonly string[];
}

export interface PlaybookProblem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** A word to switch on; `about` is what of the file it is about. */
  readonly code: PlaybookFault;
  readonly about: string;
}

export type PlaybookFault =
  | 'yaml'
  | 'not-a-map'
  | 'unknown-key'
  | 'missing'
  | 'wrong-type'
  | 'no-uuid'
  | 'same-id'
  | 'no-action'
  | 'no-technique'
  | 'no-level'
  | 'not-within'
  | 'no-trigger'
  | 'needs-persons'
  | 'no-tests'
  | 'no-negative'
  | 'test-fails';
