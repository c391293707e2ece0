/** The API's shapes of agents: programs of ours on hosts, each with a key of its own. As api.ts, of which it is a part. */
import { z } from '@hono/zod-openapi';
import { MadeToken } from './api.ts';

const time = z.number().int().min(0).max(8.64e15);
const count = z.number().int().min(0);

export const AgentChannel = z.object({
  name: z.string(),
  enabled: z.boolean().nullable(),
  /** Decimal text. */
  lastRecord: z.string().nullable(),
  oldestRecord: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  maxBytes: z.number().nullable(),
  /** Hours between its oldest record and now: what an agent that is away for longer loses. */
  retainedHours: z.number().nullable(),
  error: z.string().nullable(),
});
export const AgentSource = z.object({
  name: z.string(),
  state: z.enum(['reading', 'held', 'failed']),
  error: z.string().nullable(),
  items: count,
  lastMs: z.number().nullable(),
  lastRecord: z.string().nullable(),
});
export const AgentSysmon = z.object({
  service: z.string(),
  serviceState: z.string(),
  driver: z.string(),
  driverState: z.string(),
  version: z.string().nullable(),
  configHash: z.string().nullable(),
  rulesHash: z.string().nullable(),
});

export const Agent = z
  .object({
    id: z.string(),
    /** The host's name, as its agent told when it enrolled. */
    host: z.string(),
    /** SHA-256 of its public key, hex: what `haetae-agent enrol` printed. */
    fingerprint: z.string(),
    version: z.string(),
    /** Hosts whose events it may send. */
    hosts: z.array(z.string()),
    enrolledMs: time,
    /** Id of the enrolment token. */
    enrolledBy: z.string(),
    revokedMs: time.nullable(),
    connected: z.boolean(),
    address: z.string(),
    /** When it was last heard of; null for never since it enrolled. */
    lastSeenMs: time.nullable(),
    /** `never`: it enrolled and never came. `away`: it is not connected. `trouble`: it is, and says what is wrong (`troubles`). */
    health: z.enum(['good', 'trouble', 'away', 'never', 'revoked']),
    /** Words to switch on: `sysmon-stopped`, `channel-off`, `channel-unreadable`, `source-failed`, `spool-half-full`, `dropped`, `retention-short`, `config-refused`, `clock`. */
    troubles: z.array(z.object({ kind: z.string(), about: z.string() })),
    os: z.object({ platform: z.string(), name: z.string(), release: z.string(), arch: z.string() }).nullable(),
    /** null where Sysmon is not installed, or nothing was heard yet. */
    sysmon: AgentSysmon.nullable(),
    channels: z.array(AgentChannel),
    sources: z.array(AgentSource),
    spool: z
      .object({ bytes: count, maxBytes: count, batches: count, oldestMs: z.number().nullable(), dropped: count })
      .nullable(),
  })
  .openapi('Agent');
export type Agent = z.infer<typeof Agent>;

export const AgentsQuery = z.object({
  /** Within the host's name. */
  text: z.string().max(255).optional(),
  health: Agent.shape.health.optional(),
});

export const AgentsPage = z
  .object({
    /** SHA-256 of the server's own key: `haetae-agent enrol --server-key` holds it against what it is told. */
    serverKey: z.string(),
    items: z.array(Agent),
  })
  .openapi('AgentsPage');

export const NewEnrolment = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'no control characters'),
  /** How many hosts may enrol with it. */
  uses: z.number().int().min(1).max(10_000).default(1),
  /** Hosts whose events each of them may send, with `*` and `?`; [] for its own alone. A collector of forwarded events needs others. */
  hosts: z
    .array(
      z
        .string()
        .min(1)
        .max(255)
        .regex(/^[\p{L}\p{N}._*?-]+$/u, 'a host name; * and ? are wildcards'),
    )
    .max(1000)
    .default([]),
  /** Networks from which they may come, in CIDR notation; [] for any. */
  networks: z.array(z.string().max(50)).max(100).default([]),
  /** Hours for which it is good. */
  hours: z
    .number()
    .int()
    .min(1)
    .max(24 * 365)
    .default(24),
});

export const Enrolment = MadeToken.extend({
  /** Hex. */
  serverKey: z.string(),
}).openapi('Enrolment');

/** What an agent sends to enrol; its token stands in `Authorization`. */
export const EnrolRequest = z.object({
  /** Ed25519, 32 bytes, base64url. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Signature of the key over itself and the token. */
  proof: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
  host: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u, 'a host name'),
  version: z.string().max(50),
});
export const EnrolAnswer = z
  .object({ agent: z.string(), serverKey: z.string(), respondKey: z.string().optional() })
  .openapi('EnrolAnswer');
