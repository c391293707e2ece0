import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { lint } from '@haetae/sigma';
import { DETECTORS, type RuleText } from '../../detect/index.ts';
import { wordsOf } from '../../locale/index.ts';
import { ruleTools } from '../../rules/index.ts';
import type { api } from '../../server/index.ts';
import { StoreError } from '../../store/index.ts';
import { makeFolder } from './folder.ts';
import type { RuleBook } from './rule-book.ts';
import type { ListedRule } from './rules-load.ts';

export interface RuleDeskOptions {
  /** Where rules that are written here lie; read with the others. */
  readonly folder: string;
  readonly book: RuleBook;
  /** Of the rules in force. */
  readonly texts: () => readonly RuleText[];
  /** Texts of files that local ones stand for. */
  readonly replaced: () => readonly RuleText[];
  /** Reads the rules anew, now; undefined until they were read once. */
  readonly reload: () => (() => Promise<void>) | undefined;
}

/** Rules as people write and change them: looked over as they type, kept in a folder of their own. */
export interface RuleDesk {
  source(id: string): Promise<api.RuleSource | undefined>;
  check(draft: { readonly text: string; readonly lang: 'ko' | 'en' }): Promise<api.RuleVerdict>;
  /** Throws `invalid` for what cannot be in force; resolves once it is. */
  save(rule: api.NewRule): Promise<api.Rule>;
  /** False when there is no such rule that was written here. */
  remove(id: string): Promise<boolean>;
}

const DRAFT = 'rule.yml';
const MOST_PROBLEMS = 200;
const invalid = (message: string) => new StoreError('invalid', message);

export function ruleDesk({ folder, book, texts, replaced, reload }: RuleDeskOptions): RuleDesk {
  makeFolder(folder);
  const fileOf = (rule: ListedRule): string => join(folder, basename(rule.path));

  async function apply(change: () => void): Promise<void> {
    const again = reload();
    if (again === undefined) throw invalid('the rules are still being read; try again in a moment');
    change();
    await again();
  }

  async function check({ text, lang }: { text: string; lang: 'ko' | 'en' }): Promise<api.RuleVerdict> {
    const { lintAdvice, lintSaid, readRules } = await ruleTools();
    const words = wordsOf(lang);
    const file = { path: DRAFT, text };
    const found = lint([file], { ...lintAdvice(words.ruleTools.check), skip: ['file-name'] });
    const problems: api.RuleVerdict['problems'] = found
      .slice(0, MOST_PROBLEMS)
      .map(({ line, column, severity, check: id, message }) => ({
        ...{ line, column, severity, check: id },
        message: lintSaid(id, message, words),
      }));
    const { problems: refused } = DETECTORS.get('sigma')!.create({ rules: [file] });
    const errors = refused.filter(({ severity, code }) => severity === 'error' && code !== 'unknown-rule');
    for (const { line, column, reason } of errors)
      if (!problems.some((one) => one.severity === 'error' && one.line === (line ?? 1)))
        problems.push({ line: line ?? 1, column: column ?? 1, severity: 'error', check: '', message: reason });
    const rules = readRules([file]).entries.map(({ rule, level }) => ({ id: rule.id ?? '', title: rule.title, level }));
    const usable = errors.length === 0 && rules.length > 0 && rules.every(({ id }) => id !== '');
    return { usable, rules, problems: problems.sort(worstFirst) };
  }

  return {
    async source(id) {
      const rule = book.get(id);
      const file = texts().find(({ path }) => path === rule?.path);
      if (rule === undefined || file === undefined) return undefined;
      const { readRules } = await ruleTools();
      const stoodFor = rule.local
        ? replaced().find((one) => readRules([one]).entries.some((entry) => same(entry.rule.id, id)))
        : undefined;
      return { path: file.path, text: file.text, local: rule.local, replaces: stoodFor?.path ?? null };
    },
    check,
    async save({ text, replaces }) {
      const { usable, rules, problems } = await check({ text, lang: 'en' });
      if (!usable) {
        const [error] = problems.filter(({ severity }) => severity === 'error');
        if (error !== undefined) throw invalid(`${error.line}:${error.column}: ${error.message}`);
        throw invalid(rules.length === 0 ? 'there is no rule in it' : 'each rule needs an id: a UUID of its own');
      }
      const before = replaces === undefined ? undefined : book.get(replaces);
      if (replaces !== undefined && before === undefined) throw new StoreError('missing', 'there is no such rule');
      const ids = rules.map(({ id }) => id);
      const own = before === undefined ? [] : book.inFile(before.path);
      const lost = own.find(({ id }) => id !== '' && !ids.some((one) => same(one, id)));
      if (lost !== undefined)
        throw invalid(`the rule ${lost.id} (${lost.title}) is no longer in it: what replaces a file keeps its ids`);
      const taken = ids.map((id) => book.get(id)).find((known) => known !== undefined && known.path !== before?.path);
      if (taken !== undefined) throw invalid(`the id ${taken.id} is that of another rule: ${taken.title}`);
      const name = before?.local === true ? fileOf(before) : join(folder, `${nameOf(ids[0]!)}.yml`);
      await apply(() => {
        writeFileSync(`${name}.new`, text, { mode: 0o600 });
        renameSync(`${name}.new`, name);
      });
      const [saved] = await book.shown(ids.slice(0, 1));
      if (saved === undefined) throw invalid('it was saved, and could not be put in force');
      return saved;
    },
    async remove(id) {
      const rule = book.get(id);
      if (rule?.local !== true) return false;
      await apply(() => rmSync(fileOf(rule), { force: true }));
      return true;
    },
  };
}

const SEVERITIES = ['error', 'warning', 'info'];
type Problem = api.RuleVerdict['problems'][number];
const worstFirst = (a: Problem, b: Problem): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.line - b.line || a.column - b.column;
const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();
/** An id is a UUID as a rule, and may be anything. */
const nameOf = (id: string): string => id.replace(/[^\w-]/g, '_').slice(0, 80);
