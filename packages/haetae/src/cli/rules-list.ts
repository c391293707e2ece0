import { current, tactic } from '../attack/index.ts';
import { cut, padEnd, type Words, width } from '../locale/index.ts';
import { type RuleEntry, type RuleFilter, ruleTools } from '../rules/index.ts';
import type { Out } from './console.ts';
import type { Context, RulesListFlags } from './flags.ts';
import { levelCells } from './level.ts';
import { count } from './numbers.ts';
import { type Level, levelOption } from './options.ts';
import { rulePacks } from './rule-packs.ts';
import { entryJson, entryTitle, json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

const { byLevel, pick, readRules, sourceName } = await ruleTools();

export async function listCommand(this: Context, flags: RulesListFlags): Promise<void> {
  const { console } = this;
  const { words } = console;
  const filter = filterOf(flags, words);
  await toOutput(console, flags, (out) => {
    const { entries, refused } = readRules(rulePacks(flags, words).flatMap(({ files }) => files));
    const found = pick(entries, filter).sort(byLevel);
    out.write(flags.format === 'json' ? json(found.map(entryJson)) : listText(found, words, out));
    const { words: w } = words.ruleTools;
    if (refused.length > 0) console.stderr.write(`haetae: ${w.refused(count(refused.length))}\n`);
    return EXIT.done;
  });
}

function filterOf({ level, tactic: name, technique, search }: RulesListFlags, words: Words): RuleFilter {
  const { errors } = words.ruleTools;
  if (name !== undefined && tactic(name) === undefined) throw new UsageError(errors.tactic(name));
  if (technique !== undefined && current(technique) === undefined) throw new UsageError(errors.technique(technique));
  const levels = level?.split(',').map((text) => levelOption('--level', text.trim(), words));
  return {
    ...(levels === undefined ? {} : { levels: new Set<Level>(levels) }),
    ...(name === undefined ? {} : { tactic: name }),
    ...(technique === undefined ? {} : { technique }),
    ...(search === undefined ? {} : { search }),
  };
}

/** Characters of an id that `rules show` needs to find it again. */
const SHORT_ID = 8;
const WIDEST_SOURCE = 24;

/** One rule a line. On a terminal lines are cut to its width; elsewhere they are whole. */
export function listText(entries: readonly RuleEntry[], words: Words, { isTTY, columns, color }: Out): string {
  const { ruleTools: w, lang } = words;
  if (entries.length === 0) return `${w.words.noneFits}\n`;
  const cells = levelCells(words, color);
  const rows = entries.map((entry) => ({
    entry,
    id: (entry.rule.id ?? '').slice(0, SHORT_ID),
    source: cut(sourceName(entry), WIDEST_SOURCE),
    title: entryTitle(entry, lang),
    techniques: entry.attack.techniques.join(' '),
  }));
  const widest = (of: (row: (typeof rows)[number]) => string): number => Math.max(...rows.map((row) => width(of(row))));
  const [ids, sources] = [widest(({ id }) => id), widest(({ source }) => source)];
  const room = isTTY ? Math.max(20, columns - ids - sources - cells.width - 7) : Number.POSITIVE_INFINITY;
  const lines = rows.map(({ entry, id, source, title, techniques }) => {
    const told = cut(title, room);
    const left = room - width(told) - 2;
    const attack = techniques === '' || left < 5 ? '' : `  ${color.dim(cut(techniques, left))}`;
    return `${color.dim(padEnd(id, ids))}  ${cells.cell(entry.level)}  ${padEnd(source, sources)}  ${told}${attack}`;
  });
  return `${lines.join('\n')}\n${color.bold(w.words.rules(count(entries.length)))}\n`;
}
