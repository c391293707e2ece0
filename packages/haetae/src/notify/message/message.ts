import type { Level } from '../../incident/index.ts';
import type { Language } from '../../locale/index.ts';

/** How much of an incident a channel may be told. */
export type Redaction =
  /** All of it. */
  | 'full'
  /** Hosts, accounts and what was found; no command lines, paths, addresses and file names. */
  | 'names'
  /** That there is one, how bad, how many hosts, and where to look: nothing that a log says. */
  | 'minimal';
export const REDACTIONS: readonly Redaction[] = ['full', 'names', 'minimal'];

/** Why something is told now. */
export type Reason = 'new' | 'worse' | 'changed' | 'closed';

/** A named value, safe and in the language of the channel. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What a channel is to tell. Every text is safe (see safe.ts) and may be set in any format once that format's signs are escaped. */
export type Message =
  | IncidentMessage
  /** Several incidents at once. */
  | {
      readonly kind: 'digest';
      readonly language: Language;
      readonly title: string;
      readonly level: Level;
      readonly lines: readonly string[];
      readonly link: string | null;
    }
  /** Of Haetae itself: a channel is dead, a test. */
  | {
      readonly kind: 'notice';
      readonly language: Language;
      readonly title: string;
      readonly level: Level;
      readonly lines: readonly string[];
      readonly link: null;
    };

export interface IncidentMessage {
  readonly kind: 'incident';
  readonly language: Language;
  readonly incident: string;
  readonly reason: Reason;
  readonly level: Level;
  /** `[심각] …`. */
  readonly title: string;
  /** 0–100. */
  readonly risk: number;
  readonly facts: readonly Fact[];
  /** What happened, a sentence each. */
  readonly story: readonly string[];
  /** Responses that wait for people, as far as this channel may be told. */
  readonly asks: readonly Ask[];
  /** Said besides: for whom it was meant, what became of it. */
  readonly notes: readonly string[];
  /** To the incident on the dashboard; null where nobody said how it is reached. */
  readonly link: string | null;
  /** For machines: what a SIEM or ticket system sorts by. Not defanged where a format is for machines alone. */
  readonly data: IncidentData;
}

/** A response that somebody has to approve. */
export interface Ask {
  readonly response: string;
  readonly version: number;
  readonly text: string;
}

export interface IncidentData {
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly findings: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly status: string;
  readonly verdict: string | null;
  readonly mergedInto: string | null;
}

/** Who may be told of a message what it is, for repeats. */
export interface Envelope {
  /** The same for every attempt of one message. 24 hex digits, and a number behind a dot where there are several. */
  readonly id: string;
  readonly incident: string | null;
  /** The first message about the same incident in this channel: what follows belongs below it. */
  readonly thread: string;
  readonly nowMs: number;
}
