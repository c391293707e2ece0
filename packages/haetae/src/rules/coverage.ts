import type { Level } from '@haetae/sigma';
import { legacy, TACTICS, type TacticName, TECHNIQUES, technique, techniqueUrl } from '../attack/index.ts';
import type { RuleEntry } from './read.ts';

/** What a rule counts for a technique under `--score weight`. */
export const WEIGHTS: Readonly<Record<Level, number>> = { informational: 0, low: 1, medium: 3, high: 5, critical: 10 };
export type ScoreBy = 'count' | 'weight';

export interface Covered {
  /** A v19 id. */
  readonly id: string;
  readonly rules: readonly RuleEntry[];
}

export interface Coverage {
  /** Rules and correlations; filters cover nothing. */
  readonly rules: readonly RuleEntry[];
  /** By id. */
  readonly techniques: readonly Covered[];
  /** In the order of the matrix. `of`: techniques and sub-techniques that the tactic has on Windows. */
  readonly tactics: readonly {
    readonly tactic: (typeof TACTICS)[number];
    readonly rules: number;
    readonly techniques: number;
    readonly of: number;
  }[];
  /** Rules without any technique. */
  readonly untagged: number;
  /** `attack.` tags that name nothing known. */
  readonly unknown: readonly string[];
}

/** What rules cover of ATT&CK v19: a technique is covered when a rule names it. */
export function coverageOf(entries: readonly RuleEntry[]): Coverage {
  const rules = entries.filter(({ kind }) => kind !== 'filter');
  const byTechnique = new Map<string, RuleEntry[]>();
  const byTactic = new Map<TacticName, number>();
  const unknown = new Set<string>();
  for (const entry of rules) {
    for (const id of entry.attack.techniques) {
      const known = byTechnique.get(id);
      if (known === undefined) byTechnique.set(id, [entry]);
      else known.push(entry);
    }
    for (const name of entry.attack.tactics) byTactic.set(name, (byTactic.get(name) ?? 0) + 1);
    for (const tag of entry.attack.unknown) unknown.add(tag);
  }
  const windows = TECHNIQUES.filter(({ platforms }) => platforms.includes('Windows'));
  return {
    rules,
    techniques: [...byTechnique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, of]) => ({ id, rules: of })),
    tactics: TACTICS.map((tactic) => {
      const under = windows.filter(({ tactics }) => tactics.includes(tactic.shortname));
      return {
        tactic,
        rules: byTactic.get(tactic.shortname) ?? 0,
        techniques: under.filter(({ id }) => byTechnique.has(id)).length,
        of: under.length,
      };
    }),
    untagged: rules.filter(({ attack }) => attack.techniques.length === 0).length,
    unknown: [...unknown].sort(),
  };
}

export interface LayerText {
  readonly name: string;
  readonly description: string;
  /** Of a rule in a comment. */
  title(entry: RuleEntry): string;
  readonly fewest: string;
  readonly most: (score: string) => string;
}

export interface LayerOptions {
  readonly attack: 18 | 19;
  readonly score: ScoreBy;
  readonly text: LayerText;
}

const COLORS = ['#fff3c4', '#f59e0b', '#b91c1c'] as const;
/** Rules a comment names; the rest is counted. */
const MOST_NAMED = 20;

/**
 * A layer of the ATT&CK Navigator: https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
 * `dropped`: v19 ids that v18 has nothing for. Under v18 a rule counts for the id that it was tagged with, where v18 had that.
 */
export function layerOf(
  { rules, techniques }: Coverage,
  { attack, score, text }: LayerOptions,
): { readonly layer: Record<string, unknown>; readonly techniques: number; readonly dropped: readonly string[] } {
  const dropped: string[] = [];
  const byId = new Map<string, RuleEntry[]>();
  for (const { id, rules: named } of techniques) {
    if (attack === 18 && legacy(id).length === 0) dropped.push(id);
    for (const entry of named)
      for (const shown of attack === 19 ? [id] : idsOfV18(id, entry)) {
        const known = byId.get(shown);
        if (known === undefined) byId.set(shown, [entry]);
        else if (!known.includes(entry)) known.push(entry);
      }
  }
  const value = (named: readonly RuleEntry[]): number =>
    score === 'count' ? named.length : named.reduce((sum, { level }) => sum + WEIGHTS[level], 0);
  const shown = [...byId].sort(([a], [b]) => (a < b ? -1 : 1));
  const most = Math.max(1, ...shown.map(([, named]) => value(named)));
  return {
    techniques: shown.length,
    dropped,
    layer: {
      name: text.name,
      versions: { attack: String(attack), navigator: '5.1.0', layer: '4.5' },
      domain: 'enterprise-attack',
      description: text.description,
      filters: { platforms: ['Windows'] },
      sorting: 3,
      layout: {
        layout: 'side',
        aggregateFunction: 'sum',
        showID: true,
        showName: true,
        showAggregateScores: true,
        countUnscored: false,
        expandedSubtechniques: 'annotated',
      },
      hideDisabled: false,
      techniques: shown.map(([id, named]) => ({
        techniqueID: id,
        score: value(named),
        enabled: true,
        comment: comment(named, text),
        metadata: levelsOf(named),
        links: [{ label: id, url: techniqueUrl(id) }],
        showSubtechniques: shown.some(([other]) => other.startsWith(`${id}.`)) || id.includes('.'),
      })),
      gradient: { colors: COLORS.map((color) => `${color}ff`), minValue: 0, maxValue: most },
      legendItems: [
        { label: text.fewest, color: COLORS[0] },
        { label: text.most(String(most)), color: COLORS[2] },
      ],
      metadata: [{ name: 'rules', value: String(rules.length) }],
      links: [],
      showTacticRowBackground: false,
      tacticRowBackground: '#dddddd',
      selectTechniquesAcrossTactics: true,
      selectSubtechniquesWithParent: false,
      selectVisibleTechniques: false,
    },
  };
}

function idsOfV18(id: string, { rule }: RuleEntry): readonly string[] {
  const all = legacy(id);
  const tagged = rule.tags
    .map((tag) =>
      tag
        .trim()
        .toUpperCase()
        .replace(/^ATTACK\./, ''),
    )
    .filter((tag) => all.includes(tag));
  return tagged.length > 0 ? tagged : all;
}

function comment(named: readonly RuleEntry[], { title }: LayerText): string {
  const lines = named.slice(0, MOST_NAMED).map((entry) => title(entry));
  return named.length > MOST_NAMED ? [...lines, `… +${named.length - MOST_NAMED}`].join('\n') : lines.join('\n');
}

function levelsOf(named: readonly RuleEntry[]): { name: string; value: string }[] {
  const levels = Object.keys(WEIGHTS).reverse() as Level[];
  return levels.flatMap((level) => {
    const n = named.filter((entry) => entry.level === level).length;
    return n === 0 ? [] : [{ name: level, value: String(n) }];
  });
}

/** `T1059.001 PowerShell`; the id alone when it is unknown. */
export const techniqueText = (id: string): string => {
  const found = technique(id);
  if (found === undefined) return id;
  const parent = found.parent === undefined ? undefined : technique(found.parent);
  return `${found.id} ${parent === undefined ? '' : `${parent.name}: `}${found.name}`;
};
