import type { OverTimeRows } from '../../../haetae/src/chart/index.ts';
import type { FindingsOverTime } from './shapes.ts';

/** A single bucket over the whole width would look like a flood. */
const LEAST_BUCKETS = 30;

/** Counts as the server gives them, as the chart wants them; the ends moved out to whole buckets, and to at least 30 of them. */
export function overTimeRows({ fromMs, toMs, widthMs, counts }: FindingsOverTime): OverTimeRows {
  const buckets = new Map<number, Partial<Record<(typeof counts)[number]['level'], number>>>();
  for (const { timeMs, level, count } of counts) {
    const bucket = buckets.get(timeMs) ?? {};
    bucket[level] = count;
    buckets.set(timeMs, bucket);
  }
  const [first, end] = [Math.floor(fromMs / widthMs), Math.ceil(toMs / widthMs)];
  const missing = Math.max(0, LEAST_BUCKETS - (end - first));
  return {
    widthMs,
    from: (first - Math.floor(missing / 2)) * widthMs,
    to: (end + Math.ceil(missing / 2)) * widthMs,
    buckets: [...buckets].map(([timeMs, levels]) => ({ timeMs, counts: levels })),
  };
}
