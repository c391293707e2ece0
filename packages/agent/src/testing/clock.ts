import type { Clock } from '../sources/source.ts';

/** Time that passes only where somebody waits for it: each wait is over at once, and the clock has gone on by it. */
export function manualClock(now = Date.UTC(2026, 2, 2, 2)): Clock & { nowMs: number; readonly slept: number[] } {
  const clock = {
    nowMs: now,
    slept: [] as number[],
    now: () => clock.nowMs,
    sleep: async (ms: number, signal: AbortSignal) => {
      if (signal.aborted) return;
      clock.slept.push(ms);
      clock.nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}
