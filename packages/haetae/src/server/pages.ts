import { StoreError } from '../store/index.ts';
import type { Page } from './ports.ts';

/** Of a cursor that is a number; another one is refused. */
export function number(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,15}$/.test(cursor)) throw new StoreError('invalid', 'the cursor is not one that was given out');
  return Number(cursor);
}

/** `items`: one more than the limit where there is a page behind. */
export function pageOf<T>(items: readonly T[], limit: number, next: (last: T) => string): Page<T> {
  if (items.length <= limit) return { items, next: null };
  const shown = items.slice(0, limit);
  return { items: shown, next: next(shown.at(-1)!) };
}

/** Of a count, after which a page rather says that it could not. */
export const COUNT_MS = 20_000;

/** Without the members that are undefined, which exact types do not take for absent. */
export function given<T extends object>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as never;
}
