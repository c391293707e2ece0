import { padEnd, printable, width } from '../locale/index.ts';
import { ruleTools } from '../rules/index.ts';
import type { Context, RulesCoverageFlags } from './flags.ts';
import { count, percent } from './numbers.ts';
import { checkLanguage } from './options.ts';
import { rulePacks } from './rule-packs.ts';
import { entryTitle, json, openFile } from './rules-run.ts';
import { EXIT } from './usage.ts';

const { coverageOf, layerOf, readRules } = await ruleTools();

const BAR = 20;

export function coverageCommand(this: Context, flags: RulesCoverageFlags): void {
  const { console } = this;
  const { words, stdout, stderr } = console;
  const { coverage: w, words: common } = words.ruleTools;
  checkLanguage(flags.lang, words);
  const packs = rulePacks(flags, words);
  const { entries, refused } = readRules(packs.flatMap(({ files }) => files));
  const coverage = coverageOf(entries);
  const { layer, techniques, dropped } = layerOf(coverage, {
    attack: flags.attack === '18' ? 18 : 19,
    score: flags.score,
    text: {
      name: w.layerName,
      description: w.layerText(count(coverage.rules.length), packs.map(({ name }) => name).join(', ')),
      title: (entry) => `${words.levels[entry.level]}: ${entryTitle(entry, words.lang)}`,
      fewest: w.fewest,
      most: flags.score === 'count' ? w.most : w.weightMost,
    },
  });
  if (flags.output !== undefined) {
    const file = openFile(flags.output, console);
    file.write(json(layer));
    file.commit();
  }
  if (flags.format === 'json') {
    if (flags.output === undefined) stdout.write(json(layer));
  } else {
    const { color } = stdout;
    const most = Math.max(1, ...coverage.tactics.map(({ rules }) => rules));
    const names = coverage.tactics.map(({ tactic }) => tactic.name[words.lang]);
    const wide = Math.max(width(w.tactic), ...names.map(width)) + 2;
    const lines = coverage.tactics.map(({ rules, techniques: n, of }, i) => {
      const bar = '█'.repeat(Math.ceil((rules / most) * BAR));
      const share = (of === 0 ? '–' : `${count(n)}/${count(of)}`).padStart(8);
      return `  ${padEnd(names[i]!, wide)}${count(rules).padStart(6)}  ${color.cyan(bar.padEnd(BAR))}  ${share}  ${(of === 0 ? '' : percent(n / of)).padStart(5)}`;
    });
    stdout.write(
      `${color.bold(w.title(count(coverage.rules.length), count(coverage.techniques.length)))}\n\n` +
        `  ${color.dim(`${padEnd(w.tactic, wide)}${' '.repeat(Math.max(0, 6 - width(w.rules)))}${w.rules}${' '.repeat(BAR + 4)}${w.techniques} (${w.ofWindows})`)}\n` +
        `${lines.join('\n')}\n\n`,
    );
  }
  if (coverage.untagged > 0) stderr.write(`  ${w.untagged(count(coverage.untagged))}\n`);
  if (coverage.unknown.length > 0) stderr.write(`  ${w.unknown(coverage.unknown.map(printable).join(', '))}\n`);
  if (refused.length > 0) stderr.write(`  ${common.refused(count(refused.length))}\n`);
  if (dropped.length > 0) stderr.write(`  ${w.dropped(count(dropped.length), dropped.join(', '))}\n`);
  if (flags.output !== undefined) stderr.write(`  ${w.written(count(techniques), flags.output)}\n`);
  console.exit(EXIT.done);
}
