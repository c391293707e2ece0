import { z } from '@hono/zod-openapi';
import { BOM, row } from '../../locale/index.ts';
import { Hunt, HuntHit, HuntHitsQuery, HuntsQuery, Id, NewHunt, NewRescan, page } from '../api.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Hunts } from '../ports.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';
import { textStream } from './streams.ts';

const missing = (what: string) => new HttpProblem(404, 'missing', `there is no such ${what}`);

/** Rules held against what is stored. */
export function huntRoutes(api: Api): void {
  const { parts } = api;
  const { hunts } = parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/hunts',
      summary: 'A page of hunts, the newest first',
      request: { query: HuntsQuery },
      responses: { 200: json(page(Hunt)) },
    },
    async (c) => {
      const { items, next } = await hunts.list(c.req.valid('query'));
      return c.json({ items: [...items], next }, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/hunts/{id}',
      summary: 'How far a hunt is',
      request: { params: Id },
      responses: { 200: json(Hunt) },
    },
    async (c) => {
      const hunt = await hunts.get(c.req.valid('param').id);
      if (hunt === undefined) throw missing('hunt');
      return c.json(hunt, 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'post',
      path: '/api/hunts',
      summary: 'Hold a Sigma rule against what is stored',
      request: { body: body(NewHunt) },
      responses: { 201: json(Hunt) },
    },
    async (c) => {
      const hunt = await hunts.start(c.req.valid('json'), actorOf(c));
      await audited(parts, c, 'hunt.start', hunt.id, { name: hunt.name });
      return c.json(hunt, 201);
    },
  );

  api.add(
    'analyst',
    {
      method: 'post',
      path: '/api/rescans',
      summary: 'Hold the rules in force against what was stored before they were: what was missed',
      request: { body: body(NewRescan) },
      responses: { 201: json(Hunt) },
    },
    async (c) => {
      const asked = c.req.valid('json');
      const hunt = await hunts.rescan(asked, actorOf(c));
      await audited(parts, c, 'hunt.rescan', hunt.id, { name: hunt.name, rules: asked.rules ?? null });
      return c.json(hunt, 201);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/hunts/{id}/hits',
      summary: 'A page of what a hunt found, in order of time',
      request: { params: Id, query: HuntHitsQuery },
      responses: { 200: json(page(HuntHit)) },
    },
    async (c) => {
      const { fresh, limit, cursor } = c.req.valid('query');
      const found = await hunts.hits(c.req.valid('param').id, { freshOnly: fresh === 'true', limit, cursor });
      if (found === undefined) throw missing('hunt');
      return c.json({ items: [...found.items], next: found.next }, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/hunts/{id}/hits.csv',
      summary: 'All that a hunt found and kept, as CSV',
      request: { params: Id, query: HuntHitsQuery.pick({ fresh: true }) },
      responses: { 200: { description: 'A line a hit', content: { 'text/csv': { schema: z.string() } } } },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if ((await hunts.get(id)) === undefined) throw missing('hunt');
      const freshOnly = c.req.valid('query').fresh === 'true';
      return textStream(c, 'text/csv; charset=utf-8', () => csvOf(hunts, id, freshOnly));
    },
  );

  api.add(
    'analyst',
    {
      method: 'delete',
      path: '/api/hunts/{id}',
      summary: 'End a hunt that runs',
      request: { params: Id },
      responses: { 204: { description: 'Done' } },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if (!(await hunts.cancel(id))) throw missing('running hunt');
      await audited(parts, c, 'hunt.cancel', id);
      return c.body(null, 204);
    },
  );
}

const HEAD = ['time', 'host', 'level', 'rule', 'title', 'fresh', 'events'];
const PAGE = 1000;

async function* csvOf(hunts: Hunts, id: string, freshOnly: boolean): AsyncGenerator<string> {
  yield BOM + row(HEAD);
  for (let cursor: string | undefined; ; ) {
    const found = await hunts.hits(id, { freshOnly, limit: PAGE, cursor });
    if (found === undefined) return;
    yield found.items
      .map(({ timeMs, host, level, ruleId, title, fresh, events }) =>
        row([new Date(timeMs).toISOString(), host, level, ruleId, title, String(fresh), events.join(' ')]),
      )
      .join('');
    if (found.next === null) return;
    cursor = found.next;
  }
}
