import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printable, type Words } from '../locale/index.ts';
import { type NotifyConfig, type NotifyProblem, readNotify, readSecret, withSecrets } from '../notify/index.ts';
import { UsageError } from './usage.ts';

export const NOTIFY_FILE = 'notify.yml';

/** The file that is given, or the one in the data folder; undefined where there is none. */
export function notifyPath(given: string | undefined, data: string): string | undefined {
  if (given !== undefined) return given;
  const path = join(data, NOTIFY_FILE);
  return existsSync(path) ? path : undefined;
}

/** For a server: where the file is or will be, and what it says; one that is given must be there. */
export function notifyOption(
  given: string | undefined,
  data: string,
  words: Words,
): { readonly path: string; readonly config: NotifyConfig | undefined } {
  const path = notifyPath(given, data);
  return path === undefined
    ? { path: join(data, NOTIFY_FILE), config: undefined }
    : { path, config: soundNotifyAt(path, words) };
}

export function notifyAt(path: string, { lang, notify: w }: Words) {
  try {
    return readNotify(readFileSync(path, 'utf8'), lang);
  } catch (error) {
    throw new UsageError(w.noFile(path, (error as NodeJS.ErrnoException).code ?? 'unreadable'));
  }
}

/** A sound one; else its first mistakes. */
export function soundNotifyAt(path: string, words: Words): NotifyConfig {
  const { config, problems } = notifyAt(path, words);
  if (config !== undefined) return config;
  const errors = problems.filter(({ severity }) => severity === 'error').slice(0, 5);
  throw new UsageError([words.notify.unsound(path), ...errors.map((one) => problemLine(path, one, words))].join('\n'));
}

export const problemLine = (
  path: string,
  { severity, line, column, code, about }: NotifyProblem,
  { notify: w }: Words,
): string => `${printable(path)}:${line}:${column}: ${w.severity[severity]}: ${w.faults[code](printable(about))}`;

/** Channels that are on, and whose secrets are not there. */
export const missingSecrets = ({ channels }: NotifyConfig): string[] =>
  channels
    .filter(({ on }) => on)
    .flatMap((channel) => withSecrets(channel, readSecret).missing.map((about) => `${channel.name}: ${about}`));
