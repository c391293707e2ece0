import { z } from '@hono/zod-openapi';
import { Exception, Id, NewException, NewSavedSearch, page, Rule, RulePatch, RulesQuery, SavedSearch } from '../api.ts';
import { HttpProblem } from '../http/problem.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const NOTHING = { 204: { description: 'Done' } };
const missing = (what: string) => new HttpProblem(404, 'missing', `there is no such ${what}`);

/** Rules, exceptions and saved searches: what is looked for. */
export function soughtRoutes(api: Api): void {
  ruleRoutes(api);
  searchRoutes(api);
}

function ruleRoutes(api: Api): void {
  const { parts } = api;
  const { rules, exceptions } = parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/rules',
      summary: 'A page of the rules that are loaded, with what they found',
      request: { query: RulesQuery },
      responses: { 200: json(page(Rule)) },
    },
    async (c) => {
      const { items, next } = await rules.list(c.req.valid('query'));
      return c.json({ items: [...items], next }, 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'patch',
      path: '/api/rules/{id}',
      summary: 'Switch a rule on or off',
      request: { params: Id, body: body(RulePatch) },
      responses: { 200: json(Rule) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const { enabled } = c.req.valid('json');
      const rule = await rules.setEnabled(id, enabled, actorOf(c));
      await audited(parts, c, enabled ? 'rule.enable' : 'rule.disable', id, { title: rule.title });
      return c.json(rule, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/exceptions',
      summary: 'What is known to be harmless',
      responses: { 200: json(z.array(Exception)) },
    },
    async (c) => c.json([...(await exceptions.list())], 200),
  );

  api.add(
    'analyst',
    {
      method: 'post',
      path: '/api/exceptions',
      summary: 'Except what somebody vouches for',
      request: { body: body(NewException) },
      responses: { 201: json(Exception) },
    },
    async (c) => {
      const asked = c.req.valid('json');
      const made = await exceptions.create(asked, actorOf(c));
      const { title, ruleId, filter, reason } = asked;
      await audited(parts, c, 'exception.create', made.id, { title, ruleId, filter, reason });
      return c.json(made, 201);
    },
  );

  api.add(
    'analyst',
    {
      method: 'delete',
      path: '/api/exceptions/{id}',
      summary: 'End an exception',
      request: { params: Id },
      responses: NOTHING,
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if (!(await exceptions.remove(id, actorOf(c)))) throw missing('exception');
      await audited(parts, c, 'exception.remove', id);
      return c.body(null, 204);
    },
  );
}

function searchRoutes(api: Api): void {
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
