import { z } from '@hono/zod-openapi';
import { Id, NewSavedSearch, SavedSearch } from '../api.ts';
import { HttpProblem } from '../http/problem.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const NOTHING = { 204: { description: 'Done' } };
const missing = (what: string) => new HttpProblem(404, 'missing', `there is no such ${what}`);

/** Searches that are kept. */
export function searchRoutes(api: Api): void {
  const { parts } = api;
  const { searches } = parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/searches',
      summary: 'My saved searches, and those that others share',
      responses: { 200: json(z.array(SavedSearch)) },
    },
    async (c) => c.json([...(await searches.list(c.get('principal').id))], 200),
  );

  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/searches',
      summary: 'Save a search',
      request: { body: body(NewSavedSearch) },
      responses: { 201: json(SavedSearch) },
    },
    async (c) => {
      const made = await searches.create(c.req.valid('json'), actorOf(c));
      await audited(parts, c, 'search.create', made.id, { name: made.name, shared: made.shared });
      return c.json(made, 201);
    },
  );

  api.add(
    'viewer',
    {
      method: 'delete',
      path: '/api/searches/{id}',
      summary: 'Forget a saved search of mine',
      request: { params: Id },
      responses: NOTHING,
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if (!(await searches.remove(id, actorOf(c)))) throw missing('saved search');
      await audited(parts, c, 'search.remove', id);
      return c.body(null, 204);
    },
  );
}
