import { compareInstants, type Instant, isWithin } from '../time.ts';

/**
 * What docs/correlation.md says, as plainly as it can be written: of the events of one group, in order of time, a window
 * begins with each and holds what comes within a timespan; one whose events are all in the window before is none; the
 * first that meets the condition is a finding, and the next may begin behind it.
 */
export function findWindows<T extends Instant>(
  events: readonly T[],
  spanMs: number,
  holds: (window: readonly T[]) => boolean,
): (readonly T[])[] {
  const sorted = [...events].sort(compareInstants);
  const found: (readonly T[])[] = [];
  let seen = 0;
  for (let from = 0; from < sorted.length; from++) {
    let to = from;
    while (to < sorted.length && isWithin(sorted[to]!, sorted[from]!, spanMs)) to++;
    if (to <= seen) continue;
    seen = to;
    const window = sorted.slice(from, to);
    if (!holds(window)) continue;
    found.push(window);
    from = to - 1;
  }
  return found;
}
