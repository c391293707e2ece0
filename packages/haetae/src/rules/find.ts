import { LEVELS, type Level } from '@haetae/sigma';
import { current, tactic } from '../attack/index.ts';
import type { RuleEntry } from './read.ts';

/** What a user picks rules by; what is left out is not asked. */
export interface RuleFilter {
  /** Any of these levels. */
  readonly levels?: ReadonlySet<Level>;
  /** A v19 tactic, or one of v18 by its name. */
  readonly tactic?: string;
  /** An id of v18 or v19; a technique means its sub-techniques too. */
  readonly technique?: string;
  /** Words that must all stand in titles, description, id, tags or log source; in any letter case. */
  readonly search?: string;
}

export function pick(entries: readonly RuleEntry[], filter: RuleFilter): RuleEntry[] {
  const technique = filter.technique === undefined ? undefined : (current(filter.technique) ?? filter.technique);
  const shortname = filter.tactic === undefined ? undefined : tactic(filter.tactic)?.shortname;
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ rule, level, titleKo, descriptionKo, attack, kind }) => {
    if (filter.levels !== undefined && !filter.levels.has(level)) return false;
    if (filter.tactic !== undefined && !attack.tactics.some((name) => name === shortname)) return false;
    if (technique !== undefined && !attack.techniques.some((id) => id === technique || id.startsWith(`${technique}.`)))
      return false;
    if (words.length === 0) return true;
    const source = kind === 'correlation' ? [rule.type] : Object.values(rule.logsource);
    const text = [rule.title, titleKo, rule.description, descriptionKo, rule.id, rule.name, ...rule.tags, ...source];
    const all = text.join('\n').toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** The worst first, then by title. */
export function byLevel(a: RuleEntry, b: RuleEntry): number {
  const [x, y] = [a.rule.title.toLowerCase(), b.rule.title.toLowerCase()];
  return LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || (x < y ? -1 : x > y ? 1 : 0);
}

/**
 * The rules that a user means: by id or the beginning of one, by name, by title, by the file's name; if nothing fits
 * wholly, by a part of a title or file name. Several where the words are ambiguous.
 */
export function findRules(entries: readonly RuleEntry[], wanted: string): RuleEntry[] {
  const text = wanted.trim().toLowerCase();
  const tries: readonly ((entry: RuleEntry) => boolean)[] = [
    ({ rule }) => rule.id?.toLowerCase() === text,
    ({ rule }) => rule.name?.toLowerCase() === text,
    ({ rule, titleKo }) => rule.title.toLowerCase() === text || titleKo === wanted.trim(),
    ({ rule }) => text.length >= 4 && /^[0-9a-f-]+$/.test(text) && rule.id?.toLowerCase().startsWith(text) === true,
    ({ rule }) => fileName(rule.path ?? '') === text || fileName(rule.path ?? '').replace(/\.ya?ml$/, '') === text,
    ({ rule, titleKo }) =>
      rule.title.toLowerCase().includes(text) ||
      titleKo?.includes(wanted.trim()) === true ||
      fileName(rule.path ?? '').includes(text.replaceAll(' ', '_')),
  ];
  for (const fits of tries) {
    const found = entries.filter(fits);
    if (found.length > 0) return found;
  }
  return [];
}

const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
