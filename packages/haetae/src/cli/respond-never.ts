import { readFileSync } from 'node:fs';
import type { Words } from '../locale/index.ts';
import { DEFAULT_BOUNDS, type NeverList, readNever } from '../respond/index.ts';
import { UsageError } from './usage.ts';

/** By domain, in lower case, the host from which its accounts are disabled. */
export function executorsOption(
  given: readonly string[] | undefined,
  w: Words['respond'],
): ReadonlyMap<string, string> {
  return new Map(
    (given ?? []).map((text) => {
      const [, domain, host] = /^([^=\s]+)=([^=\s]+)$/.exec(text) ?? [];
      if (domain === undefined || host === undefined) throw new UsageError(w.badExecutor(text));
      return [domain.toLowerCase(), host];
    }),
  );
}

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
