/** Shapes of what the server tells of incidents in a language: titles in a list, the story, what to look for elsewhere. */
import { z } from '@hono/zod-openapi';
import { Finding, Incident, Level } from './api.ts';

export const LanguageQuery = z.object({ lang: z.enum(['ko', 'en']).default('en') });

const Band = z.object({
  kind: z.string(),
  host: z.string(),
  channel: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
});
const NameAtRisk = z.object({ name: z.string(), risk: z.number(), level: Level, incidents: z.number().int() });

/** An incident as lists show it: its title in the language asked for, and how far it went. */
export const ListedIncident = Incident.extend({
  /** ATT&CK shortnames in the order of the matrix. */
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  /** Times near it in which logs cannot be trusted to tell all. */
  blind: z.array(Band),
}).openapi('ListedIncident');
export type ListedIncident = z.infer<typeof ListedIncident>;

/** What stands out among the open incidents, all of them. */
export const OpenIncidents = z
  .object({
    count: z.number().int(),
    /** Made after the time asked for; made before it and changed after. */
    made: z.number().int(),
    changed: z.number().int(),
    /** Taken by nobody, and when the first of them was made. */
    untaken: z.number().int(),
    untakenSinceMs: z.number().nullable(),
    /** ATT&CK shortnames. */
    tactics: z.array(z.object({ tactic: z.string(), incidents: z.number().int() })),
    /** The riskiest first, with the risk and level of their riskiest incident. */
    hosts: z.array(NameAtRisk),
    users: z.array(NameAtRisk),
    /** The newest first. */
    blind: z.array(Band.extend({ incident: z.string() })),
  })
  .openapi('OpenIncidents');
export type OpenIncidents = z.infer<typeof OpenIncidents>;
export const OpenIncidentsQuery = z.object({ sinceMs: z.coerce.number().int().min(0).max(8.64e15).default(0) });

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
