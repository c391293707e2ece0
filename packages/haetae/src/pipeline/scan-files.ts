import {
  DETECTORS,
  type Detector,
  type DetectorSetup,
  type FiledFinding,
  type FiledSignal,
  type Harvest,
  type Signal,
} from '../detect/index.ts';
import { createTracer, type Trace } from '../incident/index.ts';
import type { FoundFile, InputReceipt } from '../source/index.ts';
import { type ReadSettings, readFiles } from './reading.ts';

/** What a scan of files needs; plain data, so that a worker thread can be handed it. */
export interface ScanSettings extends ReadSettings {
  readonly detectors: readonly string[];
  readonly setup: DetectorSetup;
  /** Events outside are counted, not looked at: ms since 1970, both ends inside. An event without a time is looked at. */
  readonly from: number;
  readonly to: number;
  /** Keep what incidents are made of besides findings: a {@link Trace} of each file, events outside the range included. */
  readonly trace?: boolean;
}

/** A finding and where its event was read. */
export type Located = FiledFinding;

/** How many events of one kind were read. */
export interface KindCount {
  readonly channel: string;
  readonly eventId: number;
  count: number;
}

/** What one scan of files tells besides its findings. */
export interface FileScan {
  readonly receipt: InputReceipt;
  readonly kinds: readonly KindCount[];
  /** Events that lay outside the range. */
  readonly outside: number;
  /** Where the settings ask for it, and the file was a log. */
  readonly trace?: Trace;
}

export interface ScanListener {
  /** Findings of a stretch; the array is the listener's. */
  findings(found: Located[]): void;
  /** Signals of a stretch, likewise; those of all files are followed in order of time. */
  signals(found: FiledSignal[]): void;
  /** What a detector gathered of (a part of) this file. */
  harvest(harvest: Harvest, path: string): void;
  progress(bytes: number, events: number, path: string): void;
  file(scan: FileScan): void;
}

export function createDetectors({ detectors, setup }: ScanSettings): Detector[] {
  return detectors.map((name) => DETECTORS.get(name)!.create(setup));
}

/** Counts events by channel and id, fast for the runs of equal kinds that logs consist of. */
class Kinds {
  readonly #channels = new Map<string, Map<number, KindCount>>();
  #last: KindCount | undefined;

  add(channel: string, eventId: number): void {
    if (this.#last?.eventId === eventId && this.#last.channel === channel) {
      this.#last.count++;
      return;
    }
    const ids = this.#channels.get(channel) ?? new Map<number, KindCount>();
    this.#channels.set(channel, ids);
    const kind = ids.get(eventId) ?? { channel, eventId, count: 0 };
    ids.set(eventId, kind);
    kind.count++;
    this.#last = kind;
  }

  list(): KindCount[] {
    return [...this.#channels.values()].flatMap((ids) => [...ids.values()]);
  }
}

/** Scans files one after the other in this thread. */
export async function scanFiles(
  files: Iterable<FoundFile>,
  settings: ScanSettings,
  detectors: readonly Detector[],
  signal: AbortSignal,
  listener: ScanListener,
): Promise<void> {
  const { from, to } = settings;
  const tracer = settings.trace === true ? createTracer() : undefined;
  let kinds = new Kinds();
  let outside = 0;
  const harvest = (path: string, end: boolean): void => {
    for (const detector of detectors) {
      const some = detector.harvest?.(end);
      if (some !== undefined) listener.harvest(some, path);
    }
  };
  await readFiles(files, { ...settings, sparse: true }, signal, {
    batch(batch, path, ledger) {
      const found: Located[] = [];
      const signals: FiledSignal[] = [];
      // A value may be a slice of the text around it, which it would keep in memory: what is kept is copied.
      const own = batch.ownTexts === true ? <T>(value: T): T => value : structuredClone;
      const keep = (signal: Signal): number => signals.push({ ...own(signal), file: path });
      const before = ledger.events;
      for (const event of batch.events) {
        const { timeMs } = event;
        ledger.saw(timeMs);
        kinds.add(event.channel, event.eventId);
        tracer?.see(event);
        if (timeMs < from || timeMs > to) {
          outside++;
          continue;
        }
        for (const detector of detectors) {
          for (const finding of detector.detect(event, keep)) found.push({ ...own(finding), file: path });
        }
      }
      if (found.length > 0) listener.findings(found);
      if (signals.length > 0) listener.signals(signals);
      harvest(path, false);
      listener.progress(batch.bytes, ledger.events - before, path);
    },
    receipt(receipt) {
      harvest(receipt.path, true);
      const trace = receipt.kind === 'log' ? tracer?.take(receipt.path) : undefined;
      listener.file({ receipt, kinds: kinds.list(), outside, ...(trace !== undefined && { trace }) });
      kinds = new Kinds();
      outside = 0;
    },
  });
}
