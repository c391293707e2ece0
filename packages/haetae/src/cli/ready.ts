import { findEvent } from '@haetae/event';
import type { Setting } from '@haetae/sigma/windows';
import { padEnd, printable, type Words, width } from '../locale/index.ts';
import { eachEvent } from '../pipeline/index.ts';
import { type BlindGroup, type KindSeen, type Ready, ruleTools } from '../rules/index.ts';
import { columns } from './columns.ts';
import type { Out } from './console.ts';
import type { Context, ReadyFlags } from './flags.ts';
import { SHAPES } from './level.ts';
import { count } from './numbers.ts';
import { LEVELS } from './options.ts';
import { conclude } from './receipt.ts';
import { rulePacks } from './rule-packs.ts';
import { entryJson, entryTitle, json } from './rules-run.ts';
import { readSettings, session } from './session.ts';
import { UsageError } from './usage.ts';

const { createKinds, readRules, readyOf } = await ruleTools();

export async function readyCommand(this: Context, flags: ReadyFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  if (flags.sysmonConfig !== undefined) {
    if (paths.length > 0) throw new UsageError(words.hosts.ready.either);
    const { readySysmonCommand } = await import('./ready-sysmon.ts');
    return readySysmonCommand.call(this, flags, flags.sysmonConfig);
  }
  const packs = rulePacks(flags, words);
  await session(console, flags, paths, async (s) => {
    const seen = createKinds();
    const settings = readSettings(flags, s.zone, flags.receipt !== undefined);
    const receipts = await eachEvent(s.found.files, settings, console.signal, seen.add, s.advance, s.fileDone);
    s.clearProgress();
    const { kinds, events } = seen.result();
    const { entries } = readRules(packs.flatMap(({ files }) => files));
    const ready = readyOf(entries, kinds);
    s.write(flags.format === 'json' ? readyJson(ready, kinds, events) : readyText(ready, kinds, events, words, s.out));
    return conclude(s, 'ready', receipts, flags.receipt);
  });
}

function readyJson({ canFire, blind, refused, groups, tactics }: Ready, kinds: readonly KindSeen[], events: number) {
  return json({
    events,
    kinds: kinds.map(({ fields, ...kind }) => ({ ...kind, fields: [...fields] })),
    rules: { canFire: canFire.length, blind, refused },
    tactics: tactics.map(({ tactic, ...counts }) => ({ tactic: tactic.shortname, ...counts })),
    blind: groups.map(({ missing, sources, settings, levels, rules }) => ({
      missing,
      levels,
      sources,
      settings,
      rules: rules.map(entryJson),
    })),
    canFire: canFire.map(entryJson),
  });
}

const MOST = { channels: 12, ids: 14, groups: 15, rules: 3, settings: 4, sources: 3 } as const;

