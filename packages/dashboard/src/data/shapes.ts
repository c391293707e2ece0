import type {
  agentsApi,
  api,
  apiCounted,
  apiNotify,
  apiTold,
  apiUploads,
  responsesApi,
} from '../../../haetae/src/server/index.ts';

export type Response = responsesApi.Response;
export type Responses = responsesApi.Responses;
export type StoredEvent = api.StoredEvent;
export type SearchPart = api.SearchPart;
export type EventQuery = api.EventQuery;
export type Finding = api.Finding;
export type FindingDetail = api.FindingDetail;
export type IncidentDetail = api.IncidentDetail;
export type ListedIncident = apiTold.ListedIncident;
export type OpenIncidents = apiTold.OpenIncidents;
export type FindingsOverTime = apiCounted.FindingsOverTime;
export type TechniqueCount = apiCounted.TechniqueCount;
export type TimeBucket = apiCounted.TimeBucket;
export type Seen = apiCounted.Seen;
export type EventTopRow = apiCounted.EventTopRow;
export type Story = apiTold.Story;
export type Sentence = Story['sentences'][number];
export type Level = Finding['level'];
export type Stats = api.Stats;
export type Me = api.Me;
export type Rule = api.Rule;
export type ServerSettings = api.ServerSettings;
export type ScoreBaseline = api.ScoreBaseline;
export type Drift = api.Drift;
export type RuleTechnique = api.RuleTechnique;
export type RuleSource = api.RuleSource;
export type RuleVerdict = api.RuleVerdict;
export type RuleCosts = api.RuleCosts;
export type Hunt = api.Hunt;
export type HuntHit = api.HuntHit;
export type NotifyStatus = apiNotify.NotifyStatus;
export type Delivery = apiNotify.Delivery;
export type Agent = agentsApi.Agent;
export type Anomaly = apiTold.Anomaly;
export type UploadState = apiUploads.Upload;
export type SavedSearch = api.SavedSearch;
export type Entity = api.Entity;
export type User = api.User;
export type Token = api.Token;
export type AuditEntry = api.AuditEntry;
export type LiveMessage = api.LiveMessage;
export type Exception = api.Exception;
export type LabScore = api.LabScore;
export type LabEntry = api.LabEntry;
export type LabGrades = api.Grades;
export type CanaryTry = api.CanaryTry;
/** The incident as its room shapes it, inside an {@link IncidentDetail}. */
export type { Incident as Body, IncidentFinding, ProcessNode } from '../../../haetae/src/incident/index.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
export type BenignProposal = apiTold.BenignProposal;
