/** What the shapes of the API are made of. */
import { z } from '@hono/zod-openapi';
import { ROLES } from '../store/index.ts';

export const LIMIT = z.coerce.number().int().min(1).max(1000).default(100);
export const time = z.number().int().min(0).max(8.64e15);
/** Whatever a log says. */
export const instant = z.number();
export const timeQuery = z.coerce.number().int().min(0).max(8.64e15).optional();
/** One word or sentence of a person: no control characters, which no log and no page need. */
export const words = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'no control characters');
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'no control characters');
export const id = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.:-]+$/, 'letters, digits, . : _ -');
export const cursor = z.string().max(500).optional();
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

export const Problem = z
  .object({
    error: z.object({
      /** To switch on. */
      code: z.string(),
      /** For people; what the store says in the language of Accept-Language, English or Korean. */
      message: z.string(),
      /** Which part of the request, where one is to blame. */
      at: z.string().optional(),
    }),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof Problem>;

export const Id = z.object({ id });
export const Level = z.enum(['informational', 'low', 'medium', 'high', 'critical']);
export const Role = z.enum(ROLES);
