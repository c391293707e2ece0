import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleText } from '../detect/index.ts';

/** Rules that were read together: the built-in pack, or one --rules path. */
export interface RulePack {
  readonly name: string;
  readonly files: readonly RuleText[];
}

const BUILTIN = fileURLToPath(new URL('../../content/rules/', import.meta.url));

/** The pack that comes with the product. Paths are told from its root, so that they are the same on every machine. */
export function builtinRules(): RulePack {
  const files = yamlFiles(BUILTIN)
    .filter((path) => !path.startsWith(`tests${sep}`))
    .map((path) => ({ path: `builtin/${path.split(sep).join('/')}`, text: readFileSync(join(BUILTIN, path), 'utf8') }));
  return { name: 'builtin', files };
}

/** The rules of a file or folder; undefined when there is no such path. A folder's files come in order of name. */
export function rulesAt(path: string): RulePack | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const files = stat.isDirectory() ? yamlFiles(path).map((below) => join(path, below)) : [path];
  return { name: path, files: files.map((file) => ({ path: file, text: readFileSync(file, 'utf8') })) };
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/i.test(name) && !name.split(sep).some((part) => part.startsWith('.')))
    .sort();
}
