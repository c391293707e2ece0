/**
 * The API's shapes: what the dashboard, the CLI and scripts send and get, checked at the door and published as OpenAPI 3.1.
 * Times are whole milliseconds since 1970-01-01Z. Lists come in pages: `next` is given back as `cursor` for the one that follows.
 */
import { z } from '@hono/zod-openapi';
import { ROLES } from '../store/index.ts';

const LIMIT = z.coerce.number().int().min(1).max(1000).default(100);
const time = z.number().int().min(0).max(8.64e15);
/** Whatever a log says. */
const instant = z.number();
const timeQuery = z.coerce.number().int().min(0).max(8.64e15).optional();
/** One word or sentence of a person: no control characters, which no log and no page need. */
const words = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'no control characters');
const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'no control characters');
const id = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.:-]+$/, 'letters, digits, . : _ -');
const cursor = z.string().max(500).optional();
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

export const Problem = z
  .object({
    error: z.object({
      /** To switch on. */
      code: z.string(),
      /** For people; what the store says in the language of Accept-Language, English or Korean. */
      message: z.string(),
      /** Which part of the request, where one is to blame. */
      at: z.string().optional(),
    }),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof Problem>;

export const Id = z.object({ id });
export const Level = z.enum(['informational', 'low', 'medium', 'high', 'critical']);
export const Role = z.enum(ROLES);

// Who is there

/** Whoever knows a password, checked only for length so that old ones keep working. */
const password = z.string().min(1).max(256);
const newPassword = z.string().min(12).max(256);
const userName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u, 'letters, digits, . _ @ -');

export const Login = z.object({ name: z.string().min(1).max(64), password });
export const Setup = z.object({ token: z.string().min(1).max(100), name: userName, password: newPassword });
export const PasswordChange = z.object({ current: password, next: newPassword });
export const Me = z
  .object({
    id: z.string(),
    name: z.string(),
    displayName: z.string(),
    role: Role,
    kind: z.enum(['user', 'token']),
    /** To be sent as `X-CSRF-Token` with every request that changes something; null for a token. */
    csrf: z.string().nullable(),
    settings: z.record(z.string(), z.unknown()),
  })
  .openapi('Me');
export type Me = z.infer<typeof Me>;

/** What is in the store: what is kept, sample data, or the logs of one scan. The last two are thrown away at the end. */
export const Shows = z.enum(['own', 'demo', 'scan']);
export type Shows = z.infer<typeof Shows>;
export const LoginOptions = z
  .object({
    oidc: z.boolean(),
    setup: z.boolean(),
    shows: Shows,
  })
  .openapi('LoginOptions');
export type LoginOptions = z.infer<typeof LoginOptions>;

export const User = z
  .object({
    id: z.string(),
    name: z.string(),
    displayName: z.string(),
    role: Role,
    disabled: z.boolean(),
    /** Logs in by OpenID Connect. */
    external: z.boolean(),
    createdMs: time,
    lastLoginMs: time.nullable(),
  })
  .openapi('User');
export type User = z.infer<typeof User>;
/** Whose names everybody may see: who can take an incident, who wrote a note. */
export const Person = z.object({ id: z.string(), name: z.string() }).openapi('Person');
export const NewUser = z.object({
  name: userName,
  displayName: words(100).optional(),
  role: Role,
  password: newPassword.optional(),
});
export const UserPatch = z.object({
  displayName: words(100).optional(),
  role: Role.optional(),
  disabled: z.boolean().optional(),
  password: newPassword.optional(),
});

export const Token = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['ingest', 'agent', 'enrol', 'api', 'setup']),
    hint: z.string(),
    role: Role.nullable(),
    scopes: z.array(z.string()),
    hosts: z.array(z.string()),
    networks: z.array(z.string()),
    createdBy: z.string(),
    createdMs: time,
    expiresMs: time.nullable(),
    revokedMs: time.nullable(),
    usedMs: time.nullable(),
  })
  .openapi('Token');
