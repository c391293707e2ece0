import type { Position } from '@haetae/event';
import { type ConditionTried, SigmaError } from '@haetae/sigma';
import { cut, formatLocal, formatUtc, printable, type Words, type Zone } from '../locale/index.ts';
import { eachEvent } from '../pipeline/index.ts';
import { type ExplainedEvent, type ExplainedRule, type RuleEntry, ruleTools } from '../rules/index.ts';
import type { Out } from './console.ts';
import type { Context, RulesExplainFlags } from './flags.ts';
import { count } from './numbers.ts';
import { wholeNumber } from './options.ts';
import { conclude } from './receipt.ts';
import { entryTitle, json } from './rules-run.ts';
import { placeLines, placesOf, rulesFor } from './rules-show.ts';
import { readSettings, session } from './session.ts';
import { UsageError } from './usage.ts';

const { createExplainer } = await ruleTools();

const TOP = 5;
const FAR_MISSES = 2;

export async function explainCommand(this: Context, flags: RulesExplainFlags, ...args: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { explain: w } = words.ruleTools;
  const [wanted, ...paths] = args;
  if (wanted === undefined || paths.length === 0) throw new UsageError(w.needsLogs);
  const top = wholeNumber('--top', flags.top, words) ?? TOP;
  const record = wholeNumber('--record', flags.record, words);
  const line = wholeNumber('--line', flags.line, words);
  const entry = oneRule(wanted, flags, words);
  const explainer = createExplainer(entry.rule, top);
  if (explainer instanceof SigmaError) throw new UsageError(w.refused(explainer.message));
  const asked = (position: Position): boolean =>
    position.kind === 'record'
      ? line === undefined && (record === undefined || position.record === record)
      : record === undefined && (line === undefined || position.line === line);
  await session(console, flags, paths, async (s) => {
    const receipts = await eachEvent(
      s.found.files,
      readSettings(flags, s.zone, flags.receipt !== undefined),
      console.signal,
      (event, path) => {
        if (asked(event.position)) explainer.add(event, path);
      },
      s.advance,
      s.fileDone,
    );
    s.clearProgress();
    const result = explainer.result();
    const one = record !== undefined || line !== undefined;
    s.write(flags.format === 'json' ? resultJson(entry, result) : resultText(entry, result, one, words, s.zone, s.out));
    return conclude(s, 'rules explain', receipts, flags.receipt);
  });
}

/** The one rule that is meant. Throws UsageError where there are several, or it is none that looks at single events. */
function oneRule(wanted: string, flags: RulesExplainFlags, words: Words): Extract<RuleEntry, { kind: 'rule' }> {
  const { ruleTools: w, lang } = words;
  const found = rulesFor(wanted, flags, words);
  const rules = found.filter((entry) => entry.kind === 'rule');
  const [first] = rules;
  if (first !== undefined && rules.length === 1) return first;
  if (first === undefined) {
    const [other] = found;
    const counted = other?.kind === 'correlation' ? other.rule.rules.map(({ text }) => `\n  ${text}`).join('') : '';
    throw new UsageError(`${w.explain.correlation(entryTitle(other!, lang))}${counted}`);
  }
  const list = rules
    .slice(0, 10)
    .map((entry) => `\n  ${(entry.rule.id ?? '').slice(0, 8)}  ${entryTitle(entry, lang)}`);
  throw new UsageError(`${w.words.several(count(rules.length), printable(wanted))}${list.join('')}`);
}

const placeJson = (position: Position) =>
  position.kind === 'record' ? { record: position.record } : { line: position.line };

function resultJson({ rule }: RuleEntry, { events, looked, matched, misses, matches }: ExplainedRule): string {
  const eventJson = ({ timeMs, timeTicks, position, explanation, ...facts }: ExplainedEvent) => ({
    time: formatUtc(timeMs, timeTicks),
    ...facts,
    ...placeJson(position),
    ...explanation,
  });
  return json({
    rule: { id: rule.id ?? null, title: rule.title, path: rule.path ?? null },
    events,
    looked,
    matched,
    misses: misses.map(eventJson),
    matches: matches.map(eventJson),
  });
}

