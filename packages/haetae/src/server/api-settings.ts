/** What administrators set while the server runs, and what scores are held against. */
import { z } from '@hono/zod-openapi';
import { instant, time } from './api-parts.ts';

export const ServerSettings = z
  .object({
    retention: z.object({
      /** Days after which events and findings are removed; null for never. */
      days: z.number().int().min(1).max(36_500).nullable(),
      /** Of what is stored, above which the oldest days are removed; null for no bound. */
      gigabytes: z.number().int().min(1).max(1_000_000).nullable(),
      /** Given at the start, by a flag or its file: it cannot be changed here. */
      fixed: z.boolean(),
    }),
    agents: z.object({
      /** In the words of `agent.json`; null where each keeps its own. */
      config: z.record(z.string(), z.unknown()).nullable(),
      fixed: z.boolean(),
    }),
  })
  .openapi('ServerSettings');
export type ServerSettings = z.infer<typeof ServerSettings>;
export const SettingsPatch = z.object({
  retention: ServerSettings.shape.retention.omit({ fixed: true }).optional(),
  agents: ServerSettings.shape.agents.omit({ fixed: true }).optional(),
});
export type SettingsPatch = z.infer<typeof SettingsPatch>;

const Localised = z.object({ en: z.string(), ko: z.string() });
/** null where none is in force: nothing is scored. */
export const ScoreBaseline = z
  .object({
    version: z.string(),
    /** Time of the first and last event that it was learnt from. */
    fromMs: instant.nullable(),
    toMs: instant.nullable(),
    hosts: z.number().int(),
    families: z.array(z.object({ id: z.string(), name: Localised, events: z.number().int() })),
  })
  .nullable()
  .openapi('ScoreBaseline');
export type ScoreBaseline = z.infer<typeof ScoreBaseline>;

/** How far the newest stored events lie from the baseline, feature by feature, the farthest first. */
export const Drift = z
  .object({
    /** Events that it was measured over. */
    sampled: z.number().int(),
    measuredMs: time,
    fromMs: instant.nullable(),
    toMs: instant.nullable(),
    features: z.array(
      z.object({
        family: z.string(),
        familyName: Localised,
        feature: z.string(),
        name: Localised,
        /** Population stability index: below 0.1 no change, from 0.25 on a shift. */
        psi: z.number(),
        /** Events of the family among those measured. */
        events: z.number().int(),
      }),
    ),
  })
  .openapi('Drift');
export type Drift = z.infer<typeof Drift>;
