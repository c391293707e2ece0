/** Shapes of reports that are asked for as files. */
import { z } from '@hono/zod-openapi';

export const ReportQuery = z.object({
  format: z.enum(['pdf', 'html', 'md']).default('pdf'),
  lang: z.enum(['ko', 'en', 'both']).default('ko'),
  template: z.enum(['executive', 'analyst', 'kisa']).default('executive'),
  /** The report itself, or what belongs to it: indicators as CSV or STIX 2.1, the manifest with the hashes of all. */
  part: z.enum(['report', 'iocs', 'stix', 'manifest']).default('report'),
  /** Of the KISA form: a supplementary one begins with what changed since what was handed in last. */
  stage: z.enum(['first', 'supplement']).default('first'),
  /** Of the times in it, beside UTC. */
  zone: z.string().min(1).max(64).default('Asia/Seoul'),
});
export type ReportQuery = z.infer<typeof ReportQuery>;

export const HandedIn = z.object({ stage: z.enum(['first', 'supplement']) }).openapi('HandedIn');

export const Awareness = z
  .object({
    /** When the organisation became aware of the incident. */
    atMs: z.number().int().min(0).max(8.64e15),
    /** Who declares it, by name. */
    by: z.string().trim().min(1).max(100),
    /** Why a declaration before this was wrong; needed for a second one. */
    reason: z.string().trim().min(1).max(1000).nullable().default(null),
  })
  .openapi('Awareness');
export type Awareness = z.infer<typeof Awareness>;
