/** What is stored as a whole: how much it is, copies of it, Parquet. */
import { z } from '@hono/zod-openapi';
import type { AuditVerdict } from './api-accounts.ts';
import { time } from './api-parts.ts';

export const StoreStatus = z
  .object({
    /** Of the tables; it rises with versions of Haetae. */
    schema: z.number().int(),
    /** The frame of the log up to which everything is stored. */
    committed: z.number().int(),
    events: z.number().int(),
    findings: z.number().int(),
    incidents: z.number().int(),
    /** In use, free within the database's file, and of its own log. */
    bytes: z.number().int(),
    freeBytes: z.number().int(),
    walBytes: z.number().int(),
    oldestMs: z.number().nullable(),
    newestMs: z.number().nullable(),
  })
  .openapi('StoreStatus');

/** Name of a folder or file in `handover/` of the data folder: the server writes and reads nowhere else for this. */
const Handover = z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}$/);
export const BackupMade = z.object({ handover: Handover, status: StoreStatus }).openapi('BackupMade');
export const ExportWanted = z
  .object({ fromMs: time.optional(), toMs: time.optional(), host: z.string().min(1).max(255).optional() })
  .openapi('ExportWanted');
export const ExportMade = z
  .object({
    handover: Handover,
    /** Paths within it. */
    files: z.array(z.object({ path: z.string(), events: z.number().int() })),
  })
  .openapi('ExportMade');
export const ImportWanted = z.object({ handover: Handover }).openapi('ImportWanted');
export const ImportMade = z.object({ events: z.number().int(), known: z.number().int() }).openapi('ImportMade');

export type AuditTold = z.infer<typeof AuditVerdict>;
export type StoreStatus = z.infer<typeof StoreStatus>;
export type BackupMade = z.infer<typeof BackupMade>;
export type ExportWanted = z.infer<typeof ExportWanted>;
export type ExportMade = z.infer<typeof ExportMade>;
export type ImportMade = z.infer<typeof ImportMade>;
