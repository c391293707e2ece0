/** Shapes of what is counted rather than listed: findings over time, techniques seen, histograms and first and last times of events. */
import { z } from '@hono/zod-openapi';
import { EVENT_COLUMNS, HEAD_COLUMNS, type StoredColumn } from '../store/index.ts';
import { EventQuery, Level } from './api.ts';

const instant = z.number();
const timeQuery = z.coerce.number().int().min(0).max(8.64e15).optional();

export const FindingTimesQuery = z.object({
  fromMs: timeQuery,
  toMs: timeQuery,
  host: z.string().max(255).optional(),
  ruleId: z.string().max(200).optional(),
});
export const FindingsOverTimeQuery = FindingTimesQuery.extend({
  /** About so many stretches of time. */
  buckets: z.coerce.number().int().min(1).max(500).default(60),
});
export const FindingsOverTime = z
  .object({
    fromMs: instant,
    toMs: instant,
    /** Of every bucket. */
    widthMs: z.number().int(),
    /** Those without findings are left out. */
    counts: z.array(z.object({ timeMs: instant, level: Level, count: z.number().int() })),
  })
  .openapi('FindingsOverTime');
export type FindingsOverTime = z.infer<typeof FindingsOverTime>;

export const TechniqueCount = z
  .object({ technique: z.string(), count: z.number().int(), hosts: z.number().int(), lastMs: instant })
  .openapi('TechniqueCount');
export type TechniqueCount = z.infer<typeof TechniqueCount>;

const COLUMNS = [...HEAD_COLUMNS, ...EVENT_COLUMNS.map(({ name }) => name)] as unknown as [
  StoredColumn,
  ...StoredColumn[],
];
const column = z.enum(COLUMNS);

export const EventHistogramQuery = EventQuery.extend({
  widthMs: z
    .number()
    .int()
    .min(1000)
    .max(366 * 86_400_000),
  by: column.optional(),
});
export type EventHistogramQuery = z.infer<typeof EventHistogramQuery>;
export const TimeBucket = z.object({ fromMs: instant, key: z.string(), count: z.number().int() }).openapi('TimeBucket');
export type TimeBucket = z.infer<typeof TimeBucket>;

export const EventTopQuery = EventQuery.extend({ by: column, most: z.number().int().min(1).max(100).default(10) });
export type EventTopQuery = z.infer<typeof EventTopQuery>;
/** How often something was, and when. */
export const Seen = z
  .object({
    count: z.number().int(),
    firstMs: instant.nullable(),
    lastMs: instant.nullable(),
    hosts: z.number().int(),
  })
  .openapi('Seen');
export type Seen = z.infer<typeof Seen>;
export const EventTopRow = Seen.extend({ key: z.string() }).openapi('EventTopRow');
export type EventTopRow = z.infer<typeof EventTopRow>;
