/** Shapes of the attack lab: score cards, a student's calls, the canary. */
import { z } from '@hono/zod-openapi';
import { id, instant, Level, text, words } from './api-parts.ts';

/** What a log can say and a report can print: the years 1601 to 9999, in ms since 1970. */
const moment = z.number().min(-11_644_473_600_000).max(253_402_300_799_999);
const names = z.array(z.string().max(300)).max(500);
const Said = z.object({
  detector: z.string().max(50),
  ruleId: z.string().max(200),
  title: z.string().max(500),
  titleKo: z.string().max(500).optional(),
  level: Level,
  techniques: names,
  fits: z.boolean(),
  latencyMs: z.number().min(0),
});
const Verdict = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('detected'), by: Said, latencyMs: z.number().min(0) }),
  z.object({
    kind: z.literal('missed'),
    because: z.enum(['no-event', 'filtered', 'below-threshold', 'field-absent', 'rule-blind']),
    about: names,
  }),
]);
const count = z.number().int().min(0);
const ScoredStep = z.object({
  campaign: z.string().max(200),
  step: z.string().max(200),
  title: z.object({ ko: z.string().max(500), en: z.string().max(500) }),
  techniques: names,
  tactics: names,
  hosts: names,
  firstMs: moment.nullable(),
  lastMs: moment.nullable(),
  labelled: count,
  found: count,
  verdict: Verdict,
  said: z.array(Said).max(2000),
});
const Tally = z.object({ id: z.string().max(100), steps: count, detected: count });
export const LabScore = z
  .object({
    haetae: z.literal('lab-score.1'),
    id,
    title: z.string().max(300),
    madeMs: moment,
    source: z.enum(['logs', 'server']),
    minLevel: Level,
    steps: z.array(ScoredStep).max(5000),
    tactics: z.array(Tally).max(100),
    techniques: z.array(Tally).max(2000),
    missed: z.object({
      'no-event': count,
      filtered: count,
      'below-threshold': count,
      'field-absent': count,
      'rule-blind': count,
    }),
    medianLatencyMs: z.number().min(0).nullable(),
  })
  .openapi('LabScore');
export type LabScore = z.infer<typeof LabScore>;

export const NewLabScore = z.object({ card: LabScore, exercise: z.boolean().default(false) });

export const Call = z.object({
  host: words(255),
  timeMs: instant,
  technique: z.string().regex(/^T\d{4}(?:\.\d{3})?$/i),
});
export const Calls = z.object({ calls: z.array(Call).min(1).max(500) });
export const Grades = z
  .object({
    calls: z.array(
      Call.extend({
        step: z.object({ campaign: z.string(), step: z.string() }).nullable(),
        grade: z.enum(['technique', 'place', 'repeat', 'nothing']),
      }),
    ),
    steps: count,
    named: count,
    placed: count,
    wrong: count,
    /** 0–100. */
    mark: z.number(),
  })
  .openapi('LabGrades');
export type Grades = z.infer<typeof Grades>;
const Attempt = z.object({ name: text(200), atMs: instant, mark: z.number(), named: count, steps: count });

/** What everybody may know of a card. Of an exercise whose calls one has not made, the rest is null. */
export const LabEntry = z
  .object({
    id: z.string(),
    title: z.string(),
    madeMs: instant,
    exercise: z.boolean(),
    hosts: z.array(z.string()),
    fromMs: instant.nullable(),
    toMs: instant.nullable(),
    result: z
      .object({
        steps: count,
        detected: count,
        medianLatencyMs: z.number().nullable(),
        tactics: z.array(Tally),
        techniques: z.array(Tally),
      })
      .nullable(),
    /** One's own. */
    grades: Grades.nullable(),
    attempts: z.array(Attempt),
  })
  .openapi('LabEntry');
export type LabEntry = z.infer<typeof LabEntry>;

export const CanaryTry = z
  .object({
    id: z.string(),
    sentMs: instant,
    withinMs: z.number(),
    /** From the moment it was taken in to the finding; null while none came. */
    afterMs: z.number().nullable(),
    state: z.enum(['waiting', 'came', 'late']),
  })
  .openapi('CanaryTry');
export type CanaryTry = z.infer<typeof CanaryTry>;
export const NewCanary = z.object({ within: z.number().int().min(1).max(3600).default(60) });

export const LabReportQuery = z.object({
  format: z.enum(['pdf', 'html', 'md', 'layer']).default('pdf'),
  lang: z.enum(['ko', 'en']).default('ko'),
  zone: z.string().min(1).max(64).default('Asia/Seoul'),
});
export type LabReportQuery = z.infer<typeof LabReportQuery>;