function readyText(ready: Ready, kinds: readonly KindSeen[], events: number, words: Words, out: Out): string {
  const { ready: w } = words.ruleTools;
  const { color } = out;
  const { canFire, blind, refused, groups, tactics } = ready;
  const lines = [color.bold(w.head(count(canFire.length), count(canFire.length + blind), count(events)))];
  if (refused > 0) lines.push(`  ${words.ruleTools.words.refused(count(refused))}`);

  lines.push('', color.bold(w.seen), ...seenLines(kinds, words));

  lines.push('', color.bold(w.byTactic));
  const table = columns(
    [
      [w.tactic, w.canFire, w.blind, '', w.watched, w.onlyBlind, w.noRule],
      ...tactics
        .filter(({ rules, techniques: t }) => rules.canFire + rules.blind + t.watched + t.blind + t.uncovered > 0)
        .map(({ tactic, rules, techniques: t }) => [
          tactic.name[words.lang],
          count(rules.canFire),
          count(rules.blind),
          '│',
          count(t.watched),
          count(t.blind),
          count(t.uncovered),
        ]),
    ],
    [1, 2, 4, 5, 6],
  );
  lines.push(color.dim(table[0]!), ...table.slice(1), color.dim(`  ${w.legend}`));

  if (groups.length > 0) {
    lines.push('', color.bold(w.open));
    const there = new Set(kinds.map(({ channel }) => channel.toLowerCase()));
    for (const group of groups.slice(0, MOST.groups)) lines.push('', ...groupLines(group, there, words, out));
    if (groups.length > MOST.groups) {
      const left = groups.slice(MOST.groups);
      const rules = left.reduce((sum, group) => sum + group.rules.length, 0);
      lines.push('', color.dim(`  ${w.moreGroups(count(left.length), count(rules))}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

function seenLines(kinds: readonly KindSeen[], { ruleTools }: Words): string[] {
  const { ready: w } = ruleTools;
  const channels = new Map<string, KindSeen[]>();
  for (const kind of kinds) channels.set(kind.channel, [...(channels.get(kind.channel) ?? []), kind]);
  const rows = [...channels]
    .map(([channel, of]) => ({ channel, of, n: of.reduce((sum, kind) => sum + kind.count, 0) }))
    .sort((a, b) => b.n - a.n);
  const shown = rows.slice(0, MOST.channels);
  const wide = Math.max(0, ...shown.map(({ channel }) => width(printable(channel) || '?')));
  const lines = shown.map(({ channel, of, n }) => {
    const ids = of.slice(0, MOST.ids).map(({ eventId }) => String(eventId));
    const more = of.length > MOST.ids ? ` +${of.length - MOST.ids}` : '';
    return `  ${padEnd(printable(channel) || '?', wide)}  ${count(n).padStart(9)}  ${w.ids} ${ids.join(' ')}${more}`;
  });
  if (rows.length > MOST.channels) lines.push(`  ${w.moreChannels(count(rows.length - MOST.channels))}`);
  return lines;
}

/** `there`: channels that the logs hold, in lower case. */
function groupLines(group: BlindGroup, there: ReadonlySet<string>, words: Words, { color }: Out): string[] {
  const { ready: w } = words.ruleTools;
  const { missing, sources, settings, rules, levels } = group;
  const byLevel = [...LEVELS]
    .reverse()
    .flatMap((level) =>
      levels[level] === 0 ? [] : [`${SHAPES[level]} ${words.levels[level]} ${count(levels[level])}`],
    )
    .join('  ');
  const [own, ...others] = sources;
  const what =
    missing.kind === 'fields'
      ? w.fields(missing.fields.join(', '))
      : own === undefined
        ? w.nowhere
        : sourceText(own.channel, own.eventIds, words);
  const lines = [`${color.yellow('◌')} ${color.bold(what)}  ${w.opens(count(rules.length))}  ${byLevel}`];
  const examples = rules.slice(0, MOST.rules).map((entry) => entryTitle(entry, words.lang));
  lines.push(color.dim(`    ${examples.join(' · ')}${rules.length > MOST.rules ? ' …' : ''}`));
  lines.push(...settingsLines(settings, there, words));
  for (const { channel, eventIds, settings: also } of others.slice(0, MOST.sources)) {
    lines.push(`    ${w.or} ${sourceText(channel, eventIds, words)}`);
    lines.push(...settingsLines(also, there, words).map((line) => `  ${line}`));
  }
  if (others.length > MOST.sources) lines.push(`    ${w.moreSources(count(others.length - MOST.sources))}`);
  return lines;
}

function sourceText(channel: string, eventIds: readonly number[], { ruleTools, lang }: Words): string {
  const ids = eventIds.length > 8 ? `${eventIds.slice(0, 8).join(', ')} …` : eventIds.join(', ');
  const [id] = eventIds;
  const title = eventIds.length === 1 ? findEvent(channel, id!)?.[lang] : undefined;
  const name = title === undefined ? '' : ` (${title.replace(/%\d+/g, '…').replace(/[.:]\s*$/, '')})`;
  return `${channel}${eventIds.length === 0 ? '' : ` ${ids}`}${name || (eventIds.length === 0 ? ` ${ruleTools.words.anyId}` : '')}`;
}

function settingsLines(settings: readonly Setting[], there: ReadonlySet<string>, words: Words): string[] {
  const { ready: w } = words.ruleTools;
  const lines = settings.slice(0, MOST.settings).flatMap((setting) => settingLines(setting, there, words));
  if (settings.length > MOST.settings) lines.push(`      ${w.moreSettings(count(settings.length - MOST.settings))}`);
  return lines;
}

function settingLines(setting: Setting, there: ReadonlySet<string>, { ruleTools }: Words): string[] {
  const { ready: w } = ruleTools;
  switch (setting.kind) {
    case 'sysmon': {
      const since = setting.since === undefined ? '' : ` (${w.since(setting.since)})`;
      if (setting.element === '') return [`    → ${w.sysmonAlways}${since}`];
      return [`    → ${w.sysmon}${since}`, ...setting.config.split('\n').map((line) => `      ${line}`)];
    }
    case 'audit': {
      const sacl = setting.sacl === undefined ? [] : [`      ${w.sacl(w.named(setting.sacl))}`];
      return [
        `    → ${w.audit(w.named(setting.category), w.named(setting.subcategory))}`,
        `      ${setting.command}`,
        ...sacl,
      ];
    }
    case 'policy':
      return [
        `    → ${w.policy(w.named(setting.name))}`,
        `      ${w.named(setting.path)}`,
        ...setting.commands.map((command) => `      ${command}`),
      ];
    case 'channel': {
      const role = setting.role === undefined ? '' : ` ${w.role(w.named(setting.role))}`;
      if (there.has(setting.channel.toLowerCase())) return [`    → ${w.quiet(setting.channel)}`];
      if (setting.byDefault) return [`    → ${w.collect(setting.channel)}${role}`];
      return [`    → ${w.enable(setting.channel)}${role}`, `      ${setting.command}`];
    }
    default:
      return setting satisfies never;
  }
}
