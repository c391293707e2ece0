import type { UnixMs } from '@haetae/event';
import type { Json } from './accounts.ts';
import type { FindingRow } from './commit.ts';
import type { QueryControl } from './events/query.ts';

type Level = FindingRow['level'];

/** What the reader says of an incident; `body` is the incident as its room shapes it. */
export interface EngineIncident {
  readonly seq: number;
  readonly id: string;
  readonly firstMs: UnixMs;
  readonly lastMs: UnixMs;
  /** 0–100. */
  readonly risk: number;
  readonly level: Level;
  readonly title: string;
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly findings: number;
  /** Into which other it went; null for none. */
  readonly mergedInto: string | null;
  /** What lists show of it besides, as its room shapes it; null for one that was written before there was such. */
  readonly listed: Json;
  readonly body: Json;
  /** The body as JSON, where somebody wrote it already; `body` is null then. */
  readonly text?: string;
}

/** What people make of it. */
export interface Triage {
  readonly status: 'new' | 'open' | 'waiting' | 'closed';
  readonly assignee: string | null;
  /** null while nobody decided. */
  readonly verdict: 'true-positive' | 'benign' | 'false-positive' | 'duplicate' | null;
  readonly tags: readonly string[];
}

export interface IncidentRow extends Omit<EngineIncident, 'body' | 'text'>, Triage {
  /** Rises with every change, by the reader or by people. */
  readonly version: number;
  readonly createdMs: UnixMs;
  readonly updatedMs: UnixMs;
}
export interface IncidentDetail extends IncidentRow {
  readonly body: Json;
}

/** One line of what became of an incident. */
export interface IncidentEntry {
  readonly incidentId: string;
  readonly number: number;
  readonly timeMs: UnixMs;
  /** Id of the user or token; '' for the reader. */
  readonly actor: string;
  readonly kind:
    | 'created'
    | 'level'
    | 'merged'
    | 'triage'
    | 'comment'
    | 'delivery'
    | 'response'
    | 'awareness'
    | 'reported';
  /** Of a change: what was and what is. Of a comment: its text. */
  readonly detail: Json;
}

