import { z } from '@hono/zod-openapi';
import { Id } from '../api.ts';
import { NewUpload, PART_BYTES, PartAt, Upload } from '../api-uploads.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Uploads } from '../upload/uploads.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

/** Files that people hand over, in parts: a slow line ends no request, and what broke off goes on where it stopped. */
export function uploadRoutes(api: Api): void {
  const { parts } = api;
  const uploads = (): Uploads => {
    if (parts.uploads === undefined) throw new HttpProblem(404, 'missing', 'this server takes no files');
    return parts.uploads;
  };

  api.add(
    'viewer',
    { method: 'get', path: '/api/uploads', summary: 'Files handed over', responses: { 200: json(z.array(Upload)) } },
    async (c) => c.json(parts.uploads?.list() ?? [], 200),
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/uploads/{id}',
      summary: 'How far a file is, and its receipt',
      request: { params: Id },
      responses: { 200: json(Upload) },
    },
    async (c) => {
      const upload = uploads().get(c.req.valid('param').id);
      if (upload === undefined) throw new HttpProblem(404, 'missing', 'there is no such upload');
      return c.json(upload, 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'post',
      path: '/api/uploads',
      summary: 'Hand over a file: its parts follow',
      request: { body: body(NewUpload) },
      responses: { 201: json(Upload) },
    },
    async (c) => {
      const asked = c.req.valid('json');
      const { id, name } = actorOf(c);
      const upload = uploads().begin(asked, name === '' ? id : name, parts.now());
      await audited(parts, c, 'upload.begin', upload.id, { name: asked.name, bytes: asked.bytes });
      return c.json(upload, 201);
    },
  );

  api.add(
    'analyst',
    {
      method: 'put',
      path: '/api/uploads/{id}/parts/{offset}',
      summary: 'The part of a file that begins at this byte; with the last one it is read',
      request: {
        params: PartAt,
        body: { content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } } },
      },
      responses: { 200: json(Upload) },
    },
    async (c) => {
      const { id, offset } = c.req.valid('param');
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      return c.json(await uploads().part(id, offset, bytes, parts), 200);
    },
    PART_BYTES,
  );
}
