import type { Event } from '@haetae/event';
import type { FoundFile, InputReceipt } from '../source/index.ts';
import { Survey, type SurveyResult } from '../survey/index.ts';
import { eachEvent } from './each-event.ts';
import type { ReadSettings } from './reading.ts';

export interface SurveyRun {
  readonly survey: SurveyResult;
  readonly receipts: readonly InputReceipt[];
}

/** Reads logs and says what is in them. `progress` is told of each stretch: its bytes and the path. */
export async function surveyFiles(
  files: readonly FoundFile[],
  settings: ReadSettings,
  signal: AbortSignal,
  progress: (bytes: number, events: number, path: string) => void,
  fileDone: () => void,
): Promise<SurveyRun> {
  const survey = new Survey();
  const see = (event: Event, path: string): void => survey.add(event, path);
  const receipts = await eachEvent(files, settings, signal, see, progress, fileDone);
  return { survey: survey.result(), receipts };
}
