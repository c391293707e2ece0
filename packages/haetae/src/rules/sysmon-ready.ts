import { LEVELS, type Level, parseRuleTests, type SigmaRule } from '@haetae/sigma';
import { createWindowsRuleSet, neededSources, readiness, SYSMON_ELEMENTS } from '@haetae/sigma/windows';
import type { RuleText } from '../detect/index.ts';
import {
  coverageOf,
  type ElementCoverage,
  isLogged,
  kindsOf,
  SYSMON_CHANNEL,
  type SysmonConfig,
} from '../sysmon/index.ts';
import type { RuleEntry } from './read.ts';

/** An element of a Sysmon configuration, and the rules that look at its events. */
export interface SysmonElement extends ElementCoverage {
  readonly rules: number;
  /** Of these, those whose events are not logged, and which look nowhere else. */
  readonly blind: readonly RuleEntry[];
  readonly levels: Readonly<Record<Level, number>>;
}

/** A rule whose own test event the configuration would leave out. */
export interface Dropped {
  readonly entry: RuleEntry;
  readonly element: string;
  readonly dropped: number;
  readonly examples: number;
}

export interface SysmonReady {
  /** Rules that look at events of Sysmon. */
  readonly rules: number;
  readonly canFire: number;
  /** Rules that ask for a field which no Sysmon writes, whatever its configuration. */
  readonly withoutFields: number;
  readonly elements: readonly SysmonElement[];
  /** Algorithms that rules ask for and that are not computed. */
  readonly missingHashes: readonly string[];
  readonly dropped: readonly Dropped[];
}

/** What the rules would see of a host whose Sysmon has this configuration; `tests`: files of rules' tests. */
export function sysmonReady(
  entries: readonly RuleEntry[],
  tests: readonly RuleText[],
  config: SysmonConfig,
): SysmonReady {
  const byRule = new Map<SigmaRule, RuleEntry>();
  for (const entry of entries) if (entry.kind === 'rule') byRule.set(entry.rule, entry);
  const set = createWindowsRuleSet([...byRule.keys()]);
  const { blind: all } = readiness(set, kindsOf(config));
  const unseen = new Set(all.filter(({ missing }) => missing.kind === 'source').map(({ rule }) => rule));
  const poor = new Set(all.filter(({ missing }) => missing.kind === 'fields').map(({ rule }) => rule));
  const elements = new Map(
    coverageOf(config).map((one) => [one.element, { ...one, rules: 0, blind: [] as RuleEntry[] }]),
  );
  let rules = 0;
  let canFire = 0;
  let withoutFields = 0;
  for (const matcher of set.matchers) {
    const ids = neededSources(matcher).find(({ channel }) => channel === SYSMON_CHANNEL)?.eventIds;
    if (ids === undefined) continue;
    rules++;
    const isUnseen = unseen.has(matcher.rule);
    if (poor.has(matcher.rule)) withoutFields++;
    else if (!isUnseen) canFire++;
    const named = new Set(ids.map((id) => SYSMON_ELEMENTS[id]?.[0] ?? '').filter((name) => name !== ''));
    for (const name of named) {
      const element = elements.get(name);
      if (element === undefined) continue;
      element.rules++;
      if (isUnseen) element.blind.push(byRule.get(matcher.rule)!);
    }
  }
  return {
    rules,
    canFire,
    withoutFields,
    elements: [...elements.values()].map((one) => ({ ...one, levels: levelsOf(one.blind) })),
    missingHashes: missingHashes(entries, config),
    dropped: droppedBy(entries, tests, config),
  };
}

const levelsOf = (entries: readonly RuleEntry[]) =>
  Object.fromEntries(LEVELS.map((level) => [level, entries.filter((entry) => entry.level === level).length])) as Record<
    Level,
    number
  >;

const ALGORITHMS = ['MD5', 'SHA1', 'SHA256', 'IMPHASH'] as const;

/** By the words in which rules ask: `Hashes|contains: IMPHASH=…`, or the field itself. */
function missingHashes(entries: readonly RuleEntry[], { hashes }: SysmonConfig): readonly string[] {
  const computed = hashes.length === 0 ? ['SHA1'] : hashes;
  if (computed.includes('*')) return [];
  const asked = new Set<string>();
  for (const { rule } of entries) {
    const text = JSON.stringify(rule.raw);
    for (const algorithm of ALGORITHMS)
      if (!asked.has(algorithm) && new RegExp(`\\b${algorithm}(?:=|"?[:|])`, 'i').test(text)) asked.add(algorithm);
  }
  return ALGORITHMS.filter((algorithm) => asked.has(algorithm) && !computed.includes(algorithm));
}

/** Rules whose positive tests would not be logged: they are told apart by nothing else than a configuration's filters. */
function droppedBy(
  entries: readonly RuleEntry[],
  tests: readonly RuleText[],
  config: SysmonConfig,
): readonly Dropped[] {
  // Those of what is not logged at all are blind, and told as such.
  const logged = new Set(coverageOf(config).flatMap((one) => (one.logged ? [one.element] : [])));
  const byId = new Map(entries.map((entry) => [entry.rule.id?.toLowerCase() ?? '', entry]));
  const found: Dropped[] = [];
  for (const { path, text } of tests)
    for (const { rule, positive } of parseRuleTests(text, { file: path }).tests) {
      const entry = byId.get(rule.toLowerCase());
      const examples = positive.filter(({ channel }) => channel === SYSMON_CHANNEL);
      if (entry === undefined || examples.length === 0) continue;
      let element = '';
      const dropped = examples.filter(({ eventId, fields }) => {
        const [name = ''] = SYSMON_ELEMENTS[eventId] ?? [];
        const value = (asked: string): string | undefined => fields.find(([field]) => field === asked)?.[1];
        if (!logged.has(name) || isLogged(config, name, value)) return false;
        element = name;
        return true;
      }).length;
      if (dropped > 0) found.push({ entry, element, dropped, examples: examples.length });
    }
  return found;
}
