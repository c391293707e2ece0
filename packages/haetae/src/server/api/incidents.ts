import { Id, IncidentDetail, IncidentPatch, IncidentsQuery, Note, page } from '../api.ts';
import { BenignProposal, LanguageQuery, ListedIncident, Story } from '../api-told.ts';
import { HttpProblem } from '../http/problem.ts';
import { Stories, Titles } from '../told.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const missing = new HttpProblem(404, 'missing', 'there is no such incident');

/** Incidents: the list, one whole, its story, and what people make of it. */
export function incidentRoutes(api: Api): void {
  const { parts } = api;
  const { incidents } = parts.ports;
  const titles = new Titles(incidents);
  const stories = new Stories(incidents);

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/incidents',
      summary: 'A page of incidents',
      request: { query: IncidentsQuery.extend(LanguageQuery.shape) },
      responses: { 200: json(page(ListedIncident)) },
    },
    async (c) => {
      const { lang, ...query } = c.req.valid('query');
      const { items, next } = await incidents.list(query);
      return c.json({ items: await titles.of(items, lang), next }, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/incidents/{id}',
      summary: 'One incident, whole, with its history',
      request: { params: Id },
      responses: { 200: json(IncidentDetail) },
    },
    async (c) => {
      const incident = await incidents.json(c.req.valid('param').id);
      if (incident === undefined) throw missing;
      return c.body(incident, 200, { 'content-type': 'application/json' }) as never;
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/incidents/{id}/story',
      summary: 'What happened, in sentences; each with its findings and where it stands in the logs',
      request: { params: Id, query: LanguageQuery },
      responses: { 200: json(Story) },
    },
    async (c) => {
      const story = await stories.of(c.req.valid('param').id, c.req.valid('query').lang);
      if (story === undefined) throw missing;
      return c.json(story, 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'get',
      path: '/api/incidents/{id}/benign',
      summary: 'Exceptions that would take its findings away and nothing else, held against what is stored',
      request: { params: Id },
      responses: { 200: json(BenignProposal) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if ((await incidents.version(id)) === undefined) throw missing;
      return c.json(await incidents.benign(id), 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'patch',
      path: '/api/incidents/{id}',
      summary: 'Take, open, close an incident',
      request: { params: Id, body: body(IncidentPatch) },
      responses: { 200: json(IncidentDetail) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const change = c.req.valid('json');
      if (change.status === 'closed' && change.verdict == null)
        throw new HttpProblem(400, 'invalid', 'say why it is closed', { at: 'json.verdict' });
      if (change.assignee != null && (await parts.ports.accounts.users.get(change.assignee)) === undefined)
        throw new HttpProblem(400, 'invalid', 'there is no such user', { at: 'json.assignee' });
      const incident = await incidents.update(id, change, actorOf(c));
      const { version: _, ...detail } = change;
      await audited(parts, c, 'incident.update', id, JSON.parse(JSON.stringify(detail)));
      return c.json(incident, 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'post',
      path: '/api/incidents/{id}/notes',
      summary: 'Write a note into its history',
      request: { params: Id, body: body(Note) },
      responses: { 201: json(IncidentDetail) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const incident = await incidents.note(id, c.req.valid('json').text, actorOf(c));
      await audited(parts, c, 'incident.note', id);
      return c.json(incident, 201);
    },
  );
}
