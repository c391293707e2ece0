import { homedir } from 'node:os';
import { parseRules } from '@haetae/sigma';
import { createWindowsRuleSet } from '@haetae/sigma/windows';
import { printable, type Words } from '../locale/index.ts';
import { type Origin, type Pulled, type RuleEntry, ruleTools } from '../rules/index.ts';
import type { Console, Out } from './console.ts';
import type { Context, RulesPullFlags } from './flags.ts';
import { SHAPES } from './level.ts';
import { count } from './numbers.ts';
import { entryJson, entryTitle, json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

const { CHANGES, defaultFolder, LEFT_OUT, PullError, pull } = await ruleTools();

export async function pullCommand(this: Context, flags: RulesPullFlags, from: string): Promise<void> {
  const { console } = this;
  await toOutput(console, flags, async (out) => {
    const pulled = await fetched(flags, from, console);
    if (pulled === undefined) return EXIT.interrupted;
    out.write(
      flags.format === 'json' ? pulledJson(pulled, flags.dryRun) : pulledText(pulled, flags.dryRun, console, out),
    );
    return EXIT.done;
  });
}

/** undefined when Ctrl-C stopped it; nothing was changed then. */
async function fetched(flags: RulesPullFlags, from: string, console: Console): Promise<Pulled | undefined> {
  const { words, signal } = console;
  try {
    return await pull({
      from,
      into: flags.into ?? defaultFolder(from, process.platform, process.env, homedir()),
      pin: flags.pin,
      folders: flags.folder ?? [],
      dryRun: flags.dryRun,
      force: flags.force,
      nowMs: console.now(),
      tool: `haetae ${console.version}`,
      signal,
    });
  } catch (error) {
    if (signal.aborted) {
      console.stderr.write(`haetae: ${words.ruleTools.pull.stopped}\n`);
      return undefined;
    }
    if (error instanceof PullError) throw new UsageError(error.say(words.ruleTools.pull.errors));
    throw error;
  }
}

/** How many of the documents are in force on Windows logs. */
function inForce({ rules }: Pulled): { readonly documents: number; readonly working: number } {
  const parsed = rules.map(({ path, text }) => parseRules(text, { file: path }));
  const sum = (of: (p: (typeof parsed)[number]) => number): number => parsed.reduce((n, p) => n + of(p), 0);
  const others = sum((p) => p.correlations.length + p.filters.length);
  const { matchers } = createWindowsRuleSet(parsed.flatMap((p) => p.rules));
  return {
    documents: sum((p) => p.rules.length + p.refused.length) + others,
    working: matchers.length + others,
  };
}

function pulledJson(pulled: Pulled, dryRun: boolean): string {
  const { origin, into, rules, leftOut, before, diff, unencrypted } = pulled;
  return json({
    source: origin,
    into,
    dryRun,
    unencrypted,
    files: rules.length,
    ...inForce(pulled),
    leftOut,
    before: before ?? null,
    added: diff.added.map(entryJson),
    removed: diff.removed.map(entryJson),
    changed: diff.changed.map(({ before: was, after, what }) => ({
      ...entryJson(after),
      what,
      ...(what.includes('level') ? { levelBefore: was.level } : {}),
      ...(what.includes('title') ? { titleBefore: was.rule.title } : {}),
      ...(what.includes('path') ? { pathBefore: was.rule.path } : {}),
    })),
  });
}

const MOST = 20;

function pulledText(pulled: Pulled, dryRun: boolean, { words }: Console, { color }: Out): string {
  const { origin, into, rules, leftOut, before, diff } = pulled;
  const { pull: w } = words.ruleTools;
  const { documents, working } = inForce(pulled);
  const out = [
    `${color.bold(w.from)} ${printable(origin.url)}  ${pinText(origin, words)}`,
    `${color.bold(w.into)} ${printable(into)}`,
    `  ${w.kept(count(rules.length), count(documents))}`,
    `  ${w.inForce(count(working), count(documents - working))}`,
  ];
  if (pulled.recovered) out.push(`  ${w.recovered}`);
  if (pulled.unencrypted) out.push(`  ${color.yellow(w.unencrypted)}`);
  if (leftOut.length > 0) {
    out.push(`  ${w.leftOut(count(leftOut.length))}`);
    for (const why of LEFT_OUT) {
      const of = leftOut.filter((left) => left.why === why).map(({ path }) => printable(path));
      if (of.length > 0)
        out.push(`    ${count(of.length)} ${w.reasons[why]}: ${of.slice(0, 3).join(', ')}${of.length > 3 ? ' …' : ''}`);
    }
  }
  out.push('');
  const { added, removed, changed } = diff;
  if (before === undefined) out.push(w.first);
  else if (added.length + removed.length + changed.length === 0) out.push(w.unchanged);
  else {
    const group = (title: string, lines: readonly string[], total: number): void => {
      if (total === 0) return;
      out.push(color.bold(title), ...lines.slice(0, MOST));
      if (total > MOST) out.push(`  ${w.more(count(total - MOST))}`);
    };
    const line = (sign: string, entry: RuleEntry, more = ''): string =>
      `  ${sign} ${SHAPES[entry.level]} ${entryTitle(entry, words.lang)}${more}`;
    group(
      w.added(count(added.length)),
      added.map((e) => color.green(line('+', e))),
      added.length,
    );
    group(
      w.removed(count(removed.length)),
      removed.map((e) => color.red(line('-', e))),
      removed.length,
    );
    const sums = CHANGES.flatMap((change) => {
      const n = changed.filter(({ what }) => what.includes(change)).length;
      return n === 0 ? [] : [`${w.changes[change]} ${count(n)}`];
    }).join(', ');
    group(
      `${w.changed(count(changed.length))} (${sums})`,
      changed.map(({ before: was, after, what }) => {
        const told = what.map((change) =>
          change === 'level'
            ? `${w.changes.level} ${words.levels[was.level]} → ${words.levels[after.level]}`
            : w.changes[change],
        );
        return line('~', after, `  ${color.dim(told.join(', '))}`);
      }),
      changed.length,
    );
  }
  out.push('', dryRun ? w.dryRun : w.use(/\s/.test(into) ? `"${into}"` : into));
  return `${out.join('\n')}\n`;
}

function pinText(origin: Origin, { ruleTools }: Words): string {
  const { pull: w } = ruleTools;
  switch (origin.kind) {
    case 'git':
      return w.commit(origin.commit);
    case 'zip':
      return w.sha256(origin.sha256);
    case 'folder':
      return '';
    default:
      return origin satisfies never;
  }
}
