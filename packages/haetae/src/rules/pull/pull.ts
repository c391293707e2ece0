import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RuleText } from '../../detect/index.ts';
import { diffPacks, type PackDiff } from '../diff.ts';
import { PullError } from './error.ts';
import type { Fetched, LeftOut, Origin } from './fetched.ts';
import { fromFolder } from './folder.ts';
import { fromGit } from './git.ts';
import { download } from './http.ts';
import { install, installed, manifestOf, recover } from './install.ts';
import { isUnencrypted, packName, placeOf, publicUrl } from './url.ts';
import { fromZip } from './zip.ts';

export interface PullRequest {
  /** URL of a git repository or a zip, or a path to one or to a folder. */
  readonly from: string;
  /** The pack's folder. */
  readonly into: string;
  /** A commit, tag or branch; the SHA-256 of a zip. */
  readonly pin?: string | undefined;
  /** Only files below these; [] for all. */
  readonly folders: readonly string[];
  readonly dryRun: boolean;
  /** Replaces files changed by hand, and packs of other sources. */
  readonly force: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** `haetae 0.1.0` */
  readonly tool: string;
  readonly signal: AbortSignal;
}

export interface Pulled {
  readonly origin: Origin;
  readonly into: string;
  /** The rule files as they are now. */
  readonly rules: readonly RuleText[];
  readonly leftOut: readonly LeftOut[];
  /** undefined for the first pull. */
  readonly before: { readonly source: Origin; readonly pulled: string } | undefined;
  readonly diff: PackDiff;
  readonly unencrypted: boolean;
  readonly recovered: boolean;
}

/** Fetches a pack and puts it in place, whole or not at all. Throws PullError; then nothing was changed. */
export async function pull(request: PullRequest): Promise<Pulled> {
  const { folders, dryRun, force, nowMs, tool } = request;
  const into = resolve(request.into);
  const recovered = !dryRun && recover(into);
  const was = installed(into);
  if (was.kind === 'foreign') throw new PullError((e) => e.foreign(into));
  if (was.kind === 'pack' && was.touched.length > 0 && !force && !dryRun) {
    const shown = was.touched.slice(0, 5).join(', ') + (was.touched.length > 5 ? ' …' : '');
    throw new PullError((e) => e.touched(into, String(was.touched.length), shown));
  }
  const { origin, files, leftOut } = await fetchFrom(request);
  if (was.kind === 'pack' && was.manifest.source.url !== origin.url && !force)
    throw new PullError((e) => e.otherSource(into, was.manifest.source.url));
  const rules = [...files]
    .filter(([path]) => /\.ya?ml$/i.test(path))
    .map(([path, bytes]) => ({ path, text: new TextDecoder().decode(bytes) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (rules.length === 0) throw new PullError((e) => e.noRules(origin.url));
  const before = was.kind === 'pack' ? was : undefined;
  const diff = diffPacks(before?.rules ?? [], rules);
  if (!dryRun)
    try {
      install(into, manifestOf(origin, folders, nowMs, tool, files), files);
    } catch (error) {
      throw new PullError((e) => e.write(into, (error as Error).message), error);
    }
  return {
    origin,
    into,
    rules,
    leftOut,
    before: before && { source: before.manifest.source, pulled: before.manifest.pulled },
    diff,
    unencrypted: placeOf(request.from) !== 'local' && isUnencrypted(request.from),
    recovered,
  };
}

async function fetchFrom({ from, pin, folders, tool, signal }: PullRequest): Promise<Fetched> {
  const stat = statSync(from, { throwIfNoEntry: false });
  if (stat?.isFile()) return fromZip(readFileSync(from), resolve(from), pin, folders);
  if (stat?.isDirectory()) {
    const path = resolve(from);
    const bare = existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects'));
    if (bare || existsSync(join(path, '.git'))) return fromGit(path, pin, folders, signal);
    if (pin !== undefined) throw new PullError((e) => e.pinFolder);
    return fromFolder(path, folders);
  }
  switch (placeOf(from)) {
    case 'git':
      return fromGit(from, pin, folders, signal);
    case 'zip-url':
      return fromZip(await download(from, tool.replace(' ', '/'), signal), publicUrl(from), pin, folders);
    default:
      throw new PullError((e) => e.noSource(from));
  }
}

/** Where packs go that were given no place: the user's data folder of each system. */
export function defaultFolder(
  from: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  const data =
    platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'))
      : platform === 'darwin'
        ? join(home, 'Library', 'Application Support')
        : env.XDG_DATA_HOME || join(home, '.local', 'share');
  return join(data, 'haetae', 'rules', packName(from));
}
