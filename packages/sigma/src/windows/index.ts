export { auditpol, guidOf, SUBCATEGORIES, type Subcategory, subcategoriesOf } from './audit.ts';
export {
  confidenceOf,
  degradedFields,
  FULL_CONFIDENCE,
  PARTIAL_CONFIDENCE,
  UNFILTERED_CONFIDENCE,
} from './degraded.ts';
export { type FieldValues, type WindowsEvent, type WindowsEventParts, windowsEvent } from './event.ts';
export { type EventExplanation, explainEvent, type WayTried } from './explain.ts';
export { LINUX, WINDOWS, WINDOWS_STRICT } from './logsources.ts';
export { NETWORK_5156, PROCESS_4688, PROCESS_4688_VALUES, REGISTRY_4657 } from './mappings.ts';
export {
  type BlindRule,
  type NeededSource,
  neededSources,
  type Readiness,
  readiness,
  type SeenKind,
} from './readiness.ts';
export { CLASSIC_MESSAGE, HASHES, POWERSHELL_CONTEXT } from './readings.ts';
export {
  createWindowsRuleSet,
  type Via,
  type WindowsMatch,
  type WindowsOptions,
  type WindowsRuleSet,
} from './ruleset.ts';
export {
  createScriptJoiner,
  type JoinedScript,
  SCRIPT_JOINER_LIMITS,
  type ScriptJoiner,
  type ScriptJoinerCounts,
  type ScriptJoinerLimits,
  type ScriptJoinerState,
} from './scripts.ts';
export { createSeenKinds, SEEN_LIMITS, type SeenKinds, type SeenLimits } from './seen.ts';
export { COMMAND_LINE_POLICY, fieldSettings, type Setting, SYSMON_ELEMENTS, settingsFor } from './settings.ts';
export { type Overlay, windowsView } from './view.ts';
