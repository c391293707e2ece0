import { z } from '@hono/zod-openapi';
import { Ready } from '../api.ts';
import { type Api, json } from './endpoint.ts';
import { eventStream } from './streams.ts';

/** Health, numbers for monitoring, live updates. */
export function serviceRoutes(api: Api): void {
  const { parts } = api;

  api.add(
    'open',
    {
      method: 'get',
      path: '/healthz',
      summary: 'The process is there',
      responses: { 200: json(z.object({ ok: z.literal(true) })) },
    },
    (c) => c.json({ ok: true as const }, 200),
  );

  api.add(
    'open',
    {
      method: 'get',
      path: '/readyz',
      summary: 'It can take events in and answer questions',
      responses: { 200: json(Ready), 503: json(Ready, 'Not yet, or no longer') },
    },
    async (c) => {
      const state = await parts.ports.ready();
      // A stranger learns that it is not ready, not why.
      const checks = state.checks.map(({ name, ok }) => ({ name, ok, detail: '' }));
      return c.json({ ready: state.ready, checks }, state.ready ? 200 : 503);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/metrics',
      summary: 'Numbers for Prometheus',
      responses: { 200: { description: 'Text exposition format', content: { 'text/plain': { schema: z.string() } } } },
    },
    (c) => c.body(parts.metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }) as never,
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/live',
      summary: 'What happens, as it happens; Last-Event-ID resumes',
      request: {
        headers: z.object({
          'last-event-id': z
            .string()
            .regex(/^\d{0,15}$/)
            .optional(),
        }),
        query: z.object({ after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional() }),
      },
      responses: {
        200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: z.string() } } },
      },
    },
    (c) => {
      const last = c.req.valid('header')['last-event-id'];
      const after = last === undefined || last === '' ? c.req.valid('query').after : Number(last);
      return eventStream(c, (signal) => parts.ports.live.subscribe(after, signal)) as never;
    },
  );
}
