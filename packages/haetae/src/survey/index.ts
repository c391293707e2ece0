export { type ClockJump, Continuity, type ContinuityPart, type Gap, type LogContinuity } from './gaps.ts';
export type { FailureRun, Logon, LogonSummary } from './logons.ts';
export { type IdCount, type LogSummary, Survey, type SurveyResult } from './survey.ts';
