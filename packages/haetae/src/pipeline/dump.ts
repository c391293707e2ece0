import type { Event } from '@haetae/event';
import type { Batch, FoundFile, InputReceipt, JsonLinesOptions } from '../source/index.ts';
import { canonicalLine, documentLine } from '../source/index.ts';
import { type ReadSettings, readFiles } from './reading.ts';

/** Prints events: `line` for one, or a whole batch at once where its format can. */
export interface Printer {
  line(event: Event, path: string): string;
  /** Number of events printed; undefined when it cannot print this batch at once. */
  batch?(batch: Batch, write: (text: string | Uint8Array) => void): number | undefined;
}

export function jsonLines(form: JsonLinesOptions['form']): Printer {
  return {
    line:
      form === 'canonical' ? (event) => `${canonicalLine(event)}\n` : (event, path) => `${documentLine(event, path)}\n`,
    batch: (batch, write) => batch.jsonLines?.({ form }, write),
  };
}

const FLUSH_CHARACTERS = 1 << 16;

/** Prints every event of the files, in order. `write` takes what it is given before it returns. */
export async function dumpFiles(
  files: readonly FoundFile[],
  settings: ReadSettings,
  signal: AbortSignal,
  printer: Printer,
  write: (text: string | Uint8Array) => void,
  progress: (bytes: number, events: number, path: string) => void,
  fileDone: () => void,
): Promise<readonly InputReceipt[]> {
  const receipts: InputReceipt[] = [];
  await readFiles(files, settings, signal, {
    batch(batch, path, ledger) {
      const printed = printer.batch?.(batch, write);
      if (printed !== undefined) {
        ledger.events += printed;
        progress(batch.bytes, printed, path);
        return;
      }
      const before = ledger.events;
      let text = '';
      for (const event of batch.events) {
        ledger.saw(event.timeMs);
        text += printer.line(event, path);
        if (text.length >= FLUSH_CHARACTERS) {
          write(text);
          text = '';
        }
      }
      write(text);
      progress(batch.bytes, ledger.events - before, path);
    },
    receipt(receipt) {
      receipts.push(receipt);
      fileDone();
    },
  });
  return receipts;
}
