/**
 * The API's shapes: what the dashboard, the CLI and scripts send and get, checked at the door and published as OpenAPI 3.1.
 * Times are whole milliseconds since 1970-01-01Z. Lists come in pages: `next` is given back as `cursor` for the one that follows.
 */
import { z } from '@hono/zod-openapi';
import type { Hunt } from './api-hunts.ts';
import { cursor, id, instant, Level, LIMIT, text, time, timeQuery, words } from './api-parts.ts';

export * from './api-accounts.ts';
export * from './api-events.ts';
export * from './api-hunts.ts';
export * from './api-lab.ts';
export { Id, Level, Problem, page, Role } from './api-parts.ts';
export * from './api-rules.ts';
export * from './api-settings.ts';

export const Finding = z
  .object({
    id: z.string(),
    timeMs: instant,
    detector: z.string(),
    /** '' for a score. */
    ruleId: z.string(),
    title: z.string(),
    /** Where the rule has one. */
    titleKo: z.string().optional(),
    level: Level,
    host: z.string(),
    techniques: z.array(z.string()),
    incident: z.string().nullable(),
    events: z.array(z.string()),
  })
  .openapi('Finding');
export type Finding = z.infer<typeof Finding>;
/** With why, the fields and what was decoded: the detector's own statement. */
export const FindingDetail = Finding.extend({ statement: z.unknown() }).openapi('FindingDetail');
export type FindingDetail = z.infer<typeof FindingDetail>;
export const FindingsQuery = z.object({
  fromMs: timeQuery,
  toMs: timeQuery,
  host: z.string().max(255).optional(),
  rule: z.string().max(200).optional(),
  detector: z.string().max(50).optional(),
  /** Id of a technique, as findings name it. */
  technique: z.string().max(20).optional(),
  /** This level and those above it. */
  level: Level.optional(),
  incident: z.string().max(128).optional(),
  limit: LIMIT,
  cursor,
});

export const IncidentStatus = z.enum(['new', 'open', 'waiting', 'closed']);
export const Verdict = z.enum(['true-positive', 'benign', 'false-positive', 'duplicate']);
export const Incident = z
  .object({
    id: z.string(),
    /** Rises with every change; sent back so that two people do not overwrite each other. */
    version: z.number().int(),
    title: z.string(),
    level: Level,
    /** 0–100. */
    risk: z.number(),
    status: IncidentStatus,
    assignee: z.string().nullable(),
    verdict: Verdict.nullable(),
    tags: z.array(z.string()),
    firstMs: instant,
    lastMs: instant,
    createdMs: instant,
    updatedMs: instant,
    hosts: z.array(z.string()),
    users: z.array(z.string()),
    findings: z.number().int(),
    /** Into which other it went. */
    mergedInto: z.string().nullable(),
  })
  .openapi('Incident');
export type Incident = z.infer<typeof Incident>;
export const IncidentHistory = z
  .object({
    number: z.number().int(),
    timeMs: instant,
    /** Id of a user or token; '' for detection itself. */
    actor: z.string(),
    kind: z.enum(['created', 'level', 'merged', 'triage', 'comment', 'delivery', 'response', 'awareness', 'reported']),
    /** Of a change what was and what is; of a comment its text. */
    detail: z.unknown(),
  })
  .openapi('IncidentHistory');
export const IncidentDetail = Incident.extend({
  /** The whole incident as the incident room makes it: findings, links, tree, waterfall. */
  incident: z.unknown(),
  history: z.array(IncidentHistory),
}).openapi('IncidentDetail');
export type IncidentDetail = z.infer<typeof IncidentDetail>;
export const IncidentsQuery = z.object({
  /** `unclosed`: every status but `closed`. */
  status: IncidentStatus.or(z.literal('unclosed')).optional(),
  /** This level and those above it. */
  level: Level.optional(),
  host: z.string().max(255).optional(),
  /** Id of a user; `none` for those nobody has taken. */
  assignee: z.string().max(128).optional(),
  text: z.string().max(200).optional(),
  fromMs: timeQuery,
  toMs: timeQuery,
  order: z.enum(['risk', 'newest', 'updated']).default('risk'),
  limit: LIMIT,
  cursor,
});
export const IncidentPatch = z
  .object({
    version: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    status: IncidentStatus.optional(),
    /** Id of a user; null for nobody. */
    assignee: id.nullable().optional(),
    /** Needed to close it. */
    verdict: Verdict.nullable().optional(),
    tags: z.array(words(50)).max(50).optional(),
  })
  .openapi('IncidentPatch');
export type IncidentPatch = z.infer<typeof IncidentPatch>;
export const Note = z.object({ text: text(10_000).min(1) });

export const Entity = z
  .object({
    kind: z.string(),
    key: z.string(),
    firstMs: instant,
    lastMs: instant,
    /** What is known of it: aliases, risk, counts. */
    about: z.unknown(),
  })
  .openapi('Entity');
export type Entity = z.infer<typeof Entity>;
export const EntitiesQuery = z.object({
  kind: z.string().min(1).max(50).default('host'),
  /** Within the key. */
  text: z.string().max(255).optional(),
  limit: LIMIT,
  cursor,
});

export const Stats = z
  .object({
    events: z.number().int(),
    eventsPerSecond: z.number(),
    findings: z.number().int(),
    openIncidents: z.number().int(),
    hosts: z.number().int(),
    /** Events between what is durable and what is detected. */
    backlog: z.number().int(),
    storedBytes: z.number().int(),
    possiblyRepeated: z.number().int(),
    hourly: z.array(z.object({ timeMs: time, events: z.number().int(), findings: z.number().int() })),
  })
  .openapi('Stats');
export type Stats = z.infer<typeof Stats>;

/** What `GET /api/live` sends, as `event:` and JSON `data:`. */
export type LiveMessage =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'incident'; readonly incident: Incident }
  | { readonly kind: 'stats'; readonly stats: Omit<Stats, 'hourly'> }
  | { readonly kind: 'hunt'; readonly hunt: Hunt }
  /** Messages between Last-Event-ID and now are no longer kept: what is shown must be fetched anew. */
  | { readonly kind: 'gap' };

export const Ready = z
  .object({ ready: z.boolean(), checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })) })
  .openapi('Ready');
export type Ready = z.infer<typeof Ready>;
