import type { CommandOutcome } from '@haetae/agent/protocol';
import type { z } from '@hono/zod-openapi';
import type { Listed } from '../incident/index.ts';
import type { Language } from '../locale/index.ts';
import type { Call, Grades, KeptScore, ScoreCard } from '../scenario/index.ts';
import type { Delivery, Store } from '../store/index.ts';
import type {
  Drift,
  EntitiesQuery,
  Entity,
  EventQuery,
  Exception,
  Finding,
  FindingDetail,
  FindingsQuery,
  Hunt,
  HuntHit,
  HuntsQuery,
  Incident,
  IncidentDetail,
  IncidentPatch,
  IncidentsQuery,
  LiveMessage,
  NewException,
  NewHunt,
  NewRescan,
  NewRule,
  NewSavedSearch,
  Ready,
  Rule,
  RuleCosts,
  RulePacks,
  RuleSource,
  RulesQuery,
  RuleTechnique,
  RuleVerdict,
  SavedSearch,
  ScoreBaseline,
  SearchPart,
  ServerSettings,
  SettingsPatch,
  Stats,
  StoredEvent,
} from './api.ts';
import type {
  EventHistogramQuery,
  EventTopQuery,
  EventTopRow,
  FindingsOverTime,
  FindingsOverTimeQuery,
  FindingTimesQuery,
  Seen,
  TechniqueCount,
  TimeBucket,
} from './api-counted.ts';
import type { CanaryTry, LabReportQuery } from './api-lab.ts';
import type { DeliveriesQuery, NotifyStatus } from './api-notify.ts';
import type { Awareness, ReportQuery } from './api-reports.ts';
import type { Response, Responses as ResponsesAnswer } from './api-responses.ts';
import type { BenignProposal, OpenIncidents } from './api-told.ts';
import type { BackupMade, ExportMade, ExportWanted, ImportMade, StoreStatus } from './api-upkeep.ts';
import type { Intake } from './intake.ts';

/**
 * What the server asks of the rooms below it, joined by whoever starts it. They reject with a StoreError, whose code becomes
 * the status of the answer.
 */
export interface Ports {
  readonly intake: Intake;
  readonly accounts: Pick<Store, 'users' | 'sessions' | 'tokens' | 'audit'>;
  readonly events: Events;
  readonly findings: Findings;
  readonly incidents: Incidents;
  readonly entities: Entities;
  readonly reports: Reports;
  readonly rules: Rules;
  readonly exceptions: Exceptions;
  readonly searches: SavedSearches;
  readonly hunts: Hunts;
  readonly notify: Notify;
  readonly responses: Responses;
  readonly lab: Lab;
  readonly settings: Settings;
  readonly upkeep: Upkeep;
  readonly scores: Scores;
  readonly stats: () => Promise<Stats>;
  readonly live: Live;
  readonly ready: () => Promise<Ready>;
}

/** The store as a whole. Files are named within the data folder's `handover/`. */
export interface Upkeep {
  status(): Promise<StoreStatus>;
  backup(signal: AbortSignal): Promise<BackupMade>;
  exportParquet(range: ExportWanted, signal: AbortSignal): Promise<ExportMade>;
  /** What was handed over is gone after. Rejects with `missing`, `invalid`. */
  importParquet(handover: string): Promise<ImportMade>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the page that follows; null behind the last. */
  readonly next: string | null;
}

/** Who does it, as the audit log and the histories name them. */
export interface Actor {
  readonly id: string;
  readonly name: string;
}

export interface Events {
  /** Ends by itself with the part `end`; sooner when the signal says so. */
  search(query: EventQuery, signal: AbortSignal): AsyncIterable<SearchPart>;
  get(id: string): Promise<StoredEvent | undefined>;
  histogram(query: EventHistogramQuery, signal: AbortSignal): Promise<TimeBucket[]>;
  top(query: EventTopQuery, signal: AbortSignal): Promise<EventTopRow[]>;
  seen(query: EventQuery, signal: AbortSignal): Promise<Seen>;
}

export interface Findings {
  list(query: z.infer<typeof FindingsQuery>): Promise<Page<Finding>>;
  /** The same with what the detector said. */
  statements(query: z.infer<typeof FindingsQuery>): Promise<Page<FindingDetail>>;
  get(id: string): Promise<FindingDetail | undefined>;
  overTime(query: z.infer<typeof FindingsOverTimeQuery>): Promise<FindingsOverTime>;
  byTechnique(query: z.infer<typeof FindingTimesQuery>): Promise<TechniqueCount[]>;
}

export interface Incidents {
  /** With what lists show besides, where that is kept with them. */
  list(query: z.infer<typeof IncidentsQuery>): Promise<Page<Incident & { readonly listed?: Listed }>>;
  open(sinceMs: number): Promise<OpenIncidents>;
  get(id: string): Promise<IncidentDetail | undefined>;
  /** The same as JSON: one of thousands of processes is passed on as it was written, not taken apart and put together again. */
  json(id: string): Promise<string | undefined>;
  /** Its version, without fetching its body; undefined when there is none. */
  version(id: string): Promise<number | undefined>;
  /** Rejects with `missing`, or `conflict` when the version is not the newest. */
  update(id: string, change: IncidentPatch, actor: Actor): Promise<IncidentDetail>;
  note(id: string, text: string, actor: Actor): Promise<IncidentDetail>;
  /** A line of its history that is never changed: when somebody says the organisation became aware of it. */
  declare(id: string, awareness: Awareness, actor: Actor): Promise<IncidentDetail>;
  /** What would except its findings and nothing else, held against what is stored. */
  benign(id: string): Promise<BenignProposal>;
}

