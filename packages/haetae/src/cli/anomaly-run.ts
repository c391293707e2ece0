import { readFileSync } from 'node:fs';
import { type AnomalySetup, type Baseline, BaselineError, readBaseline } from '../detect/index.ts';
import type { Words, Zone } from '../locale/index.ts';
import { type ReadSettings, type Scan, scanning } from '../pipeline/index.ts';
import type { FoundFile } from '../source/index.ts';
import type { AnomalyFlags, BaselineReadFlags } from './flags.ts';
import { budgetOption } from './incident-run.ts';
import { rangeOption, threadsOption } from './options.ts';
import { readSettings, type Session } from './session.ts';
import { UsageError } from './usage.ts';

/**
 * How scores are made, from the flags of every command that scores. A budget of alerts also bounds what is told of one host
 * and day: a score is the least of alerts.
 */
export function anomalySetup(
  { profile, baseline, budget }: AnomalyFlags & { readonly budget?: string },
  zone: Zone,
  words: Words,
): AnomalySetup {
  const perHostDay = budgetOption(budget, words);
  return {
    ...(perHostDay !== undefined && { perHostDay }),
    zone: zone.name,
    ...(profile === 'seed' && { profile }),
    ...(baseline !== undefined && { baseline: baselineAt(baseline, words).bytes }),
  };
}

export interface BaselineFile {
  readonly bytes: Uint8Array;
  readonly baseline: Baseline;
}

/** A baseline that is whole; a usage error says what is wrong with another. */
export function baselineAt(path: string, words: Words): BaselineFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(words.anomaly.baseline.unreadable(path, (error as Error).message));
  }
  try {
    return { bytes, baseline: readBaseline(bytes) };
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    throw new UsageError(words.anomaly.baseline.unreadable(path, error.message));
  }
}

/** A baseline of what is in these logs; undefined where there is nothing to score. */
export async function learnFrom(
  files: readonly FoundFile[],
  timeZone: string,
  signal: AbortSignal,
  { password, carve = false, checksums = false }: Partial<ReadSettings> = {},
): Promise<Uint8Array | undefined> {
  const { scan, threadsFor } = await scanning();
  const done = await scan(
    files,
    {
      ...{ timeZone, carve, checksums, hash: false, ...(password === undefined ? {} : { password }) },
      detectors: ['anomaly'],
      setup: { rules: [], anomaly: { zone: timeZone, learn: true } },
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
    },
    threadsFor(files, undefined),
    signal,
    { advance: () => {}, fileDone: () => {}, findings: () => undefined },
  );
  done.findings.dispose();
  const learnt = done.scores?.learnt;
  return learnt === undefined || readBaseline(learnt).head.families.length === 0 ? undefined : learnt;
}

/** Reads the session's logs with the detector of anomalies alone. */
export async function scoreLogs(
  s: Session,
  flags: BaselineReadFlags,
  anomaly: AnomalySetup,
  after = Number.NEGATIVE_INFINITY,
): Promise<Scan> {
  const { words, signal } = s.console;
  const { from, to } = rangeOption(flags, s.zone, words);
  const { scan, threadsFor } = await scanning();
  return scan(
    s.found.files,
    {
      ...readSettings(flags, s.zone, true),
      detectors: ['anomaly'],
      setup: { rules: [], anomaly },
      from: Math.max(from, after),
      to,
    },
    threadsFor(s.found.files, threadsOption(flags.threads, words)),
    signal,
    { advance: s.advance, fileDone: s.fileDone, findings: () => undefined },
  );
}
