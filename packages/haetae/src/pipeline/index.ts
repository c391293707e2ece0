export { dumpFiles, jsonLines, type Printer } from './dump.ts';
export { Interrupted, type ReadSettings } from './reading.ts';
export { Sorter } from './sorter.ts';
export { type SurveyRun, surveyFiles } from './survey.ts';
