import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { RuleText } from '../../detect/index.ts';
import type { Origin } from './fetched.ts';

/** Stands in every pulled pack: where it came from, and each file's SHA-256. */
export const MANIFEST = 'haetae-pack.json';
const FORMAT = 'haetae-pack/1';

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly source: Origin;
  /** Of --folder; [] is everything. */
  readonly folders: readonly string[];
  /** UTC, ISO 8601. */
  readonly pulled: string;
  readonly tool: string;
  readonly files: Readonly<Record<string, string>>;
}

export const manifestOf = (
  source: Origin,
  folders: readonly string[],
  nowMs: number,
  tool: string,
  files: ReadonlyMap<string, Uint8Array>,
): Manifest => ({
  format: FORMAT,
  source,
  folders,
  pulled: new Date(nowMs).toISOString(),
  tool,
  files: Object.fromEntries(
    [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, sha256(bytes)]),
  ),
});

/** What lies where a pack is to go. */
export type Installed =
  | { readonly kind: 'none' }
  /** Files that no pull brought. */
  | { readonly kind: 'foreign' }
  /** `touched`: files whose bytes are no longer those that were pulled, files added and files taken away. */
  | {
      readonly kind: 'pack';
      readonly manifest: Manifest;
      readonly rules: readonly RuleText[];
      readonly touched: readonly string[];
    };

export function installed(folder: string): Installed {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'none' };
  if (!stat.isDirectory()) return { kind: 'foreign' };
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    )
    .filter((path) => path !== MANIFEST)
    .sort();
  const manifest = readManifest(join(folder, MANIFEST));
  if (manifest === undefined) return paths.length === 0 ? { kind: 'none' } : { kind: 'foreign' };
  const touched = new Set(Object.keys(manifest.files).filter((path) => !paths.includes(path)));
  const rules: RuleText[] = [];
  for (const path of paths) {
    const bytes = readFileSync(join(folder, path));
    if (!Object.hasOwn(manifest.files, path) || manifest.files[path] !== sha256(bytes)) touched.add(path);
    if (/\.ya?ml$/i.test(path)) rules.push({ path, text: bytes.toString('utf8') });
  }
  return { kind: 'pack', manifest, rules, touched: [...touched].sort() };
}

function readManifest(path: string): Manifest | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as Partial<Manifest>;
    const whole = read.format === FORMAT && typeof read.files === 'object' && typeof read.source?.url === 'string';
    return whole ? (read as Manifest) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // not ours: the folder counts as foreign
    throw error;
  }
}

const aside = (folder: string, what: 'new' | 'old'): string =>
  join(dirname(folder), `.${basename(folder)}.haetae-${what}`);

/** Puts back what a pull that was cut short between its two renames left aside; true when there was such a thing. */
export function recover(folder: string): boolean {
  const old = aside(folder, 'old');
  if (existsSync(folder) || !existsSync(old)) return false;
  renameSync(old, folder);
  return true;
}

/** Puts a pack in place of what was there: written whole beside it first, then two renames. */
export function install(folder: string, manifest: Manifest, files: ReadonlyMap<string, Uint8Array>): void {
  const fresh = aside(folder, 'new');
  const old = aside(folder, 'old');
  rmSync(fresh, { recursive: true, force: true });
  try {
    mkdirSync(fresh, { recursive: true });
    for (const [path, bytes] of files) {
      const target = join(fresh, ...path.split('/'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes, { flag: 'wx' });
    }
    writeFileSync(join(fresh, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
    const had = existsSync(folder);
    if (had) {
      rmSync(old, { recursive: true, force: true });
      renameSync(folder, old);
    }
    try {
      renameSync(fresh, folder);
    } catch (error) {
      if (had) renameSync(old, folder);
      throw error;
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
