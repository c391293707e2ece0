import { readBaseline } from '../detect/index.ts';
import { formatLocal, zoneLabel } from '../locale/index.ts';
import { baselineAt, scoreLogs } from './anomaly-run.ts';
import type { BaselineLearnFlags, Context } from './flags.ts';
import { count } from './numbers.ts';
import { conclude } from './receipt.ts';
import { session } from './session.ts';
import { EXIT, UsageError } from './usage.ts';

export async function learnCommand(this: Context, flags: BaselineLearnFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { baseline: w } = words.anomaly;
  const { output } = flags;
  if (output === undefined) throw new UsageError(w.needsOutput);
  const before = flags.refresh === undefined ? undefined : baselineAt(flags.refresh, words);
  await session(console, flags, paths, async (s) => {
    // What the old version has seen is not learnt twice.
    const end = before?.baseline.head.to ?? undefined;
    const after = end === undefined ? Number.NEGATIVE_INFINITY : end + 1;
    const setup = { zone: before?.baseline.head.zone ?? s.zone.name, learn: true };
    const done = await scoreLogs(s, flags, before === undefined ? setup : { ...setup, baseline: before.bytes }, after);
    s.clearProgress();
    done.findings.dispose();
    const learnt = done.scores?.learnt;
    const status = conclude(s, 'baseline learn', done.receipts, flags.receipt);
    if (status !== EXIT.done || learnt === undefined) return status;
    const { version, head } = readBaseline(learnt);
    if (head.families.length === 0) {
      console.stderr.write(`haetae: ${w.nothing}\n`);
      return EXIT.nothingReadable;
    }
    s.write(learnt);
    if (end !== undefined)
      console.stderr.write(`  ${w.boundary(`${formatLocal(end, s.zone)} ${zoneLabel(s.zone, end)}`)}\n`);
    const events = head.families.reduce((sum, family) => sum + family.events, 0);
    console.stderr.write(`  ${w.written(output, version, count(events))}\n`);
    return EXIT.done;
  });
}