export type Token = z.infer<typeof Token>;
const hostPattern = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\p{L}\p{N}._*?-]+$/u, 'a host name; * and ? are wildcards');
export const NewToken = z.object({
  name: words(100),
  kind: z.enum(['ingest', 'enrol', 'api']),
  /** Of an `api` token. */
  role: Role.optional(),
  /** Protocols an `ingest` token may use; [] for all. */
  scopes: z
    .array(z.enum(['elastic', 'hec', 'otlp', 'ndjson', 'syslog']))
    .max(10)
    .default([]),
  /** Hosts whose events it may send; [] for any. */
  hosts: z.array(hostPattern).max(1000).default([]),
  /** Networks from which it may be shown, in CIDR notation; [] for any. */
  networks: z.array(z.string().max(50)).max(100).default([]),
  expiresMs: time.nullable().default(null),
  /** Of an `enrol` token: how many hosts may enrol with it. */
  uses: z.number().int().min(1).max(10_000).default(1),
});
/** The secret is shown this once. */
export const MadeToken = z.object({ token: Token, secret: z.string() }).openapi('MadeToken');

export const AuditEntry = z
  .object({
    number: z.number().int(),
    timeMs: time,
    actor: z.string(),
    actorName: z.string(),
    action: z.string(),
    object: z.string(),
    address: z.string(),
    detail: z.unknown(),
    previous: z.string(),
    hash: z.string(),
  })
  .openapi('AuditEntry');
export type AuditEntry = z.infer<typeof AuditEntry>;
export const AuditQuery = z.object({
  fromMs: timeQuery,
  toMs: timeQuery,
  actor: z.string().max(128).optional(),
  action: z.string().max(100).optional(),
  object: z.string().max(200).optional(),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: LIMIT,
});
export const AuditVerdict = z
  .object({
    whole: z.boolean(),
    /** The newest entry when whole, else the first that is not as it was written. */
    number: z.number().int(),
    hash: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .openapi('AuditVerdict');

// What was seen

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
    kind: z.enum(['created', 'level', 'merged', 'triage', 'comment', 'delivery', 'response', 'awareness']),
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

// What is looked for

export const Rule = z
  .object({
    id: z.string(),
    title: z.string(),
    titleKo: z.string().nullable(),
    level: Level,
    path: z.string(),
    tactics: z.array(z.string()),
    techniques: z.array(z.string()),
    enabled: z.boolean(),
    findings: z.number().int(),
    lastMs: instant.nullable(),
  })
  .openapi('Rule');
export type Rule = z.infer<typeof Rule>;
export const RulesQuery = z.object({ text: z.string().max(200).optional(), limit: LIMIT, cursor });
export const RulePatch = z.object({ enabled: z.boolean() });

export const Exception = z
  .object({
    id: z.string(),
    version: z.number().int(),
    title: z.string(),
    enabled: z.boolean(),
    /** null for all rules. */
    ruleId: z.string().nullable(),
    expiresMs: instant.nullable(),
    createdBy: z.string(),
    createdMs: instant,
    /** The filter and the reason, as the exceptions room reads them. */
    body: z.unknown(),
  })
  .openapi('Exception');
export type Exception = z.infer<typeof Exception>;
export const NewException = z.object({
  title: words(200),
  ruleId: z.string().min(1).max(200).nullable().default(null),
  /** A filter in Sigma's own words: field → value or list of values. */
  filter: z
    .record(z.string().min(1).max(200), z.union([z.string().max(2000), z.array(z.string().max(2000)).min(1).max(200)]))
    .refine((filter) => Object.keys(filter).length > 0 && Object.keys(filter).length <= 20, 'one to twenty fields'),
  reason: words(1000),
  expiresMs: time.nullable().default(null),
});
export type NewException = z.infer<typeof NewException>;

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
