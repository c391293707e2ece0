import { type ScoreAccount, SHIFTED } from '../detect/index.ts';
import type { Words } from '../locale/index.ts';
import { baselineAt, scoreLogs } from './anomaly-run.ts';
import { jsonLinesPrinter } from './findings.ts';
import type { BaselineApplyFlags, Context } from './flags.ts';
import { count } from './numbers.ts';
import { conclude } from './receipt.ts';
import { scoreReceipt } from './score-receipt.ts';
import { session } from './session.ts';
import { timelinePrinter } from './timeline.ts';
import { UsageError } from './usage.ts';

export async function applyCommand(
  this: Context,
  flags: BaselineApplyFlags,
  file?: string,
  ...paths: string[]
): Promise<void> {
  const { console } = this;
  const { words } = console;
  if (file === undefined) throw new UsageError(words.anomaly.baseline.needsFile);
  const { bytes } = baselineAt(file, words);
  await session(console, flags, paths, async (s) => {
    const done = await scoreLogs(s, flags, { zone: s.zone.name, baseline: bytes });
    try {
      s.clearProgress();
      const printer =
        flags.format === 'jsonl'
          ? jsonLinesPrinter()
          : timelinePrinter(words, s.zone, s.out.columns, s.out.color, () => '');
      s.write(printer.head());
      for await (const finding of done.findings.sorted()) s.write(printer.finding(finding));
      s.write(printer.foot());
      if (flags.format === 'table' && done.scores !== undefined) s.write(`\n${driftText(done.scores.drift, words)}`);
      return conclude(s, 'baseline apply', done.receipts, flags.receipt, {
        packs: [],
        ruleProblems: [],
        ...scoreReceipt(done),
      });
    } finally {
      done.findings.dispose();
    }
  });
}

const MOST = 12;

/** The features that have shifted, the furthest first. */
export function driftText(drift: ScoreAccount['drift'], { anomaly: { baseline: w }, lang, receipt }: Words): string {
  const shifted = drift.filter(({ psi }) => psi >= SHIFTED);
  if (shifted.length === 0) return `${w.drift}: ${w.driftNone}\n`;
  const lines = shifted
    .slice(0, MOST)
    .map(({ familyName, name, psi }) => `  ${w.driftLine(familyName[lang], name[lang], psi.toFixed(2))}`);
  const more = shifted.length > MOST ? [`  ${receipt.more(count(shifted.length - MOST))}`] : [];
  return `${[`${w.drift}: ${w.drifted(count(shifted.length))}`, ...lines, ...more].join('\n')}\n`;
}
