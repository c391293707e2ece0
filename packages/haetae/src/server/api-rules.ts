/** Rules and exceptions: what is looked for, and what is not. */
import { z } from '@hono/zod-openapi';
import { cursor, instant, Level, LIMIT, time, words } from './api-parts.ts';

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
    /** Written here: it can be changed and removed. */
    local: z.boolean(),
    findings: z.number().int(),
    /** Its findings in incidents that were closed, duplicates apart; of them those that were benign or false. */
    judged: z.number().int(),
    harmless: z.number().int(),
    lastMs: instant.nullable(),
  })
  .openapi('Rule');
export type Rule = z.infer<typeof Rule>;
export const RulesQuery = z.object({
  text: z.string().max(200).optional(),
  /** Id of a technique, as rules name it. */
  technique: z.string().max(20).optional(),
  limit: LIMIT,
  cursor,
});
/** A technique of ATT&CK, and how many of the rules that are switched on look for it. */
export const RuleTechnique = z.object({ technique: z.string(), rules: z.number().int() }).openapi('RuleTechnique');
export type RuleTechnique = z.infer<typeof RuleTechnique>;
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

/** The text of the whole file that a rule stands in: other documents may belong to it. */
export const RuleSource = z
  .object({
    path: z.string(),
    text: z.string(),
    local: z.boolean(),
    /** Of a local rule: that of the rule which it stands for, and which is in force again when it is removed. */
    replaces: z.string().nullable(),
  })
  .openapi('RuleSource');
export type RuleSource = z.infer<typeof RuleSource>;

/** Sigma rules in YAML. */
const ruleText = z.string().min(1).max(100_000);
export const RuleDraft = z.object({ text: ruleText, lang: z.enum(['ko', 'en']).default('en') });
export const RuleVerdict = z
  .object({
    /** It can be saved: it compiles, and each rule has an id. */
    usable: z.boolean(),
    rules: z.array(z.object({ id: z.string(), title: z.string(), level: Level })),
    problems: z.array(
      z.object({
        line: z.number().int(),
        column: z.number().int(),
        severity: z.enum(['error', 'warning', 'info']),
        /** Of the linter; '' where the engine refuses it. */
        check: z.string(),
        message: z.string(),
      }),
    ),
  })
  .openapi('RuleVerdict');
export type RuleVerdict = z.infer<typeof RuleVerdict>;
export const NewRule = z.object({
  text: ruleText,
  /** Id of the rule whose file it replaces; a rule that came with a pack stays there, out of force. */
  replaces: z.string().min(1).max(200).optional(),
});
export type NewRule = z.infer<typeof NewRule>;

export const RulePacks = z
  .object({
    /** Rules in force. */
    inForce: z.number().int(),
    items: z.array(z.object({ name: z.string(), files: z.number().int(), sha256: z.string() })),
  })
  .openapi('RulePacks');
export type RulePacks = z.infer<typeof RulePacks>;

/** Measured over the newest stored events, each rule by itself. */
export const RuleCosts = z
  .object({
    /** Events that it was measured over. */
    sampled: z.number().int(),
    measuredMs: time,
    rules: z.array(
      z.object({
        id: z.string(),
        /** Of them those of its log source, and its matches. */
        events: z.number().int(),
        matches: z.number().int(),
        nsPerEvent: z.number(),
        /** Of the time that all rules take, 0–1. */
        share: z.number(),
      }),
    ),
  })
  .openapi('RuleCosts');
export type RuleCosts = z.infer<typeof RuleCosts>;
