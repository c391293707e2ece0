import { readFileSync } from 'node:fs';
import type { Words } from '../locale/index.ts';
import { DEFAULT_BOUNDS, type NeverList, readNever } from '../respond/index.ts';
import { UsageError } from './usage.ts';

/** What nothing is done to: the file of --never, and what is on the list always. */
export function neverOption(path: string | undefined, w: Words['respond']): NeverList {
  const base = DEFAULT_BOUNDS.never;
  if (path === undefined) return base;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(w.badNever(path, (error as Error).message));
  }
  const read = readNever(text, base);
  if ('fault' in read) throw new UsageError(w.badNever(path, read.fault));
  return read.never;
}
