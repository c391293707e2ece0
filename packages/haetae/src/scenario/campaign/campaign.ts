/** A campaign: what somebody does on some hosts, step by step, and what ought to be seen of it. Read from YAML by read.ts. */
import type { Level } from '@haetae/sigma';

export interface Words {
  readonly ko: string;
  readonly en: string;
}

/** What a host is decides what its days look like. */
export const ROLES = ['office', 'developer', 'server', 'domain-controller'] as const;
export type Role = (typeof ROLES)[number];

export interface CampaignHost {
  /** How steps call it. */
  readonly key: string;
  /** NetBIOS name; its log says `NAME.haetae.example`. */
  readonly name: string;
  readonly role: Role;
  /** Who sits at it; on a server, who administers it. */
  readonly user: string;
}

/** What an action is given, by name: checked by read.ts against the verb's own list. */
export type Arguments = Readonly<Record<string, string | number | boolean>>;

export interface Action {
  readonly verb: string;
  readonly host: string;
  readonly given: Arguments;
  /** Milliseconds since the action before it; undefined for some moments, by chance. */
  readonly after: number | undefined;
  readonly line: number;
}

/** An event that must be in the log when the step has run. Values are compared without regard to case, `*` stands for anything. */
export interface ExpectedEvent {
  readonly channel: string;
  readonly eventId: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** A finding that a good analyst would demand: it lies on an event of the step, and is of one of the techniques. */
export interface ExpectedFinding {
  /** Any of them, or a technique above or below one of them. */
  readonly techniques: readonly string[];
  /** At least. */
  readonly level: Level;
  /** Rules of our own pack that say so, where there are any; another rule of the technique serves as well. */
  readonly rules: readonly string[];
}

export interface Step {
  readonly id: string;
  readonly title: Words;
  readonly techniques: readonly string[];
  /** ATT&CK's short name, such as `credential-access`: the stage that a story ought to name. */
  readonly tactic: string;
  /** Host of its actions where they name none. */
  readonly host: string;
  /** Day of the campaign, from 1, and milliseconds since midnight in Korea. */
  readonly day: number;
  readonly timeMs: number;
  readonly actions: readonly Action[];
  readonly events: readonly ExpectedEvent[];
  readonly findings: readonly ExpectedFinding[];
}

export interface Campaign {
  /** The file's name without its ending. */
  readonly id: string;
  readonly title: Words;
  readonly summary: Words;
  /** `benign`: odd but harmless, and nothing at high or above may be raised. */
  readonly kind: 'attack' | 'benign';
  /** Where such behaviour was described: names of groups, reports, ATT&CK pages. */
  readonly references: readonly string[];
  readonly hosts: readonly CampaignHost[];
  /** How many days the log spans. */
  readonly days: number;
  readonly steps: readonly Step[];
  readonly file: string;
}

/** What is true of one event of an emitted log that belongs to a campaign: one line of the file of labels. */
export interface Label {
  readonly campaign: string;
  readonly step: string;
  readonly techniques: readonly string[];
  /** As the event says it, in full. */
  readonly computer: string;
  readonly channel: string;
  readonly eventId: number;
  /** EventRecordID: with computer and channel it names the event. */
  readonly record: number;
  /** ISO 8601, UTC. */
  readonly time: string;
}
