import type { OverTimeRows } from '../../../haetae/src/chart/index.ts';
import type { FindingsOverTime } from './shapes.ts';

/** Counts as the server gives them, as the chart wants them; the ends moved out to whole buckets. */
export function overTimeRows({ fromMs, toMs, widthMs, counts }: FindingsOverTime): OverTimeRows {
  const buckets = new Map<number, Partial<Record<(typeof counts)[number]['level'], number>>>();
  for (const { timeMs, level, count } of counts) {
    const bucket = buckets.get(timeMs) ?? {};
    bucket[level] = count;
    buckets.set(timeMs, bucket);
  }
  return {
    widthMs,
    from: Math.floor(fromMs / widthMs) * widthMs,
    to: Math.max(Math.ceil(toMs / widthMs), Math.floor(fromMs / widthMs) + 1) * widthMs,
    buckets: [...buckets].map(([timeMs, levels]) => ({ timeMs, counts: levels })),
  };
}
