export type { AgentHub, Presence, SharedAgents } from './agent/hub.ts';
export { serverIdentity } from './agent/identity.ts';
export type * as api from './api.ts';
export type { LiveMessage } from './api.ts';
export type * as agentsApi from './api-agents.ts';
export type * as apiCounted from './api-counted.ts';
export type * as apiNotify from './api-notify.ts';
export type * as apiReports from './api-reports.ts';
export type * as responsesApi from './api-responses.ts';
export type * as apiRules from './api-rules.ts';
export type * as apiTold from './api-told.ts';
export type * as apiUpkeep from './api-upkeep.ts';
export type * as apiUploads from './api-uploads.ts';
export type { OidcClient, OidcSettings } from './auth/oidc.ts';
export { mayAct } from './auth/principal.ts';
export { hintOf, newSecret, secretHash } from './auth/secrets.ts';
export { HTTP_LIMITS, type HttpLimits } from './http/limits.ts';
export { jsonLog, type Log, type LogLine } from './http/log.ts';
export { type HuntRunner, huntOf, huntPorts } from './hunt-ports.ts';
export { type FolderOptions, type FolderRunning, watchFolder } from './ingest/folder/folder.ts';
export { type FileToTake, type TakeOptions, takeFiles } from './ingest/folder/take.ts';
export { type SyslogListener, type SyslogRunning, startSyslog } from './ingest/syslog/syslog.ts';
export { type TopicSource, topicSourceOf } from './ingest/topic/place.ts';
export { startTopic, type TopicRunning } from './ingest/topic/topic.ts';
export type { Accepted, Frame, Intake } from './intake.ts';
export { type LiveBus, liveBus } from './live-bus.ts';
export { type LogIntakeOptions, logIntake } from './log-intake.ts';
export type {
  Actor,
  Entities,
  Events,
  Exceptions,
  Findings,
  HuntHitsPage,
  Hunts,
  Incidents,
  Live,
  LiveEntry,
  Page,
  Ports,
  Responses,
  Rules,
  SavedSearches,
  Scores,
  Settings,
} from './ports.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export { incidentOf } from './store-incidents.ts';
export { eventOf, findingOf, type StorePortOptions, storePorts } from './store-ports.ts';
