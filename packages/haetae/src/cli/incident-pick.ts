import type { Incident } from '../incident/index.ts';
import type { Words } from '../locale/index.ts';
import { UsageError } from './usage.ts';

const MOST_NAMED = 12;

/** A mistyped id is told before anything is read. */
export function idOption(text: string | undefined, { incidents: w }: Words): string | undefined {
  if (text === undefined) return undefined;
  const wanted = text.trim().toLowerCase();
  if (!/^[0-9a-f]{4,16}$/.test(wanted)) throw new UsageError(w.badId(text));
  return wanted;
}

/** The incident that --id names by its id or the first digits of it; an id that was merged into another names that one. */
export function pickIncident(incidents: readonly Incident[], wanted: string, { incidents: w }: Words): Incident {
  const found = incidents.filter(({ id, merged }) => [id, ...merged].some((one) => one.startsWith(wanted)));
  const [first, second] = found;
  const names = (list: readonly Incident[]): string =>
    list
      .slice(0, MOST_NAMED)
      .map(({ id }) => id.slice(0, 8))
      .join(', ');
  if (first === undefined) throw new UsageError(incidents.length === 0 ? w.none : w.unknown(wanted, names(incidents)));
  if (second !== undefined) throw new UsageError(w.ambiguous(wanted, names(found)));
  return first;
}
