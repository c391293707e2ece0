import { TACTICS } from '../attack/index.ts';
import { DETECTORS, type DetectorSetup, describeProblem } from '../detect/index.ts';
import type { Words } from '../locale/index.ts';
import { type Scan, scanning } from '../pipeline/index.ts';
import { exceptionReceipt, exceptionsAt, judgeOf } from './exceptions-load.ts';
import { csvPrinter, type FindingPrinter, jsonLinesPrinter, jsonPrinter } from './findings.ts';
import type { Context, ScanFlags } from './flags.ts';
import { count } from './numbers.ts';
import { LEVELS, type Level, levelOption, rangeOption, threadsOption } from './options.ts';
import { anythingRead, conclude } from './receipt.ts';
import { pipelineTexts, rulePacks } from './rule-packs.ts';
import { readSettings, type Session, session } from './session.ts';
import { timelinePrinter } from './timeline.ts';
import { EXIT, UsageError } from './usage.ts';
import { whyNothing } from './why-nothing.ts';

export async function scanCommand(this: Context, flags: ScanFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const detectors = detectorsOption(flags.detectors, words);
  const minLevel = flags.minLevel === undefined ? undefined : levelOption('--min-level', flags.minLevel, words);
  const failOn = flags.failOn === undefined ? undefined : levelOption('--fail-on', flags.failOn, words);
  const asked = threadsOption(flags.threads, words);
  const packs = rulePacks(flags, words);
  const pipelines = pipelineTexts(flags.pipeline, words);
  const exceptions = exceptionsAt(flags.exceptions ?? [], console.now(), words);
  const judge = await judgeOf(
    exceptions.exceptions.filter(({ state }) => state === 'in-force'),
    packs,
  );
  const { cacheFolder, scan, threadsFor, withCompiledRules } = await scanning();
  await session(console, flags, paths, async (s) => {
    const { from, to } = rangeOption(flags, s.zone, words);
    s.findings = 0;
    const asIs: DetectorSetup = {
      rules: packs.flatMap((pack) => pack.files),
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
    const done = await scan(
      s.found.files,
      { ...readSettings(flags, s.zone, true), detectors, setup, from, to },
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
    try {
      s.clearProgress();
      const worst = await print(done, printerOf(flags, s), s, failOn);
      if (done.findings.size === 0 && anythingRead(done.receipts)) console.stderr.write(whyNothing(done, words));
      const status = conclude(s, 'scan', done.receipts, flags.receipt, {
        packs: packs.map(({ name, files, sha256 }) => ({ name, files: files.length, sha256 })),
        rules: done.rules,
        ruleProblems: done.problems.map(describeProblem),
        ...(flags.exceptions === undefined ? {} : { exceptions: exceptionReceipt(exceptions, done.hidden) }),
      });
      if (status !== EXIT.done) return status;
      if (flags.output !== undefined) {
        console.stderr.write(`  ${words.receipt.findingsWritten(count(done.findings.size), flags.output)}\n`);
      }
      return worst ? EXIT.findings : EXIT.done;
    } finally {
      done.findings.dispose();
    }
  });
}

/** Prints the findings; true when one of them is at or above `failOn`. */
async function print(done: Scan, printer: FindingPrinter, s: Session, failOn: Level | undefined): Promise<boolean> {
  let failing = false;
  let text = printer.head();
  for await (const finding of done.findings.sorted()) {
    if (failOn !== undefined && LEVELS.indexOf(finding.level) >= LEVELS.indexOf(failOn)) failing = true;
    text += printer.finding(finding);
    if (text.length > 1 << 16) {
      s.write(text);
      text = '';
    }
  }
  s.write(text + printer.foot());
  return failing;
}

function printerOf({ format }: ScanFlags, { zone, out, console }: Session): FindingPrinter {
  switch (format) {
    case 'table':
      return timelinePrinter(console.words, zone, out.columns, out.color, tacticsText(console.words));
    case 'csv':
      return csvPrinter(console.words, zone, console.now());
    case 'json':
      return jsonPrinter();
    case 'jsonl':
      return jsonLinesPrinter();
    default:
      return format satisfies never;
  }
}

/** Tactics by their names, in the order of the matrix. */
function tacticsText({ lang }: Words): (shortnames: ReadonlySet<string>) => string {
  return (shortnames) =>
    TACTICS.filter(({ shortname }) => shortnames.has(shortname))
      .map(({ name }) => (lang === 'ko' ? `${name.ko} ${name.en}` : name.en))
      .join(' → ');
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
