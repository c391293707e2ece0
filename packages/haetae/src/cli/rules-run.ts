import { printable } from '../locale/index.ts';
import type { RuleEntry } from '../rules/index.ts';
import { type Console, fileOut, type Out } from './console.ts';
import { checkLanguage } from './options.ts';
import { UsageError } from './usage.ts';

/**
 * Runs a command that reads no logs: its text goes to stdout or, whole, to the file of --output. `body` returns the exit
 * status; a usage error of it leaves no file.
 */
export async function toOutput(
  console: Console,
  flags: { readonly lang?: string; readonly output?: string },
  body: (out: Out) => Promise<number> | number,
): Promise<void> {
  const { words } = console;
  checkLanguage(flags.lang, words);
  const file = flags.output === undefined ? undefined : openFile(flags.output, console);
  try {
    const status = await body(file ?? console.stdout);
    file?.commit();
    console.exit(status);
  } catch (error) {
    file?.discard();
    throw error;
  }
}

export function openFile(path: string, { words }: Console) {
  try {
    return fileOut(path);
  } catch (error) {
    throw new UsageError(words.errors.output(path, (error as Error).message));
  }
}

/** The title in the reader's language, safe for a terminal. */
export function entryTitle({ rule, titleKo }: RuleEntry, lang: 'ko' | 'en'): string {
  return printable((lang === 'ko' ? titleKo : undefined) ?? rule.title);
}

/** A rule as JSON lists it. */
export const entryJson = ({ rule, kind, level, titleKo, attack }: RuleEntry) => ({
  id: rule.id ?? null,
  title: rule.title,
  ...(titleKo === undefined ? {} : { titleKo }),
  kind,
  level,
  status: rule.status ?? null,
  logsource: 'logsource' in rule ? rule.logsource : null,
  tactics: attack.tactics,
  techniques: attack.techniques,
  path: rule.path ?? null,
});

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
