import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleText } from '../detect/index.ts';

/** Rules that were read together: the built-in pack, or one --rules path. */
export interface RulePack {
  readonly name: string;
  readonly files: readonly RuleText[];
  /** Files of events for and against rules that lay among them: {@link isExamples}. */
  readonly examples: readonly RuleText[];
}

const BUILTIN = fileURLToPath(new URL('../../content/rules/', import.meta.url));

/** The pack that comes with the product. Paths are told from its root, so that they are the same on every machine. */
export function builtinRules(): RulePack {
  return packOf(
    'builtin',
    yamlFiles(BUILTIN).map((path) => ({
      path: `builtin/${path.split(sep).join('/')}`,
      text: readFileSync(join(BUILTIN, path), 'utf8'),
    })),
  );
}

/** The rules of a file or folder; undefined when there is no such path. A folder's files come in order of name. */
export function rulesAt(path: string): RulePack | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const files = stat.isDirectory() ? yamlFiles(path).map((below) => join(path, below)) : [path];
  return packOf(
    path,
    files.map((file) => ({ path: file, text: readFileSync(file, 'utf8') })),
  );
}

function packOf(name: string, files: readonly RuleText[]): RulePack {
  return {
    name,
    files: files.filter(({ text }) => !isExamples(text)),
    examples: files.filter(({ text }) => isExamples(text)),
  };
}

/** Whether a YAML text holds events for and against a rule (`rule:`, `positive:`, `negative:`), and no rule. */
export function isExamples(text: string): boolean {
  return /^rule:/m.test(text) && /^(?:positive|negative):/m.test(text) && !/^detection:/m.test(text);
}

/** Whether a YAML text is meant as a rule, a correlation or a filter; other YAML (workflows, settings) is none of ours. */
export function isRules(text: string): boolean {
  return /^(?:detection|correlation|filter)[ \t]*:/m.test(text);
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/i.test(name) && !name.split(sep).some((part) => part.startsWith('.')))
    .sort();
}
