import { ACTION_NAMES } from '@haetae/agent/protocol';
import { z } from '@hono/zod-openapi';

const Ms = z.number();

/** What became of a command at the host. */
export const ResponseOutcome = z
  .object({
    state: z.enum(['refused', 'checked', 'done', 'failed', 'rolled-back', 'undone', 'ended']),
    /** A word; '' where all went well. */
    reason: z.string(),
    detail: z.string(),
    atMs: Ms,
    verified: z.boolean().nullable(),
    undoable: z.boolean(),
  })
  .openapi('ResponseOutcome');

export const Response = z
  .object({
    id: z.string(),
    version: z.number().int(),
    incident: z.string(),
    action: z.enum(ACTION_NAMES as [string, ...string[]]),
    host: z.string(),
    system: z.enum(['windows', 'linux']),
    /** What it is aimed at. */
    about: z.string(),
    risk: z.enum(['low', 'medium', 'high']),
    state: z.enum(['proposed', 'approved', 'rejected', 'running', 'done', 'failed', 'undone', 'expired']),
    /** How many accounts have to agree. */
    persons: z.number().int(),
    /** Why it waits for them. */
    because: z.array(z.string()),
    /** Those that agreed. */
    votes: z.array(z.object({ account: z.string(), name: z.string(), atMs: Ms })),
    /** Titles of the playbooks that ask for it; [] where a person does. */
    playbooks: z.array(z.string()),
    /** Of the host: `none` was never enrolled; then there is the bundle of `haetae respond plan`. */
    agent: z.enum(['connected', 'away', 'none']),
    undoable: z.boolean(),
    createdMs: Ms,
    updatedMs: Ms,
    /** In order of time. */
    outcomes: z.array(ResponseOutcome),
    /** What is looked at, done and verified, and the way back, a line each. */
    plan: z.object({
      guard: z.array(z.string()),
      steps: z.array(z.string()),
      verify: z.array(z.string()),
      undo: z.array(z.string()),
    }),
  })
  .openapi('Response');
export type Response = z.infer<typeof Response>;

export const Responses = z
  .object({
    /** Whether this server can sign commands at all (`--respond-key`). */
    enabled: z.boolean(),
    /** Whether playbooks may act by themselves (`--respond-automatic`). */
    automatic: z.boolean(),
    items: z.array(Response),
    /** What could not be planned when somebody asked last, and why. */
    notPlanned: z.array(z.object({ action: z.string(), host: z.string(), about: z.string(), why: z.string() })),
  })
  .openapi('Responses');
export type Responses = z.infer<typeof Responses>;

export const NewResponses = z
  .object({
    /** On all that the incident names; none: what the playbooks ask for. */
    actions: z
      .array(z.enum(ACTION_NAMES as [string, ...string[]]))
      .max(20)
      .default([]),
    /** No other host. */
    host: z.string().max(255).optional(),
  })
  .openapi('NewResponses');

export const ResponseVote = z
  .object({ version: z.number().int(), decision: z.enum(['approve', 'deny']), note: z.string().max(1000).default('') })
  .openapi('ResponseVote');

export const ResponseUndo = z.object({ version: z.number().int() }).openapi('ResponseUndo');
