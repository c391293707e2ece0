/** Searches that are kept, and hunts: what is looked for in what is stored. */
import { z } from '@hono/zod-openapi';
import { EventQuery } from './api-events.ts';
import { cursor, id, instant, Level, LIMIT, time, words } from './api-parts.ts';

export const SavedSearch = z
  .object({
    id: z.string(),
    name: z.string(),
    query: EventQuery,
    owner: z.string(),
    shared: z.boolean(),
    createdMs: time,
  })
  .openapi('SavedSearch');
export type SavedSearch = z.infer<typeof SavedSearch>;
export const NewSavedSearch = z.object({ name: words(100), query: EventQuery, shared: z.boolean().default(false) });
export type NewSavedSearch = z.infer<typeof NewSavedSearch>;

export const Hunt = z
  .object({
    id: z.string(),
    name: z.string(),
    /** `rescan`: the rules in force, for what was missed; `rule` is then ''. */
    kind: z.enum(['hunt', 'rescan']),
    rule: z.string(),
    status: z.enum(['running', 'done', 'cancelled', 'failed']),
    fromMs: time.nullable(),
    toMs: time.nullable(),
    scanned: z.number().int(),
    total: z.number().int(),
    hits: z.number().int(),
    /** Hits that live detection had not found: what was missed. */
    fresh: z.number().int(),
    /** Hits that can be read; the others were only counted. */
    kept: z.number().int(),
    startedBy: z.string(),
    startedMs: time,
    endedMs: time.nullable(),
    error: z.string().nullable(),
  })
  .openapi('Hunt');
export type Hunt = z.infer<typeof Hunt>;
export const NewHunt = z.object({
  name: words(100),
  /** A Sigma rule in YAML. */
  rule: z.string().min(1).max(100_000),
  fromMs: time.nullable().default(null),
  toMs: time.nullable().default(null),
});
export type NewHunt = z.infer<typeof NewHunt>;
export const NewRescan = z.object({
  name: words(100).default('rescan'),
  /** Ids of rules that are new or were changed; all that are in force if not given. */
  rules: z.array(id).min(1).max(1000).optional(),
  fromMs: time.nullable().default(null),
  toMs: time.nullable().default(null),
});
export type NewRescan = z.infer<typeof NewRescan>;
export const HuntHit = z
  .object({
    number: z.number().int(),
    timeMs: instant,
    host: z.string(),
    ruleId: z.string(),
    title: z.string(),
    level: Level,
    /** No stored finding says it. */
    fresh: z.boolean(),
    events: z.array(z.string()),
    /** With why, as findings have it. */
    statement: z.unknown(),
  })
  .openapi('HuntHit');
export type HuntHit = z.infer<typeof HuntHit>;
export const HuntHitsQuery = z.object({
  /** `true`: only what was missed. */
  fresh: z.enum(['true', 'false']).optional(),
  limit: LIMIT,
  cursor,
});
export const HuntsQuery = z.object({ limit: LIMIT, cursor });
