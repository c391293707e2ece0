import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleText } from '../detect/index.ts';

/** Rules that were read together: the built-in pack, or one --rules path. */
export interface RulePack {
  readonly name: string;
  readonly files: readonly RuleText[];
  /** Of the files' paths and contents in order; the same pack has the same hash anywhere. */
  readonly sha256: string;
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

function packOf(name: string, all: readonly RuleText[]): RulePack {
  const files: RuleText[] = [];
  const examples: RuleText[] = [];
  for (const file of all) (isExamples(file.text) ? examples : files).push(file);
  return { name, files, sha256: hashOf(files), examples };
}

function hashOf(files: readonly RuleText[]): string {
  const hash = createHash('sha256');
  for (const { path, text } of files) hash.update(`${path}\0${Buffer.byteLength(text)}\0`).update(text);
  return hash.digest('hex');
}

/** Whether a YAML text holds events for and against a rule (`rule:`, `positive:`, `negative:`), and no rule. */
export function isExamples(text: string): boolean {
  // Rules, which are nearly all, are told by the first look.
  return (
    text.includes('rule:') &&
    /^rule:/m.test(text) &&
    /^(?:positive|negative):/m.test(text) &&
    !/^detection:/m.test(text)
  );
}

/** Whether a YAML text is meant as a rule, a correlation or a filter; other YAML (workflows, settings) is none of ours. */
export function isRules(text: string): boolean {
  return /^(?:detection|correlation|filter)[ \t]*:/m.test(text);
}

/** Below a folder, in order of name; what begins with a dot is left alone. Not readdir's own recursion, which takes ten times as long. */
function yamlFiles(folder: string): string[] {
  const found: string[] = [];
  const walk = (at: string, below: string, above: readonly string[]): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = join(at, entry.name);
      const kind = kindOf(entry, path);
      if (kind === 'file' && /\.ya?ml$/i.test(entry.name)) found.push(below + entry.name);
      if (kind !== 'folder') continue;
      const real = entry.isSymbolicLink() ? realpathSync(path) : path;
      // A link to a folder that it lies in would go round for ever.
      if (!above.includes(real)) walk(path, `${below}${entry.name}${sep}`, [...above, real]);
    }
  };
  walk(folder, '', [realpathSync(folder)]);
  return found.sort();
}

function kindOf(entry: Dirent, path: string): 'file' | 'folder' | undefined {
  const what = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
  return what?.isFile() ? 'file' : what?.isDirectory() ? 'folder' : undefined;
}