function resultText(
  entry: RuleEntry,
  { events, looked, matched, misses, matches, kinds }: ExplainedRule,
  one: boolean,
  words: Words,
  zone: Zone,
  out: Out,
): string {
  const { explain: w } = words.ruleTools;
  const { color } = out;
  const title = entryTitle(entry, words.lang);
  const lines = [`${color.bold(w.head(title, count(looked), count(events)))}`];
  if (events === 0 && one) lines.push(`  ${w.notThere}`);
  else if (looked === 0) {
    const places = placesOf(entry, words);
    lines.push(w.none, ...(places === undefined || typeof places === 'string' ? [] : placeLines(places, words)));
    lines.push(
      w.seen,
      ...kinds.slice(0, 12).map(([channel, id, n]) => `  ${printable(channel) || '?'} ${id}: ${count(n)}`),
    );
  } else lines.push(`  ${w.matches(count(matched))}, ${w.misses(count(looked - matched))}`);
  const show = (shown: readonly ExplainedEvent[], total: number): void => {
    for (const event of shown) lines.push('', ...eventLines(event, words, zone, out));
    const told = shown.reduce((sum, event) => sum + event.count, 0);
    if (told < total) lines.push('', color.dim(`  ${w.others(count(total - told))}`));
  };
  // What holds nothing of a rule is no near miss: one or two of them tell what the log holds.
  const near = misses.filter(({ explanation: { near: way } }) => way.held > 0 || way.excludedBy.length > 0);
  show(one ? misses : near.length > 0 ? near : misses.slice(0, FAR_MISSES), looked - matched);
  show(matches, matched);
  if (looked > 0)
    lines.push('', color.dim(`${w.whole}: \`haetae rules show ${entry.rule.id?.slice(0, 8) ?? entry.rule.path}\``));
  return `${lines.join('\n')}\n`;
}

const MOST_VALUES = 4;
const LONGEST = 160;

function eventLines(event: ExplainedEvent, words: Words, zone: Zone, { color }: Out): string[] {
  const { explain: w } = words.ruleTools;
  const { explanation, position, via } = event;
  const { near, matched, conditions, filters } = explanation;
  const place = position.kind === 'record' ? `#${position.record}` : `:${position.line}`;
  const verdict = matched
    ? color.green(`● ${w.match}`)
    : color.yellow(`○ ${w.near(String(near.held), String(near.of))}`);
  const more = event.count > 1 ? color.dim(`  ${w.times(count(event.count))}`) : '';
  const lines = [
    `${verdict}${more}`,
    color.dim(
      `  ${formatLocal(event.timeMs, zone)} · ${printable(event.computer) || words.table.unknownHost} · ${event.channel} ${event.eventId} · ${printable(event.file)}${place}${via === 'field' ? '' : ` · ${w.through(via)}`}`,
    ),
  ];
  const held = conditions.filter((condition) => condition.held);
  for (const condition of held.slice(0, 8)) {
    const value = condition.tried.find((tried) => tried.held);
    lines.push(`  ${color.green('✓')} ${asked(condition, words, value === undefined ? undefined : [value])}`);
    if (value?.value !== undefined) lines.push(`      ${w.has} ${quote(value.value, value.at)}`);
  }
  if (held.length > 8) lines.push(`    ${w.timed(count(held.length - 8))}`);
  const shown = new Set<string>();
  for (const condition of near.failed) {
    lines.push(`  ${color.red('✗')} ${asked(condition, words)}`);
    const { actual, field } = condition;
    // What several conditions ask of one field is shown once.
    if (field !== undefined && shown.has(field)) continue;
    if (field !== undefined) shown.add(field);
    if (actual !== undefined) {
      const values = actual.slice(0, 3).map((value) => quote(value));
      lines.push(`      ${w.has} ${values.join(' | ')}`);
    } else if (field !== undefined) lines.push(`      ${w.hasNothing}`);
  }
  if (near.excludedBy.length > 0) lines.push(`  ${color.red('✗')} ${w.kept(near.excludedBy.join(', '))}`);
  for (const { selection, held: applies, conditions: of } of filters) {
    if (!applies || !near.excludedBy.includes(selection)) continue;
    for (const condition of of.filter((tried) => tried.held).slice(0, 4)) {
      const value = condition.tried.find((tried) => tried.held);
      lines.push(`      ${asked(condition, words, value === undefined ? undefined : [value])}`);
      if (value?.value !== undefined) lines.push(`        ${w.has} ${quote(value.value, value.at)}`);
    }
  }
  return lines;
}

/** A condition as it was asked: `[selection] Image endswith '\x.exe' | '\y.exe'`. */
function asked({ selection, field, negated, tried }: ConditionTried, words: Words, only = tried): string {
  const { explain: w } = words.ruleTools;
  const shown = only.slice(0, MOST_VALUES).map(({ op, pattern }) => `${op} '${cut(printable(pattern), LONGEST)}'`);
  const more = only.length > MOST_VALUES ? ` ${w.timed(count(only.length - MOST_VALUES))}` : '';
  return `[${selection}] ${negated ? 'not ' : ''}${field ?? words.ruleTools.phrases.keyword} ${shown.join(' | ')}${more}`;
}

/** A value around what held in it. */
function quote(value: string, at?: { readonly start: number; readonly end: number }): string {
  const from = at === undefined || at.start < LONGEST - 20 ? 0 : at.start - 40;
  return `"${from > 0 ? '…' : ''}${cut(printable(value.slice(from, from + LONGEST * 4)), LONGEST)}"`;
}
