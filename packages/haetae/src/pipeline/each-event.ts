import type { Event } from '@haetae/event';
import type { FoundFile, InputReceipt } from '../source/index.ts';
import { type ReadSettings, readFiles } from './reading.ts';

/** Reads logs in this thread and shows each event; it is valid until `see` returns. `progress` is told of each stretch. */
export async function eachEvent(
  files: readonly FoundFile[],
  settings: ReadSettings,
  signal: AbortSignal,
  see: (event: Event, path: string) => void,
  progress: (bytes: number, events: number, path: string) => void,
  fileDone: () => void,
): Promise<readonly InputReceipt[]> {
  const receipts: InputReceipt[] = [];
  await readFiles(files, settings, signal, {
    batch(batch, path, ledger) {
      const before = ledger.events;
      for (const event of batch.events) {
        ledger.saw(event.timeMs);
        see(event, path);
      }
      progress(batch.bytes, ledger.events - before, path);
    },
    receipt(receipt) {
      receipts.push(receipt);
      fileDone();
    },
  });
  return receipts;
}
