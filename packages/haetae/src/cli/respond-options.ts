import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { readIdentity } from '@haetae/agent/protocol';
import type { Words } from '../locale/index.ts';
import type { ServeOptions } from '../pipeline/index.ts';
import { DEFAULT_BOUNDS, type NeverList } from '../respond/index.ts';
import type { ServeFlags } from './flags.ts';
import { filesAt } from './respond-lint.ts';
import { executorsOption, neverOption } from './respond-never.ts';
import { UsageError } from './usage.ts';

/** The key lies apart from what it is to protect from. */
export function respondOptions(flags: ServeFlags, data: string, words: Words): NonNullable<ServeOptions['respond']> {
  const { respond: w } = words;
  const path = flags.respondKey === undefined ? undefined : resolve(flags.respondKey);
  if (path === undefined && flags.respondAutomatic === true) throw new UsageError(w.automaticNeedsKey);
  const key = path === undefined ? undefined : signingKeyAt(path, data, w);
  return {
    ...(key !== undefined && { key }),
    automatic: flags.respondAutomatic ?? false,
    playbooks: (flags.playbooks ?? []).flatMap((one) => filesAt(one, w.noPlaybooks)),
    builtin: flags.builtinPlaybooks ?? true,
    executors: executorsOption(flags.domainExecutor, w),
    bounds: { ...DEFAULT_BOUNDS, never: withServer(neverOption(flags.never, w), flags.publicUrl) },
  };
}

/** The PEM; refused where a link leads below the data folder, where others may read it, and where it is the server's own key. */
function signingKeyAt(path: string, data: string, w: Words['respond']): string {
  let key: string;
  try {
    if (realpathSync(path).startsWith(data + sep)) throw new UsageError(w.keyInside(path));
    if (process.platform !== 'win32' && (statSync(path).mode & 0o007) !== 0) throw new UsageError(w.keyOpen(path));
    key = readFileSync(path, 'utf8');
    const own = join(data, 'identity.pem');
    if (existsSync(own) && readIdentity(key).publicKey === readIdentity(readFileSync(own, 'utf8')).publicKey)
      throw new UsageError(w.keyShared(path));
    readIdentity(key);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(w.badKey(path, (error as Error).message));
  }
  return key;
}

/** Nothing is ever done to the server itself. */
function withServer(never: NeverList, publicUrl: string | undefined): NeverList {
  const own = [
    hostname(),
    ...(publicUrl !== undefined && URL.canParse(publicUrl) ? [new URL(publicUrl).hostname] : []),
  ];
  return { ...never, hosts: [...never.hosts, ...own] };
}
