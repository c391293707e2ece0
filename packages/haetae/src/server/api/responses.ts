import { Id } from '../api.ts';
import { NewResponses, Response, Responses, ResponseUndo, ResponseVote } from '../api-responses.ts';
import { LanguageQuery } from '../api-told.ts';
import type { Ctx, Parts } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

/** What could be done about incidents, who agrees, and what became of it. */
export function responseRoutes(api: Api): void {
  const { parts } = api;
  const { responses, incidents } = parts.ports;
  const known = async (id: string): Promise<void> => {
    if ((await incidents.version(id)) === undefined) throw new HttpProblem(404, 'missing', 'there is no such incident');
  };

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/incidents/{id}/responses',
      summary: 'What was planned about an incident, and what became of it',
      request: { params: Id, query: LanguageQuery },
      responses: { 200: json(Responses) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      await known(id);
      return c.json(await responses.list(id, c.req.valid('query').lang), 200);
    },
  );

  api.add(
    'responder',
    {
      method: 'post',
      path: '/api/incidents/{id}/responses',
      summary: 'Plan what the playbooks ask for, or named actions; nothing is done before it is approved',
      request: { params: Id, query: LanguageQuery, body: body(NewResponses) },
      responses: { 201: json(Responses) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      await known(id);
      const asked = c.req.valid('json');
      const planned = await responses.plan(id, asked, actorOf(c), c.req.valid('query').lang);
      await audited(parts, c, 'response.plan', id, { actions: [...asked.actions], host: asked.host ?? '' });
      return c.json(planned, 201);
    },
  );

  api.add(
    'responder',
    {
      method: 'post',
      path: '/api/responses/{id}/vote',
      summary: 'Approve or deny; it runs once enough accounts agreed. A token is nobody’s account',
      request: { params: Id, query: LanguageQuery, body: body(ResponseVote) },
      responses: { 200: json(Response) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const { version, decision, note } = c.req.valid('json');
      asPerson(c, parts);
      // Written down before it is done: what nobody can look up later is not done.
      await audited(parts, c, `response.${decision}`, id, { version, note });
      const voted = await responses.vote(id, version, decision, actorOf(c), c.req.valid('query').lang);
      return c.json(voted, 200);
    },
  );

  api.add(
    'responder',
    {
      method: 'post',
      path: '/api/responses/{id}/undo',
      summary: 'Take back what was done',
      request: { params: Id, query: LanguageQuery, body: body(ResponseUndo) },
      responses: { 200: json(Response) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      asPerson(c, parts);
      await audited(parts, c, 'response.undo', id);
      return c.json(await responses.undo(id, c.req.valid('json').version, actorOf(c), c.req.valid('query').lang), 200);
    },
  );
}

/** Two tokens of one person would be two accounts. */
function asPerson(c: Ctx, parts: Parts): void {
  if (c.get('principal').kind === 'user') return;
  parts.counts.refused.add({ why: 'role' });
  throw new HttpProblem(403, 'forbidden', 'this needs a person who is logged in, no token');
}
