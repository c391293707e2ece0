/** Shapes of uploads: a file that a person hands over, in parts, to be read like one in the watched folder. */
import { z } from '@hono/zod-openapi';

const time = z.number().int().min(0).max(8.64e15);

/** Bytes of one part at most. */
export const PART_BYTES = 8 * 1024 * 1024;
export const MOST_UPLOAD_BYTES = 4 * 1024 * 1024 * 1024;

export const NewUpload = z.object({
  /** Of the file, for people: it names no path here. */
  name: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'no control characters'),
  bytes: z.number().int().min(1).max(MOST_UPLOAD_BYTES),
  /** Of an archive. */
  password: z.string().max(256).optional(),
});

export const Upload = z
  .object({
    id: z.string(),
    name: z.string(),
    bytes: z.number().int(),
    /** So much is here: where the next part begins. */
    received: z.number().int(),
    status: z.enum(['receiving', 'waiting', 'reading', 'done', 'nothing', 'failed']),
    /** Events that are durable. */
    events: z.number().int(),
    sha256: z.string(),
    startedMs: time,
    startedBy: z.string(),
    /** What was inferred, repaired and lost, in English. */
    notices: z.array(z.object({ kind: z.string(), text: z.string() })),
    error: z.string().nullable(),
  })
  .openapi('Upload');
export type Upload = z.infer<typeof Upload>;
export const PartAt = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  offset: z.coerce.number().int().min(0).max(MOST_UPLOAD_BYTES),
});
