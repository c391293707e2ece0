/** Events as they are stored, and how they are sought. */
import { z } from '@hono/zod-openapi';
import { cursor, instant, LIMIT, time, timeQuery } from './api-parts.ts';

export const StoredEvent = z
  .object({
    id: z.string(),
    /** null when the event tells none; it is sorted by its receipt then. */
    timeMs: instant.nullable(),
    /** 100 ns within that millisecond, 0–9999. */
    timeTicks: z.number().int(),
    receivedMs: instant,
    /** The host it is counted to, whatever it calls itself. */
    host: z.string(),
    computer: z.string(),
    channel: z.string(),
    provider: z.string(),
    eventId: z.number().int(),
    /** Decimal text; '' where absent. */
    recordId: z.string(),
    /** Token or agent that brought it. */
    origin: z.string(),
    /** Its clock was ahead; it may have come twice; its sender may not speak for its host. */
    marks: z.array(z.enum(['ahead', 'repeated', 'foreign-host'])),
    /** Text decoded out of it; '' for none. */
    decoded: z.string(),
    /** In document order; the second of one name is `name[2]`. */
    fields: z.record(z.string(), z.string()),
    system: z.record(z.string(), z.string()),
  })
  .openapi('StoredEvent');
export type StoredEvent = z.infer<typeof StoredEvent>;

const FieldFilter = z.object({
  /** A name of Microsoft's, a column (`image`, `command_line`), or a word for several (`user`, `ip`, `process`, `path`). */
  field: z.string().min(1).max(200),
  /** `*` and `?` are wildcards; case counts for nothing. */
  value: z.string().max(2000),
  not: z.boolean().default(false),
});
export const EventQuery = z
  .object({
    fromMs: time.optional(),
    /** Exclusive. */
    toMs: time.optional(),
    /** A host, a user, a channel, with `*` and `?`. */
    host: z.string().max(255).optional(),
    user: z.string().max(255).optional(),
    channel: z.string().max(255).optional(),
    eventId: z.array(z.number().int().min(0).max(0xffff_ffff)).max(100).optional(),
    /** Sought in command lines, paths, names, script blocks and what was decoded. */
    text: z.string().max(500).optional(),
    fields: z.array(FieldFilter).max(20).optional(),
    /** A Sigma rule in YAML: events that it matches. */
    rule: z.string().max(100_000).optional(),
    order: z.enum(['newest', 'oldest']).default('newest'),
    limit: z.number().int().min(1).max(10_000).default(100),
    cursor,
  })
  .openapi('EventQuery');
export type EventQuery = z.infer<typeof EventQuery>;
/** One line of a streamed search. */
export const SearchPart = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('events'), events: z.array(StoredEvent) }),
    z.object({ kind: z.literal('progress'), scanned: z.number().int(), total: z.number().int() }),
    z.object({
      kind: z.literal('end'),
      /** `time`: it took too long and was ended; what was found is right but not all. */
      reason: z.enum(['done', 'limit', 'time']),
      next: z.string().nullable(),
    }),
    z.object({ kind: z.literal('error'), code: z.string(), message: z.string() }),
  ])
  .openapi('SearchPart');
export type SearchPart = z.infer<typeof SearchPart>;
export const EventsQuery = z.object({
  fromMs: timeQuery,
  toMs: timeQuery,
  host: z.string().max(255).optional(),
  user: z.string().max(255).optional(),
  channel: z.string().max(255).optional(),
  eventId: z.coerce.number().int().min(0).max(0xffff_ffff).optional(),
  text: z.string().max(500).optional(),
  limit: LIMIT,
  cursor,
});
