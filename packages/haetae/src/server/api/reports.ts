import { z } from '@hono/zod-openapi';
import { Id, IncidentDetail } from '../api.ts';
import { Awareness, HandedIn, ReportQuery } from '../api-reports.ts';
import { HttpProblem } from '../http/problem.ts';
import { attached } from './attached.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const missing = new HttpProblem(404, 'missing', 'there is no such incident');
const binary = z.string().openapi({ format: 'binary' });

/** Reports as files, and what people declare for them. */
export function reportRoutes(api: Api): void {
  const { parts } = api;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/incidents/{id}/report',
      summary: 'A report of one incident, or a file that belongs to it',
      request: { params: Id, query: ReportQuery },
      responses: {
        200: {
          description: 'The file',
          content: {
            'application/pdf': { schema: binary },
            'text/html': { schema: z.string() },
            'text/markdown': { schema: z.string() },
            'text/csv': { schema: z.string() },
            'application/json': { schema: z.unknown() },
          },
        },
      },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const query = c.req.valid('query');
      const file = await parts.ports.reports.file(id, query);
      if (file === undefined) throw missing;
      await audited(parts, c, 'incident.report', id, { ...query });
      return attached(c, file) as never;
    },
  );

  api.add(
    'responder',
    {
      method: 'post',
      path: '/api/incidents/{id}/reports',
      summary: 'Write down that the KISA report was handed in, and what it said: the next one tells what changed since',
      request: { params: Id, body: body(HandedIn) },
      responses: { 201: json(IncidentDetail) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const { stage } = c.req.valid('json');
      const incident = await parts.ports.reports.handedIn(id, stage, actorOf(c));
      if (incident === undefined) throw missing;
      await audited(parts, c, 'incident.reported', id, { stage });
      return c.json(incident, 201);
    },
  );

  api.add(
    'responder',
    {
      method: 'post',
      path: '/api/incidents/{id}/awareness',
      summary:
        'Declare when the organisation became aware of an incident; a further declaration corrects it and needs its reason',
      request: { params: Id, body: body(Awareness) },
      responses: { 201: json(IncidentDetail) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const told = c.req.valid('json');
      const found = await parts.ports.incidents.get(id);
      if (found === undefined) throw missing;
      if (told.atMs > parts.now()) throw new HttpProblem(400, 'invalid', 'that is in the future', { at: 'json.atMs' });
      const before = found.history.some(({ kind }) => kind === 'awareness');
      if (before && told.reason === null)
        throw new HttpProblem(400, 'invalid', 'awareness is declared already: say why it is corrected', {
          at: 'json.reason',
        });
      const incident = await parts.ports.incidents.declare(id, told, actorOf(c));
      await audited(parts, c, 'incident.awareness', id, { ...told });
      return c.json(incident, 201);
    },
  );
}
