import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BROWSER_ROOMS, PUBLISHED, ROOMS } from './rooms.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Static imports and re-exports (a statement begins a line), side-effect and dynamic imports, and code named by URL. */
const IMPORTS = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"\n]+)\1/gm,
  /^\s*import\s*(['"])([^'"\n]+)\1/gm,
  /\b(?:import|require)\s*\(\s*(['"`])([^'"`\n]+)\1/g,
  /\bnew URL\(\s*(['"`])(\.[^'"`\n]+\.[jt]s)\1/g,
];

const roomOf = (file: string): string | undefined =>
  Object.keys(ROOMS).find((name) => relative(ROOMS[name]!.path, file).split(sep)[0] !== '..');

/** Every breach of the law below `root`, as `file: what it imports`. */
function breaches(root: string): string[] {
  const found: string[] = [];
  for (const [name, room] of Object.entries(ROOMS)) {
    const base = join(root, room.path);
    for (const entry of readdirSync(base, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|js|mjs|svelte)$/.test(entry)) continue;
      const file = join(room.path, entry);
      const isTest = entry.endsWith('.test.ts') || entry.includes('testing');
      const code = readFileSync(join(base, entry), 'utf8');
      for (const [, , specifier] of IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)])) {
        if (!allowed(name, file, specifier!, isTest)) found.push(`${file.split(sep).join('/')}: ${specifier}`);
      }
    }
  }
  return found;
}

function allowed(name: string, file: string, specifier: string, isTest: boolean): boolean {
  const room = ROOMS[name]!;
  if (/\.(?:css|svg|svelte)$/.test(specifier) && specifier.startsWith('.'))
    return roomOf(relative(ROOT, resolve(ROOT, dirname(file), specifier))) === name;
  if (specifier.startsWith('.')) {
    const target = relative(ROOT, resolve(ROOT, dirname(file), specifier));
    const other = roomOf(target);
    if (other === name) return true;
    if (isTest && target.startsWith(`tests${sep}`)) return true;
    return other !== undefined && room.rooms.includes(other) && target === join(ROOMS[other]!.path, 'index.ts');
  }
  if (isBuiltin(specifier)) return isTest || !BROWSER_ROOMS.includes(name) || file.endsWith(`${sep}node.ts`);
  if (PUBLISHED[specifier] !== undefined) return room.rooms.includes(PUBLISHED[specifier]) || isTest;
  if (isTest && ['vitest', 'fast-check', 'rolldown', 'tar-stream'].includes(specifier)) return true;
  return room.packages.some((p) => specifier === p || specifier.startsWith(`${p}/`));
}

test('every import obeys the table in rooms.ts', () => {
  expect(breaches(ROOT)).toEqual([]);
});

test.each([
  ['a room above', "import { scan } from '../pipeline/index.ts';"],
  ['past a door', "export { x } from '../locale/width.ts';"],
  ['a dynamic import', "const m = await import('../cli/index.ts');"],
  ['a package that the room may not use', "import 'yaml';"],
  ['a published package that the room may not use', "import { parse } from '@haetae/sigma';"],
  ['a Node module in a room that runs in a browser', "import { readFileSync } from 'node:fs';"],
])('a planted stray import is caught, by file name: %s', (_what, line) => {
  const root = mkdtempSync(join(ROOT, 'node_modules', '.rooms-'));
  try {
    for (const room of Object.values(ROOMS)) mkdirSync(join(root, room.path), { recursive: true });
    writeFileSync(join(root, ROOMS['haetae/attack']!.path, 'stray.ts'), `${line}\n`);
    expect(breaches(root)).toEqual([expect.stringMatching(/^packages\/haetae\/src\/attack\/stray\.ts: /)]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
