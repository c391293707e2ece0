import type { FoundFile, InputReceipt } from '../source/index.ts';
import { Survey, type SurveyResult } from '../survey/index.ts';
import { type ReadSettings, readFiles } from './reading.ts';

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
  const receipts: InputReceipt[] = [];
  await readFiles(files, settings, signal, {
    batch(batch, path, ledger) {
      const before = ledger.events;
      for (const event of batch.events) {
        ledger.saw(event.timeMs);
        survey.add(event, path);
      }
      progress(batch.bytes, ledger.events - before, path);
    },
    receipt(receipt) {
      receipts.push(receipt);
      fileDone();
    },
  });
  return { survey: survey.result(), receipts };
}
