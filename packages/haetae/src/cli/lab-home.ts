import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LabWords } from '../locale/index.ts';
import { type LabToken, type Machine, newToken, type Pending, tokenFor, whyNoToken } from '../scenario/index.ts';
import { UsageError } from './usage.ts';

/** Where a lab machine keeps its token when nobody says. */
export function labFolder(
  given: string | undefined,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  uid: number | undefined,
): string {
  if (given !== undefined) return given;
  if (platform === 'win32') return join(env.ProgramData ?? 'C:\\ProgramData', 'Haetae', 'lab');
  if (uid === 0) return '/var/lib/haetae-lab';
  return join(env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'haetae-lab');
}

const tokenIn = (folder: string): string => join(folder, 'lab.json');
const pendingIn = (folder: string): string => join(folder, 'pending.json');

/** Makes the machine one of the lab. Throws UsageError where that may not be. */
export function giveToLab(folder: string, machine: Machine, nowMs: number, days: number, w: LabWords): LabToken {
  const because = whyNoToken(machine);
  if (because !== undefined) throw new UsageError(w.noLab[because]);
  const token = newToken(machine, nowMs, days);
  writeWhole(folder, tokenIn(folder), token, w);
  return token;
}

/** The lab's token. Throws UsageError where this machine is none of the lab's. */
export function labToken(folder: string, machine: Machine, nowMs: number, w: LabWords): LabToken {
  const path = tokenIn(folder);
  const token = tokenFor(existsSync(path) ? readFileSync(path, 'utf8') : undefined, machine, nowMs);
  if (typeof token === 'string') throw new UsageError(w.noLab[token]);
  return token;
}

/** What an earlier run could not take back. */
export function pendingAt(folder: string): Pending | undefined {
  try {
    return JSON.parse(readFileSync(pendingIn(folder), 'utf8')) as Pending;
  } catch {
    return undefined;
  }
}

export function keepPending(folder: string, pending: Pending | undefined, w: LabWords): void {
  if (pending === undefined) rmSync(pendingIn(folder), { force: true });
  else writeWhole(folder, pendingIn(folder), pending, w);
}

function writeWhole(folder: string, path: string, value: unknown, w: LabWords): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new UsageError(w.unwritable(path, (error as Error).message));
  }
}
