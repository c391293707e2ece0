import { readFileSync } from 'node:fs';
import type { Words } from '../locale/index.ts';
import { UsageError } from './usage.ts';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object in a JSON file that a flag names; anything else is wrong usage, with the reason. */
export function jsonObjectAt(flag: string, path: string, { serve: w }: Words): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(w.configJson(path, error.message));
    throw new UsageError(w.noFile(flag, path, (error as Error).message));
  }
  if (!isObject(value)) throw new UsageError(w.configJson(path, '{}'));
  return value;
}
