import type { Event } from '@haetae/event';
import { LEVELS, type Level, type SigmaRule } from '@haetae/sigma';
import {
  type BlindRule,
  createWindowsRuleSet,
  type NeededSource,
  readiness,
  type Setting,
} from '@haetae/sigma/windows';
import { TACTICS, TECHNIQUES } from '../attack/index.ts';
import type { RuleEntry } from './read.ts';

/** A kind of event as logs hold it. */
export interface KindSeen {
  readonly channel: string;
  readonly eventId: number;
  readonly count: number;
  /** Data fields that some event has with a value; blanks left out, as rules write them. */
  readonly fields: ReadonlySet<string>;
}

const MOST_KINDS = 4096;
const MOST_FIELDS = 1024;

/** Collects what kinds of events there are. A log that invents kinds does not fill the memory: `dropped` are counted. */
export function createKinds() {
  const kinds = new Map<string, { channel: string; eventId: number; count: number; fields: Set<string> }>();
  let events = 0;
  let dropped = 0;
  return {
    add(event: Event): void {
      events++;
      const key = `${event.eventId}\0${event.channel}`;
      let kind = kinds.get(key);
      if (kind === undefined) {
        if (kinds.size >= MOST_KINDS) {
          dropped++;
          return;
        }
        kind = { channel: event.channel, eventId: event.eventId, count: 0, fields: new Set() };
        kinds.set(key, kind);
      }
      kind.count++;
      for (const [name, value] of event.fields()) {
        if (value === '' || kind.fields.size >= MOST_FIELDS) continue;
        const plain = name.includes(' ') ? name.replaceAll(' ', '') : name;
        if (!kind.fields.has(plain)) kind.fields.add(plain);
      }
    },
    result: () => ({
      events,
      dropped,
      kinds: [...kinds.values()].sort((a, b) => b.count - a.count) as readonly KindSeen[],
    }),
  };
}

/** Blind rules that wait for the same log, or for the same field. */
export interface BlindGroup {
  readonly missing: BlindRule['missing'];
  /** The log that the rules were written for, and the others that would do; [] for missing fields. */
  readonly sources: readonly NeededSource[];
  /** What opens their eyes; for `sources`, what their first one needs. */
  readonly settings: readonly Setting[];
  readonly rules: readonly RuleEntry[];
  readonly levels: Readonly<Record<Level, number>>;
}

export interface ReadyTactic {
  readonly tactic: (typeof TACTICS)[number];
  readonly rules: { readonly canFire: number; readonly blind: number };
  /** Windows techniques: a rule that can fire, only blind ones, no rule at all. */
  readonly techniques: { readonly watched: number; readonly blind: number; readonly uncovered: number };
}

export interface Ready {
  readonly canFire: readonly RuleEntry[];
  readonly blind: number;
  /** Rules that are not in force. */
  readonly refused: number;
  /** The most rules first. */
  readonly groups: readonly BlindGroup[];
  readonly tactics: readonly ReadyTactic[];
}

/** What rules could say about logs that hold these kinds of events. */
export function readyOf(entries: readonly RuleEntry[], kinds: readonly KindSeen[]): Ready {
  const byRule = new Map<SigmaRule, RuleEntry>();
  for (const entry of entries) if (entry.kind === 'rule') byRule.set(entry.rule, entry);
  const set = createWindowsRuleSet([...byRule.keys()]);
  const { canFire, blind } = readiness(set, kinds);
  const able = canFire.map((rule) => byRule.get(rule)!);
  return {
    canFire: able,
    blind: blind.length,
    refused: set.problems.length,
    groups: groupsOf(blind, byRule),
    tactics: tacticsOf(
      able,
      blind.map(({ rule }) => byRule.get(rule)!),
    ),
  };
}

function groupsOf(blind: readonly BlindRule[], byRule: ReadonlyMap<SigmaRule, RuleEntry>): BlindGroup[] {
  const groups = new Map<string, { first: BlindRule; rules: RuleEntry[] }>();
  for (const one of blind) {
    const place = ({ channel, eventIds, via }: NeededSource) => [via, channel, eventIds];
    const key =
      one.missing.kind === 'fields'
        ? JSON.stringify(['fields', [...one.missing.fields].sort(), one.settings])
        : JSON.stringify(one.sources.map(place));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: one, rules: [byRule.get(one.rule)!] });
    else known.rules.push(byRule.get(one.rule)!);
  }
  return [...groups.values()]
    .map(({ first, rules }) => ({
      missing: first.missing,
      sources: first.missing.kind === 'fields' ? [] : first.sources,
      settings: first.missing.kind === 'fields' ? first.settings : (first.sources[0]?.settings ?? []),
      rules,
      levels: Object.fromEntries(
        LEVELS.map((level) => [level, rules.filter((entry) => entry.level === level).length]),
      ) as Record<Level, number>,
    }))
    .sort((a, b) => b.rules.length - a.rules.length);
}

function tacticsOf(able: readonly RuleEntry[], blind: readonly RuleEntry[]): ReadyTactic[] {
  const techniquesIn = (entries: readonly RuleEntry[]) => new Set(entries.flatMap(({ attack }) => attack.techniques));
  const watched = techniquesIn(able);
  const unseen = techniquesIn(blind);
  const under = (entries: readonly RuleEntry[], name: string): number =>
    entries.filter(({ attack }) => attack.tactics.some((tactic) => tactic === name)).length;
  return TACTICS.map((tactic) => {
    const all = TECHNIQUES.filter(
      ({ tactics, platforms }) => tactics.includes(tactic.shortname) && platforms.includes('Windows'),
    );
    const seen = all.filter(({ id }) => watched.has(id)).length;
    const dark = all.filter(({ id }) => !watched.has(id) && unseen.has(id)).length;
    return {
      tactic,
      rules: { canFire: under(able, tactic.shortname), blind: under(blind, tactic.shortname) },
      techniques: { watched: seen, blind: dark, uncovered: all.length - seen - dark },
    };
  });
}
