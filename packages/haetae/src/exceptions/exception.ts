import { parseRules, type SigmaError, type SigmaFilter } from '@haetae/sigma';
import type { RuleText } from '../detect/index.ts';

/** What became of an exception: only one in force hides findings. */
export type ExceptionState = 'in-force' | 'expired' | 'incomplete';

/** Somebody's word that what a filter describes is known and good: who, why, and until when. */
export interface Exception {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  /** From 1: where its document begins. */
  readonly line: number;
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, `2026-12-31`; '' where it tells none. */
  readonly expires: string;
  readonly state: ExceptionState;
  /** Keys below `haetae:` that it cannot do without and lacks: why it is incomplete. */
  readonly lacks: readonly (typeof NEEDED)[number][];
  /** A detector other than sigma whose findings it is about, such as `anomaly`. */
  readonly detector: string | undefined;
  readonly filter: SigmaFilter;
}

export interface ExceptionBook {
  readonly exceptions: readonly Exception[];
  /** Documents that are no exception, and odd ones. */
  readonly problems: readonly SigmaError[];
}

const NEEDED = ['owner', 'reason', 'expires'] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads exceptions: Sigma filters whose `haetae:` names an owner, a reason and the last day on which they hold. One that
 * lacks any of these is not in force: what nobody answers for and what never ends would be a blind spot. Rules among the
 * files are a problem, not read. `now`: ms since 1970.
 */
export function readExceptions(files: readonly RuleText[], now: number): ExceptionBook {
  const exceptions: Exception[] = [];
  const problems: SigmaError[] = [];
  for (const { path, text } of files) {
    const parsed = parseRules(text, { file: path });
    problems.push(...parsed.problems);
    for (const filter of parsed.filters) exceptions.push(toException(filter, path, now));
  }
  return { exceptions, problems };
}

function toException(filter: SigmaFilter, file: string, now: number): Exception {
  const own: unknown = filter.raw.haetae;
  const said = (key: string): string => {
    const value = typeof own === 'object' && own !== null ? (own as Record<string, unknown>)[key] : undefined;
    if (value instanceof Date) return value.toISOString().slice(0, 10);
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
  const expires = isDay(said('expires')) ? said('expires') : '';
  const values = { owner: said('owner'), reason: said('reason'), expires };
  const lacks = NEEDED.filter((key) => values[key] === '');
  const detector = said('detector');
  return {
    id: filter.id ?? '',
    title: filter.title,
    file,
    line: filter.at.line,
    ...values,
    state: lacks.length > 0 ? 'incomplete' : hasPassed(expires, now) ? 'expired' : 'in-force',
    lacks,
    detector: detector === '' || detector === 'sigma' ? undefined : detector,
    filter,
  };
}

/** A day that exists, as `2026-12-31`. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}

/** Whether a day is over wherever on earth the owner meant it: the last zone to end it is UTC−12. */
export const hasPassed = (day: string, now: number): boolean => now >= Date.parse(`${day}T00:00:00Z`) + 36 * 3_600_000;
