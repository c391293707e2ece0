import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scripts } from './bundle/bundle.ts';
import type { PlaybookFile } from './playbooks/read.ts';

/** The folder of the built-in ones: the same whether this runs as source, compiled or bundled. */
const BUILTIN = fileURLToPath(new URL('../../content/playbooks/', import.meta.url));
const MOST_FILES = 1000;

export const builtinPlaybooks = (): PlaybookFile[] =>
  yamlFiles(BUILTIN).map((path) => ({ path: `builtin/${path}`, text: readFileSync(join(BUILTIN, path), 'utf8') }));

/** A file, or all below a folder; undefined where there is nothing. */
export function playbooksAt(path: string): PlaybookFile[] | undefined {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    return undefined;
  }
  const files = isFolder ? yamlFiles(path).map((one) => join(path, one)) : [path];
  return files.length === 0 ? undefined : files.map((file) => ({ path: file, text: readFileSync(file, 'utf8') }));
}

const yamlFiles = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => /\.ya?ml$/i.test(path))
    .map((path) => path.split(sep).join('/'))
    .sort()
    .slice(0, MOST_FILES);

/** The agent's package brings them: they are what it runs itself. */
export function respondScripts(): Scripts {
  const { resolve } = createRequire(import.meta.url);
  const bytes = (name: string): Uint8Array => readFileSync(resolve(`@haetae/agent/${name}`));
  return { ps1: bytes('haetae-respond.ps1'), sh: bytes('haetae-respond.sh') };
}
