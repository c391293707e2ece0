/** Shapes of what the server tells of incidents in a language: titles in a list, the story, what to look for elsewhere. */
import { z } from '@hono/zod-openapi';
import { Finding, Incident, Level } from './api.ts';

export const LanguageQuery = z.object({ lang: z.enum(['ko', 'en']).default('en') });

/** An incident as lists show it: its title in the language asked for, and how far it went. */
export const ListedIncident = Incident.extend({
  /** ATT&CK shortnames in the order of the matrix. */
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  /** Times near it in which logs cannot be trusted to tell all. */
  blind: z.array(
    z.object({ kind: z.string(), host: z.string(), channel: z.string(), fromMs: z.number(), toMs: z.number() }),
  ),
}).openapi('ListedIncident');
export type ListedIncident = z.infer<typeof ListedIncident>;

const Happening = z.object({
  file: z.string(),
  record: z.number().nullable(),
  line: z.number().nullable(),
  timeMs: z.number().nullable(),
});

export const Story = z
  .object({
    title: z.string(),
    sentences: z.array(
      z.object({
        kind: z.enum(['deed', 'hop', 'blind', 'stage']),
        text: z.string(),
        timeMs: z.number().nullable(),
        host: z.string(),
        level: Level.nullable(),
        tactics: z.array(z.string()),
        events: z.array(Happening),
        /** Indexes into the incident's findings. */
        findings: z.array(z.number().int()),
        main: z.boolean(),
      }),
    ),
    /** Titles of the incident's findings, in their order. */
    findings: z.array(z.string()),
    /** Names and addresses to look for elsewhere. */
    indicators: z.array(z.object({ kind: z.string(), value: z.string(), hosts: z.array(z.string()) })),
  })
  .openapi('Story');
export type Story = z.infer<typeof Story>;

const Hidden = z.object({ title: z.string(), level: Level, host: z.string(), timeMs: z.number().nullable() });
/** What would except an incident's findings and nothing else, held against everything that is stored. */
export const BenignProposal = z
  .object({
    drafts: z.array(
      z.object({
        ruleId: z.string().nullable(),
        title: z.string(),
        /** As `POST /api/exceptions` takes it. */
        filter: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
      }),
    ),
    covered: z.number().int(),
    targets: z.number().int(),
    /** Other findings that it would hide. */
    alsoHidden: z.array(Hidden),
    /** Findings, and events of rules' own tests, that it must not hide: with any it is refused. */
    refusals: z.array(Hidden),
    unproposed: z.array(z.object({ title: z.string(), findings: z.number().int() })),
  })
  .openapi('BenignProposal');
export type BenignProposal = z.infer<typeof BenignProposal>;

const Localised = z.object({ en: z.string(), ko: z.string() });
/** A finding that no rule made but a score, with why: the detector's own words (detect/unusual.ts). */
export const Anomaly = Finding.extend({
  why: z.object({
    family: z.string(),
    familyName: Localised,
    score: z.number(),
    threshold: z.number(),
    /** Share of the compared events that score at least as high. */
    p: z.number(),
    among: z.number(),
    parts: z.array(
      z.object({
        feature: z.string(),
        name: Localised,
        unit: z.string(),
        value: z.number().nullable(),
        of: z.string().optional(),
        contribution: z.number(),
      }),
    ),
    ordinaryIf: z.array(z.object({ feature: z.string(), op: z.enum(['<=', '>=']), value: z.number() })),
    baseline: z.string(),
  }),
}).openapi('Anomaly');
export type Anomaly = z.infer<typeof Anomaly>;
