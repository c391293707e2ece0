import { DETECTORS, type DetectorSetup, describeProblem } from '../detect/index.ts';
import type { ExceptionBook } from '../exceptions/index.ts';
import type { Words } from '../locale/index.ts';
import { type Scan, scanning } from '../pipeline/index.ts';
import type { RulePack } from '../rules/index.ts';
import { anomalySetup } from './anomaly-run.ts';
import { exceptionReceipt, exceptionsAt, judgeOf } from './exceptions-load.ts';
import type { DetectingFlags } from './flags.ts';
import { levelOption, rangeOption, threadsOption } from './options.ts';
import type { RuleReceipt } from './receipt.ts';
import { pipelineTexts, rulePacks } from './rule-packs.ts';
import { scoreReceipt } from './score-receipt.ts';
import { readSettings, type Session } from './session.ts';
import { UsageError } from './usage.ts';

/** A scan that is about to run: what its flags ask for, checked before anything is read. */
export interface PreparedScan {
  readonly packs: readonly RulePack[];
  readonly exceptions: ExceptionBook;
  /** Reads the logs of the session. `trace`: keep what incidents are made of. The caller disposes of the findings. */
  run(session: Session, trace: boolean): Promise<Scan>;
  /** What the receipt tells of rules and exceptions. */
  receipt(done: Scan): RuleReceipt;
}

/** `judging`: false for commands that want to see what exceptions would hide. */
export async function prepareScan(
  flags: DetectingFlags,
  words: Words,
  console: Session['console'],
  judging = true,
): Promise<PreparedScan> {
  const detectors = detectorsOption(flags.detectors, words);
  const minLevel = flags.minLevel === undefined ? undefined : levelOption('--min-level', flags.minLevel, words);
  const asked = threadsOption(flags.threads, words);
  const packs = rulePacks(flags, words);
  const pipelines = pipelineTexts(flags.pipeline, words);
  const exceptions = exceptionsAt(flags.exceptions ?? [], console.now(), words);
  const inForce = judging ? exceptions.exceptions.filter(({ state }) => state === 'in-force') : [];
  const judge = await judgeOf(inForce, packs);
  return {
    packs,
    exceptions,
    async run(s, trace) {
      const { cacheFolder, scan, threadsFor, withCompiledRules } = await scanning();
      const { from, to } = rangeOption(flags, s.zone, words);
      s.findings = 0;
      const asIs: DetectorSetup = {
        rules: packs.flatMap((pack) => pack.files),
        anomaly: anomalySetup(flags, s.zone, words),
        ...(minLevel === undefined ? {} : { minLevel }),
        ...(flags.strictSigma ? { strict: true } : {}),
        ...(pipelines.length === 0 ? {} : { pipelines }),
      };
      const setup = withCompiledRules(
        asIs,
        packs.map(({ sha256 }) => sha256),
        detectors,
        flags.cache ? cacheFolder(process.env, process.platform) : undefined,
      );
      return scan(
        s.found.files,
        { ...readSettings(flags, s.zone, true), detectors, setup, from, to, ...(trace && { trace }) },
        threadsFor(s.found.files, asked),
        console.signal,
        {
          advance: s.advance,
          fileDone: s.fileDone,
          findings: (n) => {
            s.findings = n;
          },
        },
        judge,
      );
    },
    receipt: (done) => ({
      packs: packs.map(({ name, files, sha256 }) => ({ name, files: files.length, sha256 })),
      rules: done.rules,
      ruleProblems: [...done.problems]
        .sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
        .map(describeProblem),
      ...scoreReceipt(done),
      ...(flags.exceptions === undefined ? {} : { exceptions: exceptionReceipt(exceptions, done.hidden) }),
    }),
  };
}

function detectorsOption(text: string | undefined, words: Words): string[] {
  const known = [...DETECTORS.keys()];
  if (text === undefined) return known;
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const strange = names.find((name) => !DETECTORS.has(name));
  if (strange !== undefined || names.length === 0)
    throw new UsageError(words.errors.detector(strange ?? text, known.join(', ')));
  return [...new Set(names)];
}
