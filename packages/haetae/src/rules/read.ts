import {
  type Level,
  parseRules,
  type Refused,
  type SigmaCorrelation,
  type SigmaError,
  type SigmaFilter,
  type SigmaRule,
} from '@haetae/sigma';
import { type AttackTags, fromSigmaTags } from '../attack/index.ts';
import type { RuleText } from '../detect/index.ts';

/** A document of a pack, with what Haetae reads out of it beside Sigma. */
export type RuleEntry = Readonly<
  { level: Level; titleKo: string | undefined; descriptionKo: string | undefined; attack: AttackTags } & (
    | { kind: 'rule'; rule: SigmaRule }
    | { kind: 'correlation'; rule: SigmaCorrelation }
    | { kind: 'filter'; rule: SigmaFilter }
  )
>;

export interface RuleBook {
  /** In the order of the files. */
  readonly entries: readonly RuleEntry[];
  readonly refused: readonly Refused[];
  readonly problems: readonly SigmaError[];
}

/** Reads every document of the files. What gives nothing is among `refused`, with its place. */
export function readRules(files: readonly RuleText[]): RuleBook {
  const entries: RuleEntry[] = [];
  const refused: Refused[] = [];
  const problems: SigmaError[] = [];
  for (const { path, text } of files) {
    const parsed = parseRules(text, { file: path });
    for (const rule of parsed.rules) entries.push({ kind: 'rule', rule, ...aboutOf(rule) });
    for (const rule of parsed.correlations) entries.push({ kind: 'correlation', rule, ...aboutOf(rule) });
    for (const rule of parsed.filters) entries.push({ kind: 'filter', rule, ...aboutOf(rule) });
    refused.push(...parsed.refused);
    problems.push(...parsed.problems);
  }
  return { entries, refused, problems };
}

function aboutOf(rule: SigmaRule | SigmaCorrelation | SigmaFilter) {
  const own: unknown = rule.raw.haetae;
  const korean = (key: string): string | undefined => {
    const text = typeof own === 'object' && own !== null ? (own as Record<string, unknown>)[key] : undefined;
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
  return {
    level: rule.level ?? 'informational',
    titleKo: korean('title_ko'),
    descriptionKo: korean('description_ko'),
    attack: fromSigmaTags(rule.tags),
  } as const;
}

/** The log source in one word or two: `process_creation`, `security`, `registry_set/sysmon`; a correlation's type. */
export function sourceName(entry: RuleEntry): string {
  if (entry.kind === 'correlation') return entry.rule.type;
  const { product, category, service } = entry.rule.logsource;
  const words = [category, service].filter((word) => word !== undefined);
  return words.length > 0 ? words.join('/') : (product ?? '*');
}
