import type { Bound } from './rule.ts';

export function keeps(value: number, bounds: readonly Bound[]): boolean {
  for (const { op, number } of bounds) {
    switch (op) {
      case 'gt':
        if (!(value > number)) return false;
        break;
      case 'gte':
        if (!(value >= number)) return false;
        break;
      case 'lt':
        if (!(value < number)) return false;
        break;
      case 'lte':
        if (!(value <= number)) return false;
        break;
      case 'eq':
        if (value !== number) return false;
        break;
      case 'neq':
        if (value === number) return false;
        break;
      default:
        op satisfies never;
    }
  }
  return true;
}

/** Only from below: a value that grows keeps them for good. */
export const onlyLower = (bounds: readonly Bound[]): boolean => bounds.every(({ op }) => op === 'gt' || op === 'gte');

/** `gte 10`, `gt 100 and lte 200`. */
export const boundsText = (bounds: readonly Bound[]): string =>
  bounds.map(({ op, number }) => `${op} ${number}`).join(' and ');

/**
 * Why no value can keep the bounds, or undefined. `least` and `most`: the values that there can be; `whole`: counts only.
 */
export function impossible(
  bounds: readonly Bound[],
  { least, most, whole }: { readonly least: number; readonly most: number; readonly whole: boolean },
): string | undefined {
  if (whole) {
    // Every count that a bound could tell apart from its neighbours, and one beyond them all.
    const tried = bounds.flatMap(({ number: n }) => [Math.floor(n) - 1, Math.floor(n), Math.floor(n) + 1]);
    if ([least, most, ...tried].some((n) => Number.isFinite(n) && n >= least && n <= most && keeps(n, bounds)))
      return undefined;
    return keepsAny(bounds) ? `it is never below ${least}${most === Infinity ? '' : ` or above ${most}`}` : NOTHING;
  }
  const sorted = [least, most, ...bounds.map(({ number }) => number)].filter(Number.isFinite).sort((a, b) => a - b);
  const tried = sorted.flatMap((n, i) => [n - 1, n, n + 1, (n + (sorted[i + 1] ?? n)) / 2]);
  return tried.some((n) => n >= least && n <= most && keeps(n, bounds)) ? undefined : NOTHING;
}

const NOTHING = 'no number keeps all of it';

const keepsAny = (bounds: readonly Bound[]): boolean =>
  bounds.some(({ number: n }) =>
    [Math.floor(n) - 1, Math.floor(n), Math.floor(n) + 1].some((tried) => keeps(tried, bounds)),
  );
