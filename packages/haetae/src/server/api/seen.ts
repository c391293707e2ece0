import {
  EntitiesQuery,
  Entity,
  EventQuery,
  EventsQuery,
  Finding,
  FindingDetail,
  FindingsQuery,
  Id,
  page,
  SearchPart,
  Stats,
  StoredEvent,
} from '../api.ts';
import { Anomaly } from '../api-told.ts';
import { HttpProblem } from '../http/problem.ts';
import { type Api, body, json } from './endpoint.ts';
import { jsonLines } from './streams.ts';

const missing = (what: string) => new HttpProblem(404, 'missing', `there is no such ${what}`);

/** Events, findings, entities: what was seen. */
export function seenRoutes(api: Api): void {
  const { events, findings, entities, stats } = api.parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/events',
      summary: 'A page of events, the newest first',
      request: { query: EventsQuery },
      responses: { 200: json(page(StoredEvent)) },
    },
    async (c) => {
      const { eventId, ...rest } = c.req.valid('query');
      const query = EventQuery.parse({ ...rest, ...(eventId !== undefined && { eventId: [eventId] }) });
      const items: StoredEvent[] = [];
      let next: string | null = null;
      for await (const part of events.search(query, c.req.raw.signal)) {
        if (part.kind === 'events') items.push(...part.events);
        else if (part.kind === 'end') next = part.next;
        else if (part.kind === 'error') throw new HttpProblem(400, part.code, part.message);
      }
      return c.json({ items, next }, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/events/search',
      summary:
        'Search, also by a Sigma rule; what is found is streamed, one part a line. Closing the connection cancels it.',
      request: { body: body(EventQuery) },
      responses: {
        200: { description: 'Parts, one a line', content: { 'application/x-ndjson': { schema: SearchPart } } },
      },
    },
    (c) => jsonLines(c, (signal) => events.search(c.req.valid('json'), signal)) as never,
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/events/{id}',
      summary: 'One event, whole',
      request: { params: Id },
      responses: { 200: json(StoredEvent) },
    },
    async (c) => {
      const event = await events.get(c.req.valid('param').id);
      if (event === undefined) throw missing('event');
      return c.json(event, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/findings',
      summary: 'A page of findings, the newest first',
      request: { query: FindingsQuery },
      responses: { 200: json(page(Finding)) },
    },
    async (c) => c.json(mutable(await findings.list(c.req.valid('query'))), 200),
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/anomalies',
      summary: 'A page of findings that a score made, with why, the newest first',
      request: { query: FindingsQuery },
      responses: { 200: json(page(Anomaly)) },
    },
    async (c) => {
      const { items, next } = await findings.statements({ ...c.req.valid('query'), detector: 'anomaly' });
      return c.json({ items: items.flatMap(anomalyOf), next }, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/findings/{id}',
      summary: 'One finding with why it was made',
      request: { params: Id },
      responses: { 200: json(FindingDetail) },
    },
    async (c) => {
      const finding = await findings.get(c.req.valid('param').id);
      if (finding === undefined) throw missing('finding');
      return c.json(finding, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/entities',
      summary: 'Hosts, users and other things that were seen, the riskiest first',
      request: { query: EntitiesQuery },
      responses: { 200: json(page(Entity)) },
    },
    async (c) => c.json(mutable(await entities.list(c.req.valid('query'))), 200),
  );

  api.add(
    'viewer',
    { method: 'get', path: '/api/stats', summary: 'Numbers of the whole', responses: { 200: json(Stats) } },
    async (c) => c.json(await stats(), 200),
  );
}

export const mutable = <T>(one: {
  readonly items: readonly T[];
  readonly next: string | null;
}): { items: T[]; next: string | null } => ({
  items: [...one.items],
  next: one.next,
});

/** As the page reads it; a statement of another shape (of an older version) is left out. */
function anomalyOf({ statement, ...finding }: FindingDetail): Anomaly[] {
  const why = (statement as { why?: readonly { kind?: string }[] } | null)?.why?.find(({ kind }) => kind === 'unusual');
  const read = Anomaly.safeParse({ ...finding, why });
  return read.success ? [read.data] : [];
}
