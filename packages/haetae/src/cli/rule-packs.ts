import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parsePipeline } from '@haetae/sigma';
import type { PipelineText } from '../detect/index.ts';
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
    const pack = readPack(path);
    if (pack === undefined) throw new UsageError(errors.rulesPath(path));
    if (pack.files.length === 0) throw new UsageError(errors.noRuleFiles(path));
    packs.push(pack);
  }
  return packs;
}

/** A rule that cannot be read is said by its path: a scan without it would find less than it was asked to. */
function readPack(path: string): RulePack | undefined {
  try {
    return rulesAt(path);
  } catch (error) {
    throw new UsageError(`--rules ${path}: ${(error as Error).message}`);
  }
}

/** The files of --pipeline with those that they name, looked up beside them. One with errors is refused: its rules would be others. */
export function pipelineTexts(paths: readonly string[] = [], { errors }: Words): PipelineText[] {
  return paths.map((path) => {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new UsageError(errors.pipelinePath(path));
    const text = readFileSync(path, 'utf8');
    const files: Record<string, string> = {};
    const loadFile = (name: string): string => {
      files[name] = readFileSync(resolve(dirname(path), name), 'utf8');
      return files[name];
    };
    const { problems } = parsePipeline(text, { file: path, loadFile });
    if (problems.length > 0) throw new UsageError(problems.map(({ message }) => message).join('\n'));
    return { path, text, files };
  });
}
