/** How long a log is usually still between two records, learned from the signs of life of its host. Times in milliseconds. */
export interface Quiet {
  lastRecord: string;
  /** Still so far, in time during which the host was heard of. */
  quietMs: number;
  /** Time watched, and changes seen, since it was first seen. */
  watchedMs: number;
  changes: number;
  /** The longest stillness of each of the last hours that had one: [hour, ms]. */
  readonly longest: [hour: number, ms: number][];
  isTold: boolean;
}

export interface QuietLimits {
  /** Not before it was watched so long, and wrote so often. */
  readonly learnMs: number;
  readonly learnChanges: number;
  /** Silence is so many times the longest stillness of the last day, and never less than `leastMs`, never more than `mostMs`. */
  readonly times: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

const HOUR = 60 * 60_000;
const HOURS = 24;

export const newQuiet = (lastRecord: string): Quiet => ({
  lastRecord,
  quietMs: 0,
  watchedMs: 0,
  changes: 0,
  longest: [],
  isTold: false,
});

/** Takes a look at the log, `sinceMs` after the last one; the silence to be told now, as its length and the longest usual stillness. */
export function looked(
  quiet: Quiet,
  lastRecord: string,
  nowMs: number,
  sinceMs: number,
  limits: QuietLimits,
): { readonly quietMs: number; readonly usualMs: number } | undefined {
  quiet.watchedMs += sinceMs;
  quiet.quietMs += sinceMs;
  if (lastRecord !== quiet.lastRecord) {
    // A silence that was told is no habit.
    if (!quiet.isTold) remember(quiet, nowMs);
    quiet.lastRecord = lastRecord;
    quiet.changes++;
    quiet.quietMs = 0;
    quiet.isTold = false;
    return undefined;
  }
  if (quiet.isTold || quiet.watchedMs < limits.learnMs || quiet.changes < limits.learnChanges) return undefined;
  const usualMs = Math.max(...quiet.longest.map(([, ms]) => ms));
  const most = Math.max(limits.leastMs, usualMs * limits.times);
  if (most > limits.mostMs || quiet.quietMs < most) return undefined;
  quiet.isTold = true;
  return { quietMs: quiet.quietMs, usualMs };
}

function remember({ longest, quietMs }: Quiet, nowMs: number): void {
  const hour = Math.floor(nowMs / HOUR);
  const last = longest.at(-1);
  if (last !== undefined && last[0] === hour) last[1] = Math.max(last[1], quietMs);
  else longest.push([hour, quietMs]);
  while (longest.length > HOURS) longest.shift();
}