export interface IncidentQuery {
  readonly status?: readonly Triage['status'][];
  readonly minLevel?: Level;
  readonly host?: string;
  readonly assignee?: string | null;
  /** Within title, hosts, users. */
  readonly text?: string;
  /** Last event at or after, before. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly order: 'risk' | 'newest' | 'updated';
  readonly limit: number;
  readonly offset?: number;
}

/** What stands out among the incidents of some statuses, those merged into others left out. */
export interface IncidentSummary {
  readonly count: number;
  /** Those made after a time; those made before it that changed after. */
  readonly made: number;
  readonly changed: number;
  /** Those that nobody has taken, and when the first of them was made; null where there is none. */
  readonly untaken: number;
  readonly untakenSinceMs: UnixMs | null;
  /** By tactic, of those of which lists tell any. */
  readonly tactics: readonly { readonly tactic: string; readonly incidents: number }[];
  /** The riskiest first. */
  readonly hosts: readonly NameAtRisk[];
  readonly users: readonly NameAtRisk[];
  /** What lists tell of blind bands, in the words of their room: each different list once, with the newest incident that tells it. */
  readonly blind: readonly { readonly incident: string; readonly bands: Json }[];
}
export interface NameAtRisk {
  readonly name: string;
  /** Of the riskiest of its incidents. */
  readonly risk: number;
  readonly level: Level;
  readonly incidents: number;
}

/** How far one is in the order of changes that the reader makes: by frame, and within one by id. */
export interface Place<Id extends number | string> {
  readonly seq: number;
  readonly id: Id;
}

export interface Incidents {
  /** Those merged into others are left out; `total` counts all pages. */
  list(
    query: IncidentQuery,
    control?: QueryControl,
  ): Promise<{ readonly total: number; readonly rows: readonly IncidentRow[] }>;
  /** `most`: of names, and of lists of bands. */
  summary(
    query: { readonly status: readonly Triage['status'][]; readonly sinceMs: number; readonly most: number },
    control?: QueryControl,
  ): Promise<IncidentSummary>;
  get(id: string): Promise<IncidentDetail | undefined>;
  /** The same with its body as JSON, as it was written: for whoever passes it on. */
  written(id: string): Promise<{ readonly row: IncidentRow; readonly body: string } | undefined>;
  /** Those of these ids that are there, in any order. */
  some(ids: readonly string[]): Promise<readonly IncidentDetail[]>;
  /** Without its body. */
  row(id: string): Promise<IncidentRow | undefined>;
  /**
   * Those that the reader changed behind the frame `seq`, or anybody at or after `sinceMs`; merged ones too. In order of seq.
   */
  changed(query: {
    readonly seq: number;
    readonly sinceMs: number;
    readonly limit: number;
  }): Promise<readonly IncidentRow[]>;
  /** Those that the reader made or changed behind this place, in that order; merged ones too. */
  behind(place: Place<string>, limit: number): Promise<readonly IncidentRow[]>;
  history(id: string): Promise<readonly IncidentEntry[]>;
  /** Throws `conflict` when its version is no longer `version`, `missing`. */
  triage(id: string, version: number, change: Partial<Triage>, actor: string, nowMs: UnixMs): Promise<IncidentRow>;
  /** A line of history that changes nothing. Throws `missing`. */
  note(id: string, entry: Pick<IncidentEntry, 'actor' | 'kind' | 'detail' | 'timeMs'>): Promise<IncidentEntry>;
}

export interface FindingQuery {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly host?: string;
  readonly ruleId?: string;
  readonly detector?: string;
  readonly technique?: string;
  readonly incidentId?: string;
  readonly minLevel?: Level;
  readonly eventId?: number;
  /** Findings with an id below this, for the next page. */
  readonly before?: number;
  readonly limit: number;
}
export interface Findings {
  /** Newest first, by id. */
  list(query: FindingQuery, control?: QueryControl): Promise<readonly FindingRow[]>;
  get(id: number): Promise<FindingRow | undefined>;
  /** Those that were made or changed behind this place, in that order: one that changes again comes again. */
  behind(place: Place<number>, limit: number): Promise<readonly FindingRow[]>;
  /** How many are there with ids behind `after`, up to `last`. Each id was given once, from 1 on: the others were removed. */
  present(after: number, last: number): Promise<number>;
  /** What findings say of which events, in few words: by rules' ids, or titles where they have none. */
  stated(
    query: { readonly fromMs: number; readonly toMs: number; readonly rules: readonly string[] },
    control?: QueryControl,
  ): Promise<readonly { readonly rule: string; readonly eventIds: readonly number[] }[]>;
  /** By rule, the most frequent first. */
  byRule(query: Pick<FindingQuery, 'fromMs' | 'toMs' | 'host'>, control?: QueryControl): Promise<readonly RuleCount[]>;
  /** By technique of ATT&CK, in the order of their ids. */
  byTechnique(query: FindingTimes, control?: QueryControl): Promise<readonly TechniqueCount[]>;
  /** By time and level, in about `buckets` equal stretches of the time asked for, or of all there is. */
  overTime(query: FindingTimes & { readonly buckets: number }, control?: QueryControl): Promise<FindingsOverTime>;
}
export type FindingTimes = Pick<FindingQuery, 'fromMs' | 'toMs' | 'host' | 'ruleId'>;
export interface TechniqueCount {
  readonly technique: string;
  readonly count: number;
  readonly hosts: number;
  readonly lastMs: UnixMs;
}
export interface FindingsOverTime {
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthMs: number;
  /** Those without findings are left out. */
  readonly counts: readonly { readonly timeMs: number; readonly level: Level; readonly count: number }[];
}
export interface RuleCount {
  readonly ruleId: string;
  readonly title: string;
  readonly level: Level;
  readonly count: number;
  readonly hosts: number;
  readonly lastMs: UnixMs;
  /** Those in incidents that were closed, duplicates apart; of them those that were benign or false. */
  readonly judged: number;
  readonly harmless: number;
}
