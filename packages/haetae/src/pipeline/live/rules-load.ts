import { basename } from 'node:path';
import { DETECTORS, type DetectorSetup, describeProblem, type RuleText } from '../../detect/index.ts';
import { builtinRules, isRules, type RulePack, rulesAt, ruleTools } from '../../rules/index.ts';
import { withCompiledRules } from '../rule-cache.ts';

/** What rules are wanted. Plain data, so that the thread that reads them can be handed it. */
export interface RulesWanted {
  readonly builtin: boolean;
  readonly paths: readonly string[];
  /** Folder of the rules that people write on the pages; they stand before those of the same id elsewhere. */
  readonly local?: string;
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
  /** Written here. */
  readonly local: boolean;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly name: string | null;
}

export interface RulesLoaded {
  readonly setup: DetectorSetup;
  readonly listed: readonly ListedRule[];
  /** Events for and against rules that lay among them. */
  readonly examples: readonly RuleText[];
  /** Files that local ones stand for. */
  readonly replaced: readonly RuleText[];
  readonly packs: readonly { readonly name: string; readonly files: number; readonly sha256: string }[];
  /** Files that are broken and of which the text of before stays in force, and why. */
  readonly kept: readonly string[];
  /** Given paths at which nothing is. */
  readonly missing: readonly string[];
}

/** What paths of local rules begin with. */
export const LOCAL = 'local';

/** Reads and compiles rules. Takes seconds where nothing is in the cache: for a thread of its own. */
export async function loadRules(wanted: RulesWanted): Promise<RulesLoaded> {
  const packs: RulePack[] = wanted.builtin ? [builtinRules()] : [];
  const missing: string[] = [];
  for (const path of wanted.paths) {
    const pack = rulesAt(path);
    if (pack === undefined) missing.push(path);
    else packs.push(pack);
  }
  const local = localPack(wanted.local);
  if (local !== undefined) packs.push(local);
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
  const { texts, replaced } = standing(files.flat(), readRules);
  const { entries } = readRules(texts);
  const setup: DetectorSetup = {
    rules: texts,
    minLevel: wanted.minLevel,
    ...(wanted.strict && { strict: true }),
  };
  const hashes =
    kept.length + replaced.length === 0
      ? packs.map(({ sha256 }) => sha256)
      : texts.flatMap(({ path, text }) => [path, text]);
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
              local: rule.path?.startsWith(`${LOCAL}/`) === true,
              tactics: [...attack.tactics],
              techniques: [...attack.techniques],
              name: rule.name ?? null,
            },
          ],
    ),
    packs: packs.map(({ name, files: all, sha256 }) => ({ name, files: all.length, sha256 })),
    examples: packs.flatMap(({ examples }) => examples),
    replaced,
    kept,
    missing,
  };
}

/** None while there is nothing in it: a pack of no rules is none that people know of. */
function localPack(folder: string | undefined): RulePack | undefined {
  const pack = folder === undefined ? undefined : rulesAt(folder);
  if (pack === undefined || pack.files.length === 0) return undefined;
  const files = pack.files.map(({ path, text }) => ({ path: `${LOCAL}/${basename(path)}`, text }));
  return { ...pack, name: LOCAL, files };
}

type ReadRules = Awaited<ReturnType<typeof ruleTools>>['readRules'];

/** The files without those of which every rule has its id in a local one. */
function standing(all: readonly RuleText[], readRules: ReadRules): { texts: RuleText[]; replaced: RuleText[] } {
  const isLocal = ({ path }: RuleText): boolean => path.startsWith(`${LOCAL}/`);
  const idsOf = (files: readonly RuleText[]): string[] =>
    readRules(files).entries.map(({ rule }) => rule.id?.toLowerCase() ?? '');
  const ids = new Set(idsOf(all.filter(isLocal)));
  ids.delete('');
  if (ids.size === 0) return { texts: [...all], replaced: [] };
  const mentions = ({ text }: RuleText): boolean => {
    const low = text.toLowerCase();
    return [...ids].some((id) => low.includes(id));
  };
  const isReplaced = (file: RuleText): boolean => {
    if (isLocal(file) || !mentions(file)) return false;
    const own = idsOf([file]);
    return own.length > 0 && own.every((id) => ids.has(id));
  };
  return { texts: all.filter((file) => !isReplaced(file)), replaced: all.filter(isReplaced) };
}

/** Why a file gives less than it should; undefined when all of it can be used. */
function problemOf(file: RuleText): string | undefined {
  if (file.text.trim() === '') return `${file.path}:1:1: the file is empty`;
  if (!isRules(file.text)) return `${file.path}:1:1: there is no rule in it any more`;
  const { problems } = DETECTORS.get('sigma')!.create({ rules: [file] });
  const error = problems.find(({ severity, code }) => severity === 'error' && code !== 'unknown-rule');
  return error === undefined ? undefined : describeProblem(error);
}
