/** Incidents as a report for people: PDF, HTML and Markdown, from one model. docs/report.md tells what is in it. */
export { type CaseFacts, NO_FACTS, readFacts } from './case/facts.ts';
export { appended, type CaseRecord, declarations, NO_RECORD, type RecordEntry, readRecord } from './case/record.ts';
export { isRecorded, saidOf } from './case/said.ts';
export * from './contract.ts';
export { ReportError, type ReportErrorCode } from './error.ts';
export { renderReport } from './render.ts';
export { latencyText, renderScoreCard, type ScoreReportOptions } from './score-card.ts';
