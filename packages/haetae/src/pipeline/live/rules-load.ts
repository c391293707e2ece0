import { DETECTORS, type DetectorSetup, describeProblem, type RuleText } from '../../detect/index.ts';
import { builtinRules, isRules, type RulePack, rulesAt, ruleTools } from '../../rules/index.ts';
import { withCompiledRules } from '../rule-cache.ts';

/** What rules are wanted. Plain data, so that the thread that reads them can be handed it. */
export interface RulesWanted {
  readonly builtin: boolean;
  readonly paths: readonly string[];
  readonly minLevel: NonNullable<DetectorSetup['minLevel']>;
  readonly strict: boolean;
  /** Of compiled rules; undefined for none. */
  readonly cache: string | undefined;
  /** Texts of files that were in force before: one that is broken now stays as it was. */
  readonly before: readonly RuleText[];
}

/** A rule as it is shown. */
export interface ListedRule {
  readonly id: string;
  readonly title: string;
  readonly titleKo: string | null;
  readonly level: NonNullable<DetectorSetup['minLevel']>;
  readonly path: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly name: string | null;
}

export interface RulesLoaded {
  readonly setup: DetectorSetup;
  readonly listed: readonly ListedRule[];
  readonly packs: readonly { readonly name: string; readonly files: number }[];
  /** Files that are broken and of which the text of before stays in force, and why. */
  readonly kept: readonly string[];
  /** Given paths at which nothing is. */
  readonly missing: readonly string[];
}

/** Reads and compiles rules. Takes seconds where nothing is in the cache: for a thread of its own. */
export async function loadRules(wanted: RulesWanted): Promise<RulesLoaded> {
  const packs: RulePack[] = wanted.builtin ? [builtinRules()] : [];
  const missing: string[] = [];
  for (const path of wanted.paths) {
    const pack = rulesAt(path);
    if (pack === undefined) missing.push(path);
    else packs.push(pack);
  }
  const { readRules } = await ruleTools();
  const before = new Map(wanted.before.map((file) => [file.path, file.text]));
  const kept: string[] = [];
  // A file that was there and is broken now, or cut off while it is written, is read as it was.
  const files = packs.map(({ files: all }) =>
    all.map((file) => {
      const old = before.get(file.path);
      if (old === undefined || old === file.text) return file;
      const problem = problemOf(file);
      if (problem === undefined) return file;
      kept.push(problem);
      return { path: file.path, text: old };
    }),
  );
  const texts = files.flat();
  const { entries } = readRules(texts);
  const setup: DetectorSetup = {
    rules: texts,
    minLevel: wanted.minLevel,
    ...(wanted.strict && { strict: true }),
  };
  const hashes =
    kept.length === 0 ? packs.map(({ sha256 }) => sha256) : texts.flatMap(({ path, text }) => [path, text]);
  return {
    setup: withCompiledRules(setup, hashes, ['sigma'], wanted.cache),
    listed: entries.flatMap(({ kind, rule, level, titleKo = null, attack }) =>
      kind === 'filter'
        ? []
        : [
            {
              id: rule.id ?? '',
              title: rule.title,
              titleKo,
              level,
              path: rule.path ?? '',
              tactics: [...attack.tactics],
              techniques: [...attack.techniques],
              name: rule.name ?? null,
            },
          ],
    ),
    packs: packs.map(({ name, files: all }) => ({ name, files: all.length })),
    kept,
    missing,
  };
}

/** Why a file gives less than it should; undefined when all of it can be used. */
function problemOf(file: RuleText): string | undefined {
  if (file.text.trim() === '') return `${file.path}:1:1: the file is empty`;
  if (!isRules(file.text)) return `${file.path}:1:1: there is no rule in it any more`;
  const { problems } = DETECTORS.get('sigma')!.create({ rules: [file] });
  const error = problems.find(({ severity, code }) => severity === 'error' && code !== 'unknown-rule');
  return error === undefined ? undefined : describeProblem(error);
}