export interface Reports {
  /** A report of an incident, or a file that belongs to it; undefined when there is none. Rejects with `invalid` where it cannot be made. */
  file(incident: string, query: ReportQuery): Promise<ReportedFile | undefined>;
  /** What the KISA report says now is kept as said; undefined where there is no such incident. */
  handedIn(incident: string, stage: ReportQuery['stage'], actor: Actor): Promise<IncidentDetail | undefined>;
}
export interface ReportedFile {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

export interface Entities {
  list(query: z.infer<typeof EntitiesQuery>): Promise<Page<Entity>>;
}

export interface Rules {
  list(query: z.infer<typeof RulesQuery>): Promise<Page<Rule>>;
  /** In the order of their ids. */
  techniques(): Promise<readonly RuleTechnique[]>;
  /** Rejects with `missing`. */
  setEnabled(id: string, enabled: boolean, actor: Actor): Promise<Rule>;
  source(id: string): Promise<RuleSource | undefined>;
  check(draft: { readonly text: string; readonly lang: 'ko' | 'en' }): Promise<RuleVerdict>;
  /** In force once it resolves. Rejects with `invalid` for what cannot be. */
  save(rule: NewRule, actor: Actor): Promise<Rule>;
  /** False when none with this id was written here. */
  remove(id: string, actor: Actor): Promise<boolean>;
  costs(): Promise<RuleCosts>;
  /** What is in force, by the hashes of where it came from. */
  packs(): Promise<RulePacks>;
}

/** What administrators set while the server runs. */
export interface Settings {
  get(): ServerSettings;
  update(change: SettingsPatch, actor: Actor): Promise<ServerSettings>;
}

/** What scores are held against. */
export interface Scores {
  baseline(): ScoreBaseline;
  /** Rejects with `invalid` where there is no baseline. */
  drift(): Promise<Drift>;
}

export interface Exceptions {
  list(): Promise<readonly Exception[]>;
  /** Rejects with `invalid` when there is no such rule or the filter makes no sense. */
  create(exception: NewException, actor: Actor): Promise<Exception>;
  remove(id: string, actor: Actor): Promise<boolean>;
}

export interface SavedSearches {
  /** The user's own and the shared ones. */
  list(userId: string): Promise<readonly SavedSearch[]>;
  create(search: NewSavedSearch, actor: Actor): Promise<SavedSearch>;
  /** False when there is none, or it is somebody else's. */
  remove(id: string, actor: Actor): Promise<boolean>;
}

export interface Hunts {
  /** Rejects with `invalid` when the rule does not compile: the message says where. */
  start(hunt: NewHunt, actor: Actor): Promise<Hunt>;
  /** The rules in force over what is stored, for what was missed. Rejects with `missing` when there is no such rule. */
  rescan(rescan: NewRescan, actor: Actor): Promise<Hunt>;
  /** The newest first. */
  list(query: z.infer<typeof HuntsQuery>): Promise<Page<Hunt>>;
  get(id: string): Promise<Hunt | undefined>;
  /** In order of time, as far as they were found yet; undefined when there is no such hunt. */
  hits(id: string, query: HuntHitsPage): Promise<Page<HuntHit> | undefined>;
  /** False when it does not run. */
  cancel(id: string): Promise<boolean>;
}

export interface Notify {
  channels(lang: Language): Promise<NotifyStatus>;
  /** The newest first. */
  deliveries(query: z.infer<typeof DeliveriesQuery>): Promise<readonly Delivery[]>;
}

export interface Responses {
  list(incident: string, lang: Language): Promise<ResponsesAnswer>;
  /** Proposes; nothing is done. */
  plan(
    incident: string,
    asked: { readonly actions: readonly string[]; readonly host?: string | undefined },
    actor: Actor,
    lang: Language,
  ): Promise<ResponsesAnswer>;
  /** Rejects with `conflict` when it changed or was decided, `invalid` where nothing can be signed. */
  vote(id: string, version: number, decision: 'approve' | 'deny', actor: Actor, lang: Language): Promise<Response>;
  undo(id: string, version: number, actor: Actor, lang: Language): Promise<Response>;
  /** What an agent tells; resolves once it is kept, with whether it is of a command that the agent was sent. */
  outcome(agent: string, outcome: CommandOutcome): Promise<boolean>;
}

/** The attack lab: what detection saw of exercises, and the canary. */
export interface Lab {
  /** The newest first. */
  list(): readonly KeptScore[];
  get(id: string): KeptScore | undefined;
  add(card: ScoreCard, exercise: boolean): void;
  remove(id: string): boolean;
  /** Throws `missing`, and `taken` where this person made his calls before. */
  grade(
    id: string,
    calls: readonly Call[],
    by: { readonly actor: string; readonly name: string; readonly atMs: number },
  ): Grades;
  report(card: ScoreCard, query: LabReportQuery): Promise<ReportedFile>;
  readonly canary: {
    /** Rejects with `full` where it is not taken in. */
    play(withinMs: number): Promise<CanaryTry>;
    /** The newest first. */
    list(): readonly CanaryTry[];
  };
}

export interface HuntHitsPage {
  readonly freshOnly: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface LiveEntry {
  /** Rises; what a client gives back as Last-Event-ID. */
  readonly id: number;
  readonly message: LiveMessage;
}

export interface Live {
  /** What came after `after` and is still kept, then what comes, until the signal. Whoever reads too slowly gets a `gap`. */
  subscribe(after: number | undefined, signal: AbortSignal): AsyncIterable<LiveEntry>;
}
