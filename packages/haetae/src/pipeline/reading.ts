import {
  type Batch,
  type FoundFile,
  type InputReceipt,
  type Ledger,
  openInputs,
  type ReadOptions,
  readInput,
  receiptOf,
} from '../source/index.ts';

export interface ReadSettings extends ReadOptions {
  /** Of encrypted archives. */
  readonly password?: string;
  /** SHA-256 of every file and archive member. */
  readonly hash: boolean;
}

/** What a run does with the logs it reads. */
export interface Visitor {
  /** A stretch of it; whoever iterates the events tells the ledger of each. */
  batch(batch: Batch, path: string, ledger: Ledger): void;
  /** A log, an archive, or something that is neither, has been dealt with. */
  receipt(receipt: InputReceipt): void;
}

/** The user asked to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export function checkSignal(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted('interrupted');
}

/** Reads files one after the other, archives member by member. Throws Interrupted once `signal` is aborted. */
export async function readFiles(
  files: Iterable<FoundFile>,
  settings: ReadSettings,
  signal: AbortSignal,
  visitor: Visitor,
): Promise<void> {
  try {
    await readEach(files, settings, signal, visitor);
  } catch (error) {
    // A stream that was closed under its reader so that it stops waiting is not what went wrong.
    checkSignal(signal);
    throw error;
  }
}

async function readEach(
  files: Iterable<FoundFile>,
  settings: ReadSettings,
  signal: AbortSignal,
  visitor: Visitor,
): Promise<void> {
  for await (const opened of openInputs(files, settings)) {
    checkSignal(signal);
    if (opened.kind !== 'input') {
      visitor.receipt(
        receiptOf({ ...opened, format: opened.kind === 'archive' ? opened.format : undefined }, opened, opened.ledger),
      );
      continue;
    }
    const { input, ledger } = opened;
    const { path } = input;
    const reading = readInput(input, settings, ledger);
    if (reading.kind === 'log') {
      let n = 0;
      for await (const batch of reading.batches) {
        visitor.batch(batch, path, ledger);
        // Formats that read synchronously never let the event loop run, and with it Ctrl-C.
        if (++n % 64 === 0) await new Promise(setImmediate);
        checkSignal(signal);
      }
    }
    const digest = await opened.finish();
    const format = reading.kind === 'log' ? reading.format : undefined;
    visitor.receipt(receiptOf({ path, kind: reading.kind, format, encoding: reading.encoding }, digest, ledger));
  }
}
