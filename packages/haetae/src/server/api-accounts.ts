/** Who is there: logins, users, tokens, and what was done by whom. */
import { z } from '@hono/zod-openapi';
import { LIMIT, Role, time, timeQuery, words } from './api-parts.ts';

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
/** A head as it was written down: both or none. */
export const AuditKnown = z.object({
  number: z.coerce.number().int().min(0).optional(),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
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
