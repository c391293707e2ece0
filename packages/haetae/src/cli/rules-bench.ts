import { printable, type Words } from '../locale/index.ts';
import { eachEvent, Interrupted } from '../pipeline/index.ts';
import { type RulesCost, ruleTools } from '../rules/index.ts';
import { columns } from './columns.ts';
import type { Out } from './console.ts';
import type { Context, RulesBenchFlags } from './flags.ts';
import { count, percent } from './numbers.ts';
import { wholeNumber } from './options.ts';
import { conclude } from './receipt.ts';
import { rulePacks } from './rule-packs.ts';
import { json } from './rules-run.ts';
import { readSettings, session } from './session.ts';
import { EXIT } from './usage.ts';

const { benchRules, createSample, readRules } = await ruleTools();

const TOP = 20;
/** Events measured: enough to even out, few enough that thousands of rules take seconds. */
const SAMPLE = 2000;

export async function benchCommand(this: Context, flags: RulesBenchFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words, stderr } = console;
  const { bench: w } = words.ruleTools;
  const top = wholeNumber('--top', flags.top, words) ?? TOP;
  const packs = rulePacks(flags, words);
  await session(console, flags, paths, async (s) => {
    const { entries } = readRules(packs.flatMap(({ files }) => files));
    const rules = entries.flatMap((entry) => (entry.kind === 'rule' ? [entry.rule] : []));
    const sample = createSample(SAMPLE);
    const settings = readSettings(flags, s.zone, flags.receipt !== undefined);
    const receipts = await eachEvent(s.found.files, settings, console.signal, sample.add, s.advance, s.fileDone);
    s.clearProgress();
    if (sample.read > 0) {
      const cost = await benchRules(rules, sample, process.hrtime.bigint, async (done, of) => {
        if (done % 50 !== 0) return;
        if (stderr.isTTY) stderr.write(`\r\u001b[2K${w.measuring(count(done), count(of))}`);
        await new Promise(setImmediate);
        if (console.signal.aborted) throw new Interrupted('interrupted');
      });
      if (stderr.isTTY) stderr.write('\r\u001b[2K');
      s.write(flags.format === 'json' ? costJson(cost) : costText(cost, top, words, s.out));
    } else stderr.write(`${w.noEvents}\n`);
    const status = conclude(s, 'rules bench', receipts, flags.receipt);
    return status === EXIT.done && sample.read === 0 ? EXIT.nothingReadable : status;
  });
}

const costJson = ({ rules, ...totals }: RulesCost): string =>
  json({
    ...totals,
    rules: rules.map(({ rule, ...cost }) => ({
      id: rule.id ?? null,
      title: rule.title,
      path: rule.path ?? null,
      ...cost,
    })),
  });

function costText(cost: RulesCost, top: number, words: Words, { color }: Out): string {
  const { bench: w } = words.ruleTools;
  const shown = cost.rules.slice(0, top);
  const whole = (ns: number): string => count(Math.round(ns));
  const table = columns(
    [
      [w.perEvent, w.share, w.events, w.hits, w.rule],
      ...shown.map(({ rule, events, matches, nsPerEvent, share }) => [
        whole(nsPerEvent),
        percent(share),
        count(events),
        count(matches),
        printable(rule.title),
      ]),
    ],
    [0, 1, 2, 3],
  );
  const lines = [
    w.sampled(count(cost.sampled), count(cost.read)),
    w.method,
    '',
    color.dim(table[0]!),
    ...table.slice(1),
  ];
  if (cost.rules.length > top) lines.push(color.dim(`  ${w.more(count(cost.rules.length - top))}`));
  if (cost.idle > 0) lines.push(color.dim(`  ${w.never(count(cost.idle))}`));
  lines.push(
    '',
    w.plain(whole(cost.plainNs)),
    color.bold(w.fast(whole(cost.fastNs), count(cost.sampled), count(cost.matches))),
  );
  return `${lines.join('\n')}\n`;
}
