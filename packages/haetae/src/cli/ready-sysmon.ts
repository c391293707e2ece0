import { readFileSync } from 'node:fs';
import { padEnd, printable, type Words, width } from '../locale/index.ts';
import { ruleTools, type SysmonElement, type SysmonReady } from '../rules/index.ts';
import { PREVENTING, readSysmonConfig } from '../sysmon/index.ts';
import type { Out } from './console.ts';
import type { Context, ReadyFlags } from './flags.ts';
import { SHAPES } from './level.ts';
import { count } from './numbers.ts';
import { checkLanguage, LEVELS } from './options.ts';
import { rulePacks } from './rule-packs.ts';
import { entryJson, entryTitle, json, openFile } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

const { readRules, sysmonReady } = await ruleTools();

type Read = ReturnType<typeof readSysmonConfig>;

/** `ready --sysmon-config FILE`: what the rules would not see of a host that has it. */
export function readySysmonCommand(this: Context, flags: ReadyFlags, path: string): void {
  const { console } = this;
  const { words } = console;
  checkLanguage(flags.lang, words);
  let text: string;
  try {
    const bytes = readFileSync(path);
    // Notepad's other way to save.
    text = bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le') : bytes.toString('utf8');
  } catch (error) {
    throw new UsageError(words.hosts.ready.unreadable(path, (error as NodeJS.ErrnoException).code ?? ''));
  }
  const read = readSysmonConfig(text);
  if (read.problems.some(({ kind }) => kind === 'xml') && read.config.filters.length === 0)
    throw new UsageError(words.hosts.ready.noConfig(path, read.problems[0]!.about));
  const packs = rulePacks(flags, words);
  const { entries } = readRules(packs.flatMap(({ files }) => files));
  const ready = sysmonReady(
    entries,
    packs.flatMap(({ examples }) => examples),
    read.config,
  );
  const file = flags.output === undefined ? undefined : openFile(flags.output, console);
  const out = file ?? console.stdout;
  out.write(flags.format === 'json' ? asJson(read, ready) : asText(path, read, ready, words, out));
  file?.commit();
  console.exit(EXIT.done);
}

const asJson = ({ config, problems }: Read, { elements, dropped, ...counts }: SysmonReady): string =>
  json({
    schema: config.schema,
    hashes: config.hashes,
    problems,
    ...counts,
    elements: elements.map(({ blind, ...one }) => ({
      ...one,
      prevents: PREVENTING.has(one.element),
      blind: blind.map(entryJson),
    })),
    dropped: dropped.map(({ entry, ...one }) => ({ ...one, rule: entryJson(entry) })),
  });

const MOST = { rules: 3, problems: 10, dropped: 10 } as const;

function asText(path: string, { config, problems }: Read, ready: SysmonReady, words: Words, { color }: Out): string {
  const { ready: w } = words.hosts;
  const lines = [
    color.bold(w.head(printable(path), config.schema || '?', count(ready.canFire), count(ready.rules))),
    ...(ready.withoutFields > 0 ? [color.dim(`  ${w.withoutFields(count(ready.withoutFields))}`)] : []),
  ];
  if (problems.length > 0) {
    lines.push('', color.bold(w.problems(count(problems.length))));
    for (const { kind, line, about } of problems.slice(0, MOST.problems))
      lines.push(`  ${w.line(String(line))} ${w.problem[kind]}${about === '' ? '' : `: ${printable(about)}`}`);
  }
  if (ready.missingHashes.length > 0) lines.push('', color.yellow(w.hashes(ready.missingHashes.join(', '))));

  lines.push('', color.bold(w.elements));
  const wide = Math.max(...ready.elements.map(({ element }) => width(element)));
  for (const one of ready.elements) {
    const ids = one.eventIds.join(' ').padEnd(8);
    const mark =
      one.rules === 0 || PREVENTING.has(one.element)
        ? color.dim('·')
        : color[one.blind.length === 0 ? 'green' : 'yellow'](one.blind.length === 0 ? '●' : '◌');
    lines.push(
      `  ${mark} ${padEnd(one.element, wide)}  ${ids}  ${padEnd(kindText(one, words), 28)} ${w.looking(count(one.rules))}`,
    );
  }

  const open = ready.elements.filter(({ blind, element }) => blind.length > 0 && !PREVENTING.has(element));
  if (open.length > 0) lines.push('', color.bold(w.blind));
  for (const { element, blind, levels, eventIds } of open.sort((a, b) => b.blind.length - a.blind.length)) {
    const byLevel = [...LEVELS]
      .reverse()
      .flatMap((level) =>
        levels[level] === 0 ? [] : [`${SHAPES[level]} ${words.levels[level]} ${count(levels[level])}`],
      )
      .join('  ');
    const titles = blind.slice(0, MOST.rules).map((entry) => entryTitle(entry, words.lang));
    lines.push(
      `${color.yellow('◌')} ${color.bold(`${element} ${eventIds.join(', ')}`)}  ${w.rules(count(blind.length))}  ${byLevel}`,
      color.dim(`    ${titles.join(' · ')}${blind.length > MOST.rules ? ' …' : ''}`),
      `    → <RuleGroup name="" groupRelation="or"><${element} onmatch="exclude"/></RuleGroup>`,
    );
  }
  if (ready.dropped.length > 0) {
    lines.push('', color.bold(w.dropped(count(ready.dropped.length))));
    for (const { entry, element, dropped, examples } of ready.dropped.slice(0, MOST.dropped))
      lines.push(`  ${entryTitle(entry, words.lang)}  ${color.dim(`${element} ${dropped}/${examples}`)}`);
    if (ready.dropped.length > MOST.dropped)
      lines.push(color.dim(`  ${w.more(count(ready.dropped.length - MOST.dropped))}`));
  }
  if (open.length > 0 || ready.dropped.length > 0) lines.push('', color.dim(w.ours));
  return `${lines.join('\n')}\n`;
}

function kindText({ kind, clauses, logged, element }: SysmonElement, { hosts: { ready: w } }: Words): string {
  if (PREVENTING.has(element) && !logged) return w.prevents;
  switch (kind) {
    case 'all':
      return w.all;
    case 'most':
      return w.most(count(clauses));
    case 'part':
      return w.part(count(clauses));
    case 'none':
      return w.none;
    case 'default':
      return logged ? w.defaultOn : w.defaultOff;
    default:
      return kind satisfies never;
  }
}
