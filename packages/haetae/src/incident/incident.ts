import type { TacticName } from '../attack/index.ts';
import type { Act } from './trace/trace.ts';

/** Sigma's words for how bad something is, the least first. */
export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** Where an event was read: one of `record` and `line` is null. */
export interface Place {
  readonly file: string;
  readonly record: number | null;
  readonly line: number | null;
}

/** An event that happened at a place. ms since 1970; null where the record tells no time. */
export interface Happening extends Place {
  readonly timeMs: number | null;
}

/** One detector's finding in an incident; those that repeat it (same rule, same process) are folded into it. */
export interface IncidentFinding {
  readonly detector: string;
  /** null for a score. */
  readonly rule: { readonly id: string; readonly title: string; readonly titleKo?: string } | null;
  readonly level: Level;
  /** 0–1; 1 is whole. */
  readonly confidence: number;
  /** Of an anomaly: how rare its score is; null for a rule. */
  readonly p: number | null;
  readonly attack: { readonly tactics: readonly TacticName[]; readonly techniques: readonly string[] };
  readonly host: string;
  /** Key of the process it speaks of, in the incident's `tree`; null when the event names none. */
  readonly process: string | null;
  readonly channel: string;
  readonly eventId: number;
  /** The fields of the first event that sentences are made of, cut to {@link KEPT_FIELD} characters. */
  readonly fields: Readonly<Record<string, string>>;
  /** Text decoded out of the first event, the deepest layer, cut likewise; absent when there was none. */
  readonly decoded?: string;
  /** Every event, in the order of time; findings of one event by several rules are findings of their own with equal places. */
  readonly events: readonly Happening[];
  /** How many more there are than `events`, where they were too many to keep each; absent for none. */
  readonly more?: number;
  /** Key of the event of which it is a statement. Findings of equal `evidence` are one piece of evidence (several rules on one event, Sysmon 1 and Security 4688 of one start) and count once for the risk. */
  readonly evidence: string;
  /** Points that it adds to the risk, before what the incident as a whole adds; 0 for those whose evidence counts elsewhere. */
  readonly points: number;
}

/** Characters kept of a field. */
export const KEPT_FIELD = 2000;

/** What a part of the risk is for. The parts of {@link Incident.waterfall} add up to the risk exactly. */
export type RiskKind =
  /** The worst rule: its level × confidence. `finding`. */
  | 'rule'
  /** The rarest score: its p-value. `finding`. */
  | 'anomaly'
  /** Other evidence of another kind than the worst. `count`. */
  | 'corroboration'
  /** How rare what was found is among the hosts and processes of the data. `finding`. */
  | 'rarity'
  /** Tactics one after the other: the position in the chain of an attack. `count` tactics. */
  | 'chain'
  /** The attack came over the network from another host. `count` hosts. */
  | 'hop'
  /** A blind band lies near. `band`. */
  | 'blind'
  /** The weight of the host, by `--assets`. `host`. */
  | 'asset'
  /** Taken away: the score ends at 100. */
  | 'limit';

export interface RiskPart {
  readonly kind: RiskKind;
  /** Whole number; negative takes away. */
  readonly points: number;
  /** Index into `findings`. */
  readonly finding?: number;
  /** Index into `blind`. */
  readonly band?: number;
  readonly count?: number;
  readonly host?: string;
}

/** Why two findings are in one incident. */
export type LinkKind =
  /** Both speak of one process. */
  | 'process'
  /** One process is the other's ancestor; `processes` is the way down. */
  | 'ancestor'
  /** Both processes come from one parent, within the window. */
  | 'parent'
  /** One process reached into the other (thread, memory access) and it had no other reason to. */
  | 'injection'
  /** One logon session, network or of another short kind. */
  | 'session'
  /** A process on one host reached another host, whose session it became. */
  | 'hop'
  /** A file that one wrote and the other ran or named. */
  | 'file'
  /** An event that both speak of: one of them is of a rule over several events, the other may be what it is made of. */
  | 'sequence'
  /** A script that one was given in its command line and the other ran. */
  | 'script'
  | 'service'
  | 'task'
  | 'run-key'
  | 'wmi'
  | 'hash'
  | 'domain'
  /** The same statement about the same thing again, within the window. */
  | 'repeat'
  /** One account or object that events without a process name, within the window. */
  | 'subject'
  /** Scripts of PowerShell whose process is not told, with what PowerShell did in the same moment on the host. */
  | 'near';

export interface Link {
  readonly kind: LinkKind;
  /** Indexes into `findings`. */
  readonly from: number;
  readonly to: number;
  /** What both hold: a path, a name of a service or task, a logon id, a hash, a domain, a host, a process. */
  readonly by: string;
  /** Milliseconds between the two; null where a time is missing. */
  readonly apart: number | null;
  /** Events that show it, where the findings' own do not. */
  readonly shownBy: readonly Happening[];
}

