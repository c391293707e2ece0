import { availableParallelism } from 'node:os';
import type { Detector, FiledSignal, Reach, RuleCounts, RuleProblem, ScoreAccount } from '../detect/index.ts';
import { HiddenTally, type Judge } from '../exceptions/index.ts';
import type { Trace } from '../incident/index.ts';
import type { FoundFile, InputReceipt } from '../source/index.ts';
import { scanInThreads } from './pool.ts';
import { checkSignal } from './reading.ts';
import {
  createDetectors,
  type FileScan,
  type KindCount,
  type Located,
  type ScanListener,
  type ScanSettings,
  scanFiles,
} from './scan-files.ts';
import { Sorter } from './sorter.ts';
import { Spill } from './spill.ts';

/** A scan that is done. Findings are read once, in order, and then disposed of. */
export interface Scan {
  readonly findings: Sorter<Located>;
  /** What exceptions took out of them. */
  readonly hidden: HiddenTally;
  /** In the order of the paths. */
  readonly receipts: readonly InputReceipt[];
  readonly kinds: readonly KindCount[];
  readonly outside: number;
  readonly rules: RuleCounts;
  readonly problems: readonly RuleProblem[];
  readonly reach: Reach;
  /** Of the logs, where the settings ask for it; in the order of the paths. */
  readonly traces: readonly Trace[];
  /** How scores came about; undefined where no detector scores. */
  readonly scores?: ScoreAccount;
}

export interface ScanProgress {
  advance(bytes: number, events: number, path: string): void;
  fileDone(): void;
  /** How many findings there are by now. */
  findings(n: number): void;
}

/** A worker costs about half a second of start-up and warming: below this many bytes one thread is faster. */
const BYTES_WORTH_A_THREAD = 96_000_000;

/** Threads to use where the user did not say. */
export function threadsFor(files: readonly FoundFile[], asked: number | undefined): number {
  const onDisk = files.filter((file) => file.file !== undefined);
  if (asked !== undefined) return Math.min(asked, Math.max(1, onDisk.length));
  const bytes = onDisk.reduce((sum, file) => sum + (file.size ?? 0), 0);
  return Math.max(1, Math.min(availableParallelism(), onDisk.length, Math.floor(bytes / BYTES_WORTH_A_THREAD) + 1));
}

/** By time (none last), file, record or line, rule id, detector: the order of findings in every output. */
export function inOrder(a: Located, b: Located): number {
  return (
    (a.event.timeMs ?? Number.POSITIVE_INFINITY) - (b.event.timeMs ?? Number.POSITIVE_INFINITY) ||
    a.event.timeTicks - b.event.timeTicks ||
    compare(a.file, b.file) ||
    place(a) - place(b) ||
    compare(a.rule?.id ?? '', b.rule?.id ?? '') ||
    compare(a.rule?.path ?? '', b.rule?.path ?? '') ||
    compare(a.detector, b.detector)
  );
}

/** By time (none last), file, record or line, detector and rule: the order in which signals are followed. */
function bySignal(a: FiledSignal, b: FiledSignal): number {
  return (
    (a.event.timeMs ?? Number.POSITIVE_INFINITY) - (b.event.timeMs ?? Number.POSITIVE_INFINITY) ||
    a.event.timeTicks - b.event.timeTicks ||
    compare(a.file, b.file) ||
    place(a) - place(b) ||
    compare(a.detector, b.detector) ||
    a.input - b.input
  );
}

/**
 * Reads files and runs detectors over their events. What `judge` finds an exception for is counted and left out, and what
 * rules over several events wait for likewise. Throws Interrupted; the sorter's disk space is then already freed.
 */
