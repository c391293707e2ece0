export { dumpFiles, jsonLines, type Printer } from './dump.ts';
export { eachEvent } from './each-event.ts';
export { Interrupted, type ReadSettings } from './reading.ts';
export type { Scan, ScanProgress } from './scan.ts';
export type { KindCount, Located, ScanSettings } from './scan-files.ts';
export type {
  api,
  HuntStep as StoredHuntStep,
  ReportWanted as StoredReportWanted,
  Stored,
  StoreStatus,
} from './stored/index.ts';
export type { SurveyRun } from './survey.ts';

/** Loaded by those who need them, the rules and all that reads them above all: a dump starts in half the time without. */
export const surveying = () => import('./survey.ts');
export const scanning = () => import('./scanning.ts');
export const serving = () => import('./live/index.ts');
export type { ServeOptions, Serving, TokenBook, TokenRow } from './live/index.ts';
/** What a data directory holds. */
export const stored = () => import('./stored/index.ts');
