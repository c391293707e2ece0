import type { Dirent } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { listFolder, realPath, statOf } from '../node.ts';

/** A file to be opened. Stdin has the path `-` and no size. */
export interface FoundFile {
  /** As given, joined with the path below it. */
  readonly path: string;
  /** Where it lies; undefined for stdin. */
  readonly file: string | undefined;
  readonly size: number | undefined;
}

/** A path that gave nothing. */
export interface Missed {
  readonly path: string;
  readonly kind: 'missing' | 'unreadable' | 'no-match' | 'special';
  readonly detail: string;
}

export interface Found {
  /** Stdin first, then by path in code unit order; each file once, under the path by which it was met first. */
  readonly files: readonly FoundFile[];
  readonly missed: readonly Missed[];
}

/**
 * The files behind the paths of a command line. Folders are walked to their depths; symbolic links are followed, each
 * folder once, so that a loop ends. A path that exists is never read as a glob. `-` is stdin.
 */
export async function discover(paths: readonly string[]): Promise<Found> {
  const walk: Walk = { files: [], missed: [], known: new Set(), links: [] };
  let stdin = false;
  for (const path of paths) {
    if (path === '-') stdin = true;
    else await take(path, walk);
  }
  // Real entries were taken first, so that a link to a file does not take its name away. Links may lead to links.
  for (let link = walk.links.shift(); link !== undefined; link = walk.links.shift()) await takeExisting(link, walk);
  walk.files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const files = stdin ? [{ path: '-', file: undefined, size: undefined }, ...walk.files] : walk.files;
  return { files, missed: walk.missed };
}

interface Walk {
  readonly files: FoundFile[];
  readonly missed: Missed[];
  /** Real paths of the files and folders taken. */
  readonly known: Set<string>;
  readonly links: string[];
}

async function take(path: string, walk: Walk): Promise<void> {
  let exists: boolean;
  try {
    exists = statOf(path) !== undefined;
  } catch (error) {
    walk.missed.push({ path, kind: 'unreadable', detail: reason(error) });
    return;
  }
  if (exists) return takeExisting(path, walk);
  const { glob, isDynamicPattern } = await import('tinyglobby');
  const pattern = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  if (!isDynamicPattern(pattern)) {
    walk.missed.push({ path, kind: 'missing', detail: 'no such file or folder' });
    return;
  }
  const matches = await glob(pattern, {
    absolute: isAbsolute(path),
    onlyFiles: false,
    expandDirectories: false,
    dot: true,
    caseSensitiveMatch: process.platform !== 'win32',
  });
  if (matches.length === 0) walk.missed.push({ path, kind: 'no-match', detail: 'the pattern matches no file' });
  for (const match of matches.sort()) await takeExisting(sep === '/' ? match : match.replaceAll('/', sep), walk);
}

/** Takes a file, or a folder with all that is below it. */
async function takeExisting(path: string, walk: Walk): Promise<void> {
  try {
    const stats = statOf(path);
    if (stats === undefined) walk.missed.push({ path, kind: 'missing', detail: 'a link to nothing' });
    else if (stats.isDirectory()) await takeFolder(stripped(path), realPath(path), walk);
    else takeFile(path, stats.isFile() ? realPath(path) : path, stats.isFile() ? stats.size : undefined, walk);
  } catch (error) {
    walk.missed.push({ path, kind: 'unreadable', detail: reason(error) });
  }
}

function takeFile(path: string, real: string, size: number | undefined, walk: Walk): void {
  if (walk.known.has(real)) return;
  walk.known.add(real);
  walk.files.push({ path, file: path, size });
}

async function takeFolder(path: string, real: string, walk: Walk): Promise<void> {
  if (walk.known.has(real)) return;
  walk.known.add(real);
  let entries: Dirent[];
  try {
    entries = await listFolder(path);
  } catch (error) {
    walk.missed.push({ path, kind: 'unreadable', detail: reason(error) });
    return;
  }
  for (const entry of entries) {
    const below = path.endsWith(sep) ? path + entry.name : path + sep + entry.name;
    if (entry.isDirectory()) await takeFolder(below, join(real, entry.name), walk);
    else if (entry.isSymbolicLink()) walk.links.push(below);
    else if (!entry.isFile()) walk.missed.push({ path: below, kind: 'special', detail: 'neither file nor folder' });
    else {
      try {
        // undefined: removed since the folder was listed; opening it tells so.
        takeFile(below, join(real, entry.name), statOf(below)?.size, walk);
      } catch (error) {
        walk.missed.push({ path: below, kind: 'unreadable', detail: reason(error) });
      }
    }
  }
}

/** Without separators at the end, but the root's own. */
function stripped(path: string): string {
  let end = path.length;
  while (end > 1 && (path[end - 1] === '/' || path[end - 1] === sep)) end--;
  return path.slice(0, end);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
