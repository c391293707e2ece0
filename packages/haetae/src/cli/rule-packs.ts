import type { Words } from '../locale/index.ts';
import { builtinRules, type RulePack, rulesAt } from '../rules/index.ts';
import { UsageError } from './usage.ts';

/** The rules of --rules and --no-builtin; a path without rules is a mistake that deserves an answer. */
export function rulePacks(
  { rules = [], builtin }: { readonly rules?: readonly string[]; readonly builtin: boolean },
  { errors }: Words,
): RulePack[] {
  const packs = builtin ? [builtinRules()] : [];
  for (const path of rules) {
    const pack = rulesAt(path);
    if (pack === undefined) throw new UsageError(errors.rulesPath(path));
    if (pack.files.length === 0) throw new UsageError(errors.noRuleFiles(path));
    packs.push(pack);
  }
  return packs;
}
