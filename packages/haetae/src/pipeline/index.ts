export { dumpFiles, jsonLines, type Printer } from './dump.ts';
export { Interrupted, type ReadSettings } from './reading.ts';
export type { Scan, ScanProgress } from './scan.ts';
export type { KindCount, Located, ScanSettings } from './scan-files.ts';
export { type SurveyRun, surveyFiles } from './survey.ts';

/** Rules and all that reads them, loaded by those who scan: a dump starts in half the time without. */
export const scanning = () => import('./scanning.ts');
