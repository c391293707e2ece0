/** Findings that belong together, joined by what the logs tell of processes, sessions and hosts, ranked by risk. */
export type { AlertBudget, HostBudget, IncidentOptions } from './contract.ts';
export * from './incident.ts';
export { incidentsOf } from './incidents.ts';
export { type Indicator, type IndicatorKind, indicatorsOf } from './indicators/indicators.ts';
export { type Listed, listedOf } from './listed.ts';
export type { LiveIncident, LiveIncidents, LiveOptions, SavedIncidents } from './live/contract.ts';
export { createLiveIncidents } from './live/live.ts';
export { type Assets, readAssets } from './risk/assets.ts';
export { budgetOf } from './risk/budget.ts';
export { LEVEL_FROM, levelOf } from './risk/score.ts';
export {
  channelName,
  findingTitle,
  incidentTitle,
  type Sentence,
  type Story,
  shortHost,
  storyOf,
} from './story/story.ts';
export type { Act, ActKind, Trace, Tracer } from './trace/trace.ts';
export { createTracer } from './trace/tracer.ts';
export { type TreeRow, treeRows } from './tree/tree.ts';