export async function scan(
  files: readonly FoundFile[],
  settings: ScanSettings,
  threads: number,
  signal: AbortSignal,
  progress: ScanProgress,
  judge?: Judge,
): Promise<Scan> {
  const findings = new Sorter<Located>(inOrder);
  const hidden = new HiddenTally();
  const signals = new Sorter<FiledSignal>(bySignal);
  const scans: FileScan[] = [];
  const aside = new Spill();
  let detectors: readonly Detector[] = [];
  const listener: ScanListener = {
    findings(found) {
      for (const finding of found) {
        const exception = judge?.find(finding);
        if (exception === undefined) findings.add(finding);
        else hidden.add(exception, finding);
      }
      progress.findings(findings.size);
    },
    signals(found) {
      for (const signal of found) {
        const exception = judge?.find(signal);
        if (exception === undefined) signals.add(signal);
        else hidden.withhold(exception);
      }
    },
    harvest(harvest, path) {
      detectors.find(({ name }) => name === harvest.detector)?.gather?.(harvest, path, aside);
    },
    progress: (bytes, events, path) => progress.advance(bytes, events, path),
    file(scan) {
      scans.push(scan);
      progress.fileDone();
    },
  };
  try {
    // Even with workers, this thread makes the detectors once: they tell what is wrong with rules and what could fire.
    detectors = createDetectors(settings);
    if (threads <= 1) await scanFiles(files, settings, detectors, signal, listener);
    else {
      await scanFiles(
        files.filter((f) => f.file === undefined),
        settings,
        detectors,
        signal,
        listener,
      );
      await scanInThreads(
        files.filter((f) => f.file !== undefined),
        threads,
        settings,
        signal,
        listener,
      );
    }
    await follow(signals, detectors, signal, listener);
    const kinds = merged(scans.flatMap((scan) => scan.kinds));
    const reaches = detectors.map((detector) => detector.reach(kinds));
    const scores = detectors.map((detector) => detector.scores?.()).find((account) => account !== undefined);
    return {
      findings,
      hidden,
      ...(scores !== undefined && { scores }),
      receipts: scans.map((scan) => scan.receipt).sort((a, b) => compare(a.path, b.path)),
      traces: scans
        .flatMap(({ trace }) => (trace === undefined ? [] : [trace]))
        .sort((a, b) => compare(a.file, b.file)),
      kinds,
      outside: scans.reduce((sum, scan) => sum + scan.outside, 0),
      rules: {
        inForce: total(detectors, (d) => d.counts.inForce),
        belowLevel: total(detectors, (d) => d.counts.belowLevel),
        refused: total(detectors, (d) => d.counts.refused),
      },
      problems: detectors.flatMap((detector) => [...detector.problems]),
      reach: {
        able: reaches.reduce((sum, reach) => sum + reach.able, 0),
        kinds: kinds.map(({ channel, eventId }, i) => ({
          channel,
          eventId,
          rules: reaches.reduce((n, r) => n + r.kinds[i]!.rules, 0),
        })),
      },
    };
  } catch (error) {
    findings.dispose();
    throw error;
  } finally {
    signals.dispose();
    aside.dispose();
  }
}

/** Gives each detector its signals of all files, in order of time, and hears what they and the end of the scan complete. */
async function follow(
  signals: Sorter<FiledSignal>,
  detectors: readonly Detector[],
  signal: AbortSignal,
  listener: ScanListener,
): Promise<void> {
  const named = new Map(detectors.map((detector) => [detector.name, detector]));
  let n = 0;
  for await (const one of signals.sorted()) {
    const found = named.get(one.detector)?.follow?.(one) ?? [];
    if (found.length > 0) listener.findings([...found]);
    if (++n % 4096 !== 0) continue;
    await new Promise(setImmediate);
    checkSignal(signal);
  }
  for (const detector of detectors) listener.findings([...(detector.finish?.() ?? [])]);
}

function merged(kinds: readonly KindCount[]): KindCount[] {
  const known = new Map<string, KindCount>();
  for (const { channel, eventId, count } of kinds) {
    const key = `${eventId} ${channel}`;
    const kind = known.get(key);
    if (kind === undefined) known.set(key, { channel, eventId, count });
    else kind.count += count;
  }
  return [...known.values()].sort((a, b) => compare(a.channel, b.channel) || a.eventId - b.eventId);
}

function place({ event }: Pick<Located, 'event'>): number {
  return event.position.kind === 'record' ? event.position.record : event.position.line;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
