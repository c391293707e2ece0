import type { RuleText } from '../detect/index.ts';
import { type RuleEntry, readRules } from './read.ts';

export const CHANGES = [
  'detection',
  'logsource',
  'level',
  'status',
  'title',
  'tags',
  'falsepositives',
  'description',
  'path',
  'other',
] as const;
export type Change = (typeof CHANGES)[number];

export interface ChangedRule {
  readonly before: RuleEntry;
  readonly after: RuleEntry;
  /** In the order of {@link CHANGES}. */
  readonly what: readonly Change[];
}

export interface PackDiff {
  readonly added: readonly RuleEntry[];
  readonly removed: readonly RuleEntry[];
  readonly changed: readonly ChangedRule[];
}

/** What changed from one state of a pack to the next, rule by rule: by id; where a rule has none, by file and title. */
export function diffPacks(before: readonly RuleText[], after: readonly RuleText[]): PackDiff {
  const old = keyed(before);
  const now = keyed(after);
  const changed: ChangedRule[] = [];
  for (const [key, entry] of now) {
    const was = old.get(key);
    if (was === undefined) continue;
    const what = changesOf(was, entry);
    if (what.length > 0) changed.push({ before: was, after: entry, what });
  }
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, entry]) => entry),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, entry]) => entry),
    changed,
  };
}

function keyed(files: readonly RuleText[]): Map<string, RuleEntry> {
  const all = new Map<string, RuleEntry>();
  for (const entry of readRules(files).entries) {
    const { id, path, title } = entry.rule;
    const key = id === undefined ? `${path}\0${title}` : id.toLowerCase();
    // Documents of one id in one pack: each counts, the later ones by their place.
    all.set(all.has(key) ? `${key}\0${path}\0${title}` : key, entry);
  }
  return all;
}

function changesOf(before: RuleEntry, after: RuleEntry): Change[] {
  const [a, b] = [before.rule.raw, after.rule.raw];
  const named = new Set<string>(CHANGES);
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => stable(a[key]) !== stable(b[key]));
  const what = new Set<Change>(
    keys.map((key) => {
      if (key === 'correlation' || key === 'filter') return 'detection';
      return named.has(key) && key !== 'path' ? (key as Change) : 'other';
    }),
  );
  if (before.rule.path !== after.rule.path) what.add('path');
  return CHANGES.filter((change) => what.has(change));
}

/** Equal for equal data, whatever the order of keys: that is layout. */
function stable(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
