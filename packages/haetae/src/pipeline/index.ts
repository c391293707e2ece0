export { dumpFiles, jsonLines, type Printer } from './dump.ts';
export { Interrupted, type ReadSettings } from './reading.ts';
export { inOrder, type Scan, type ScanProgress, scan, threadsFor } from './scan.ts';
export type { KindCount, Located, ScanSettings } from './scan-files.ts';
export { Sorter } from './sorter.ts';
export { type SurveyRun, surveyFiles } from './survey.ts';
