import { z } from '@hono/zod-openapi';
import { EventQuery } from '../api.ts';
import {
  EventHistogramQuery,
  EventTopQuery,
  EventTopRow,
  FindingsOverTime,
  FindingsOverTimeQuery,
  FindingTimesQuery,
  Seen,
  TechniqueCount,
  TimeBucket,
} from '../api-counted.ts';
import { OpenIncidents, OpenIncidentsQuery } from '../api-told.ts';
import { HttpProblem } from '../http/problem.ts';
import { type Api, body, json } from './endpoint.ts';

/** Incidents, findings and events as numbers. */
export function countedRoutes(api: Api): void {
  const { events, findings, incidents } = api.parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/counts/incidents',
      summary:
        'What stands out among the open incidents: how many there are, the tactics, hosts, users and blind bands of all of them',
      request: { query: OpenIncidentsQuery },
      responses: { 200: json(OpenIncidents) },
    },
    async (c) => c.json(await incidents.open(c.req.valid('query').sinceMs), 200),
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/counts/findings',
      summary: 'Findings by time and level',
      request: { query: FindingsOverTimeQuery },
      responses: { 200: json(FindingsOverTime) },
    },
    async (c) => c.json(await findings.overTime(c.req.valid('query')), 200),
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/counts/techniques',
      summary: 'Findings by technique of ATT&CK',
      request: { query: FindingTimesQuery },
      responses: { 200: json(z.array(TechniqueCount)) },
    },
    async (c) => c.json(await findings.byTechnique(c.req.valid('query')), 200),
  );

  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/counts/events',
      summary: 'Events of a search by time, and by the values of a column where one is named',
      request: { body: body(EventHistogramQuery) },
      responses: { 200: json(z.array(TimeBucket)) },
    },
    async (c) => c.json(await events.histogram(withoutRule(c.req.valid('json')), c.req.raw.signal), 200),
  );

  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/counts/top',
      summary: 'The most frequent values of a column among the events of a search',
      request: { body: body(EventTopQuery) },
      responses: { 200: json(z.array(EventTopRow)) },
    },
    async (c) => c.json(await events.top(withoutRule(c.req.valid('json')), c.req.raw.signal), 200),
  );

  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/counts/seen',
      summary: 'How many events a search finds, when first and last, on how many hosts',
      request: { body: body(EventQuery) },
      responses: { 200: json(Seen) },
    },
    async (c) => c.json(await events.seen(withoutRule(c.req.valid('json')), c.req.raw.signal), 200),
  );
}

/** A rule is not what the store counts by: such a search is streamed, and its hits counted. */
function withoutRule<T extends EventQuery>(query: T): T {
  if (query.rule !== undefined)
    throw new HttpProblem(400, 'invalid', 'a search by a rule cannot be counted this way', { at: 'json.rule' });
  return query;
}
