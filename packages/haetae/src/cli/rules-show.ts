import { existsSync } from 'node:fs';
import { createWindowsRuleSet, neededSources } from '@haetae/sigma/windows';
import { TACTICS } from '../attack/index.ts';
import { printable, type Words, wrap } from '../locale/index.ts';
import { type Line, type RuleEntry, rulesAt, ruleTools } from '../rules/index.ts';
import type { Out } from './console.ts';
import type { Context, RulesFlags } from './flags.ts';
import { levelCells } from './level.ts';
import { count } from './numbers.ts';
import { rulePacks } from './rule-packs.ts';
import { listText } from './rules-list.ts';
import { entryJson, entryTitle, json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

const { byLevel, correlationWording, findRules, readRules, techniqueText, wording } = await ruleTools();

export async function showCommand(this: Context, flags: RulesFlags, wanted: string): Promise<void> {
  const { console } = this;
  const { words } = console;
  await toOutput(console, flags, (out) => {
    const found = rulesFor(wanted, flags, words).sort(byLevel);
    // A file is shown whole; words that fit several rules ask which one is meant.
    const several = found.length > 1 && !existsSync(wanted);
    if (flags.format === 'json') out.write(json(found.map((entry) => showJson(entry, words))));
    else if (several) {
      out.write(`${words.ruleTools.words.several(count(found.length), printable(wanted))}\n`);
      out.write(listText(found, words, out));
    } else out.write(found.map((entry) => showText(entry, words, out)).join('\n'));
    return EXIT.done;
  });
}

/** The rules that a user means by an id, a title or a path. Throws UsageError when there is none. */
export function rulesFor(
  wanted: string,
  flags: { readonly rules?: readonly string[]; readonly builtin: boolean },
  words: Words,
): RuleEntry[] {
  const own = /[\\/]|\.ya?ml$/i.test(wanted) ? rulesAt(wanted) : undefined;
  if (own !== undefined) {
    const { entries, problems } = readRules(own.files);
    if (entries.length === 0)
      throw new UsageError(problems[0]?.message ?? words.ruleTools.words.noRule(printable(wanted)));
    return [...entries];
  }
  const { entries } = readRules(rulePacks(flags, words).flatMap(({ files }) => files));
  const found = findRules(entries, wanted);
  if (found.length === 0) throw new UsageError(words.ruleTools.words.noRule(printable(wanted)));
  return found;
}

/** Where a rule looks; a text where it is not in force. */
export function placesOf(entry: RuleEntry, { ruleTools: { check } }: Words) {
  if (entry.kind !== 'rule') return undefined;
  const { matchers, problems } = createWindowsRuleSet([entry.rule]);
  const [matcher] = matchers;
  if (matcher === undefined) return check.said(problems[0]?.reason ?? '');
  // A rule over a whole channel names the ids itself.
  const named = neededSources(matcher);
  return (matcher.sources ?? []).map(({ channels, eventIds, providers, mapping }) => ({
    channels: channels ?? [],
    eventIds:
      eventIds ??
      named.find(({ channel, via }) => channels?.includes(channel) && via === (mapping?.name ?? 'field'))?.eventIds ??
      [],
    providers: providers ?? [],
    via: mapping?.name ?? 'field',
  }));
}

function showJson(entry: RuleEntry, words: Words) {
  const { rule } = entry;
  const places = placesOf(entry, words);
  return {
    ...entryJson(entry),
    description: rule.description ?? null,
    author: rule.author ?? null,
    date: rule.date ?? null,
    modified: rule.modified ?? null,
    license: rule.license ?? null,
    falsepositives: rule.falsepositives,
    references: rule.references,
    sources: Array.isArray(places) ? places : null,
    problem: typeof places === 'string' ? places : null,
    condition: conditionLines(entry, words).map(({ depth, text }) => '  '.repeat(depth) + text),
    document: rule.raw,
  };
}

/** Most lines of a condition that a terminal is given. */
const MOST_LINES = 120;

export function conditionLines(entry: RuleEntry, words: Words): Line[] {
  const { phrases } = words.ruleTools;
  return entry.kind === 'correlation'
    ? correlationWording(entry.rule, words.ruleTools)
    : wording(entry.rule.detection, phrases);
}

function showText(entry: RuleEntry, words: Words, { columns, color, isTTY }: Out): string {
  const { rule, level, attack, descriptionKo, kind } = entry;
  const { words: w } = words.ruleTools;
  const { lang } = words;
  const room = Math.max(40, isTTY ? columns : 110);
  const out: string[] = [];
  const fold = (text: string, indent: number): string[] =>
    wrap(printable(text), room - indent).map((line) => ' '.repeat(indent) + line);
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) out.push('', color.bold(title), ...lines);
  };
  out.push(`${levelCells(words, color).cell(level).trimEnd()}  ${color.bold(entryTitle(entry, lang))}`);
  const description = (lang === 'ko' ? descriptionKo : undefined) ?? rule.description;
  if (description !== undefined) out.push(...fold(description.replaceAll(/\s+/g, ' ').trim(), 2));
  const dates = [rule.date, rule.modified === undefined ? undefined : `${w.modified} ${rule.modified}`];
  const facts: [string, string | undefined][] = [
    [w.id, rule.id],
    [w.file, rule.path],
    [w.status, [kind === 'rule' ? undefined : w.kinds[kind], rule.status].filter(Boolean).join(' · ') || undefined],
    [w.author, rule.author],
    [w.date, dates.filter(Boolean).join(', ') || undefined],
    [w.licence, rule.license],
  ];
  out.push('');
  for (const [name, value] of facts)
    if (value !== undefined) out.push(`  ${color.dim(`${name}:`)} ${printable(value)}`);
  const places = placesOf(entry, words);
  if (typeof places === 'string') section(w.notInForce, fold(places, 2));
  else if (places !== undefined) section(w.looksAt, placeLines(places, words));
  const told = conditionLines(entry, words);
  const lines = told.slice(0, MOST_LINES).flatMap(({ depth, text }) => fold(text, 2 + depth * 2));
  if (told.length > MOST_LINES) lines.push(`  ${w.moreValues(count(told.length - MOST_LINES))}`);
  section(w.condition, lines);
  section(
    w.falsePositives,
    rule.falsepositives.flatMap((text) => fold(text, 2)),
  );
  const tactics = TACTICS.filter(({ shortname }) => attack.tactics.includes(shortname));
  section(words.table.attack, [
    ...(tactics.length > 0 ? [`  ${tactics.map(({ name }) => name[lang]).join(', ')}`] : []),
    ...attack.techniques.map((id) => `  ${techniqueText(id)}`),
    ...[...attack.groups, ...attack.software, ...attack.cves].map((id) => `  ${id}`),
  ]);
  section(
    w.references,
    rule.references.map((url) => `  ${printable(url)}`),
  );
  return `${out.join('\n')}\n`;
}

type Places = Exclude<ReturnType<typeof placesOf>, string | undefined>;

export function placeLines(places: Places, { ruleTools }: Words): string[] {
  const { words: w } = ruleTools;
  const lines = places.flatMap(({ channels, eventIds, providers, via }) => {
    const about = [
      eventIds.length === 0 ? w.anyId : w.ids(eventIds.join(', ')),
      ...(providers.length > 0 ? [w.provider(providers[0]!)] : []),
      ...(via === 'field' ? [] : [w.throughMapping(via)]),
    ].join(', ');
    return (channels.length === 0 ? [w.anyChannel] : channels).map((channel) => `  ${channel}: ${about}`);
  });
  return [...new Set(lines)];
}
