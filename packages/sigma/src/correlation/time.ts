/** A moment: ms since 1970, and 100 ns ticks within (0–9999). Their sum in one number would lose the ticks. */
export interface Instant {
  readonly timeMs: number;
  readonly timeTicks: number;
}

export const compareInstants = (a: Instant, b: Instant): number => a.timeMs - b.timeMs || a.timeTicks - b.timeTicks;

export const later = ({ timeMs, timeTicks }: Instant, ms: number): Instant => ({ timeMs: timeMs + ms, timeTicks });

/** Whether `t`, not before `start`, is at most `ms` behind it: both ends of a window belong to it. */
export const isWithin = (t: Instant, start: Instant, ms: number): boolean => {
  const between = t.timeMs - start.timeMs;
  return between < ms || (between === ms && t.timeTicks <= start.timeTicks);
};