/** One process as the logs tell it. */
export interface ProcessNode {
  /** Stable between runs: host, and ProcessGuid or process id and start. */
  readonly key: string;
  readonly host: string;
  readonly guid: string | null;
  readonly pid: number | null;
  /** Full path; '' when no event tells it. */
  readonly image: string;
  readonly commandLine: string;
  readonly user: string;
  readonly logonId: string;
  readonly integrity: string;
  readonly startMs: number | null;
  /** What tells the start: its own event, its ProcessGuid (whole seconds), or nothing (`startMs` is then null). */
  readonly startFrom: 'event' | 'guid' | null;
  readonly endMs: number | null;
  readonly parent: string | null;
  /** Keys, by time; of those in the incident's tree. */
  readonly children: readonly string[];
  /** Its start event; null when it is not in the logs. */
  readonly started: Happening | null;
  /** Indexes into the incident's `findings`. */
  readonly findings: readonly number[];
  /** By time. */
  readonly acts: readonly Act[];
  /** Events beyond the acts, by kind, where there were too many to keep them one by one. */
  readonly moreActs: Readonly<Partial<Record<Act['kind'], number>>>;
}

export type BlindKind =
  /** Record ids are missing. `missing`. */
  | 'gap'
  /** A channel says nothing while others of its host go on. */
  | 'silence'
  /** Security 1102, System 104. `by`: who. */
  | 'cleared'
  /** Record ids start again. */
  | 'recreated'
  /** Sysmon 4. */
  | 'sysmon-stopped'
  /** Sysmon 16. */
  | 'sysmon-configured'
  /** Sysmon 255. */
  | 'sysmon-error'
  /** The clock went back. `missing` is 0. */
  | 'clock';

/** A time in which a log cannot be trusted to tell all. */
export interface BlindBand {
  readonly kind: BlindKind;
  readonly host: string;
  /** The channel that is blind; '' for all. */
  readonly channel: string;
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
  /** Records missing; 0 when not told. */
  readonly missing: number;
  /** Who did it, where told. */
  readonly by: string;
  /** The event that tells it; null for what only absence tells. */
  readonly at: Happening | null;
}

/** How the risk of a host, a user or a process rose. */
export interface EntityRisk {
  readonly kind: 'host' | 'user' | 'process';
  /** Name of the host or user; the process's key. */
  readonly name: string;
  readonly risk: number;
  /** By time; `risk` after the step. `finding` is an index into the incident's findings. */
  readonly steps: readonly { readonly timeMs: number | null; readonly finding: number; readonly risk: number }[];
}

/** What a title is made of. */
export interface Title {
  /** Index of the finding that leads. */
  readonly finding: number;
  /** Image name without folder of the process at the root of what was found; '' when none is known. */
  readonly root: string;
  /** Image name of the leading finding's process. */
  readonly image: string;
  readonly host: string;
  /** Further hosts and findings (folded). */
  readonly moreHosts: number;
  readonly moreFindings: number;
}

/** Findings that belong together, ranked, with all that the story and the tree are made of. Plain data. */
export interface Incident {
  /** 16 hex digits: hash of the earliest finding's content. The same between runs, thread counts and orders of files. */
  readonly id: string;
  /** Ids of younger incidents that a later link joined to this one. */
  readonly merged: readonly string[];
  /** From 1: by risk, then by time. */
  readonly rank: number;
  /** 0–100, whole. */
  readonly risk: number;
  readonly level: Level;
  /** First and last event; null when none tells a time. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  /** In the order of the matrix. */
  readonly tactics: readonly TacticName[];
  readonly techniques: readonly string[];
  readonly title: Title;
  /** By time. */
  readonly findings: readonly IncidentFinding[];
  readonly waterfall: readonly RiskPart[];
  /** A tree over `findings`: each joins its finding to an earlier one. */
  readonly links: readonly Link[];
  /** Processes with findings and what leads from one to the other, parents first. */
  readonly tree: readonly ProcessNode[];
  readonly entities: readonly EntityRisk[];
  /** Near it in time and on its hosts. */
  readonly blind: readonly BlindBand[];
  readonly counts: IncidentCounts;
  /** Only live: what there is besides, where all of it would be too much. Absent when nothing is left out. */
  readonly leftOut?: LeftOut;
}

export interface LeftOut {
  /** Folded ones not shown, and single ones that are no more looked at. */
  readonly findings: number;
  readonly processes: number;
  readonly acts: number;
  readonly events: number;
}

export interface IncidentCounts {
  /** Findings before folding. */
  readonly findings: number;
  /** After folding. */
  readonly folded: number;
  /** Different events among them. */
  readonly events: number;
  readonly rules: number;
  readonly anomalies: number;
  readonly processes: number;
  readonly levels: Readonly<Record<Level, number>>;
}

/** Findings that are no incident by themselves, nor together: repetitions of one rule on one host. */
export interface LooseFindings {
  readonly detector: string;
  readonly rule: IncidentFinding['rule'];
  readonly level: Level;
  readonly host: string;
  readonly count: number;
  readonly first: Happening;
}

/** All that became of the findings. */
export interface IncidentReport {
  /** By rank. */
  readonly incidents: readonly Incident[];
  /** Findings of low weight that nothing joins to others: counted here, in no incident. The worst first. */
  readonly loose: readonly LooseFindings[];
  /** All blind bands, near an incident or not, by time. */
  readonly blind: readonly BlindBand[];
  /** Findings given: those of the incidents and the loose ones. */
  readonly findings: number;
  /** Processes and acts that the trace had no room for: links through them are not seen. */
  readonly overflow: { readonly processes: number; readonly acts: number };
}
