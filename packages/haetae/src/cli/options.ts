import { isLanguage, parseInstant, parseZone, systemZone, type Words, type Zone } from '../locale/index.ts';
import { UsageError } from './usage.ts';

/** Sigma's levels, least first. */
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

const SHORT: Readonly<Record<string, Level>> = { info: 'informational', med: 'medium', crit: 'critical' };

export function zoneOption(text: string | undefined, words: Words): Zone {
  const zone = text === undefined ? systemZone() : parseZone(text);
  if (zone === undefined) throw new UsageError(words.errors.zone(text ?? ''));
  return zone;
}

/** A level by its English or translated name. */
export function levelOption(flag: string, text: string, words: Words): Level {
  const lower = text.toLowerCase();
  const level = LEVELS.find((l) => l === lower || words.levels[l] === text) ?? SHORT[lower];
  if (level === undefined) throw new UsageError(words.errors.level(flag, text, LEVELS.join(', ')));
  return level;
}

/** The range of --from and --to in ms since 1970; both ends belong to it. */
export function rangeOption(
  flags: { readonly from?: string; readonly to?: string },
  zone: Zone,
  words: Words,
): { readonly from: number; readonly to: number } {
  const read = (flag: 'from' | 'to', edge: 'start' | 'end', otherwise: number): number => {
    const text = flags[flag];
    if (text === undefined) return otherwise;
    const instant = parseInstant(text, zone, edge);
    if (instant === undefined) throw new UsageError(words.errors.instant(`--${flag}`, text));
    return instant;
  };
  const range = {
    from: read('from', 'start', Number.NEGATIVE_INFINITY),
    to: read('to', 'end', Number.POSITIVE_INFINITY),
  };
  if (range.from > range.to) throw new UsageError(words.errors.range);
  return range;
}

/** undefined where the user leaves the number to us. */
export function threadsOption(text: string | undefined, words: Words): number | undefined {
  if (text === undefined) return undefined;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 64) throw new UsageError(words.errors.threads(text));
  return n;
}

/** A number from 0; undefined where the user gave none. */
export function wholeNumber(flag: string, text: string | undefined, words: Words): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(words.ruleTools.explain.number(flag, text));
  return Number(text);
}

/** Paths as given; none at all is a mistake that deserves an answer. */
export function pathsOption(paths: readonly string[], words: Words): readonly string[] {
  if (paths.length === 0) throw new UsageError(words.errors.noPaths);
  if (paths.filter((path) => path === '-').length > 1) throw new UsageError(words.errors.stdinTwice);
  return paths;
}

/** The language of --lang, looked up before the command line is parsed so that the parser too speaks it. */
export function languageFlag(argv: readonly string[]): string | undefined {
  const i = argv.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  if (i < 0) return undefined;
  const arg = argv[i]!;
  return arg.startsWith('--lang=') ? arg.slice('--lang='.length) : (argv[i + 1] ?? '');
}

export function checkLanguage(flag: string | undefined, words: Words): void {
  if (flag !== undefined && !isLanguage(flag)) throw new UsageError(words.errors.language(flag));
}
