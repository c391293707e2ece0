import type { Ctx } from '../context.ts';
import type { ReportedFile } from '../ports.ts';

/** A file as an answer that browsers save: it is never shown in the place of our own pages. */
export const attached = (c: Ctx, { name, mime, bytes }: ReportedFile): Response =>
  c.body(Uint8Array.from(bytes), 200, {
    'content-type': mime.startsWith('text/') ? `${mime}; charset=utf-8` : mime,
    'content-disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '-')}"`,
  });
