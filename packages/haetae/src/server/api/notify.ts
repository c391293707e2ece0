import { z } from '@hono/zod-openapi';
import { DeliveriesQuery, Delivery, NotifyStatus } from '../api-notify.ts';
import { LanguageQuery } from '../api-told.ts';
import { type Api, json } from './endpoint.ts';

/** Messages to people: how their channels do, and what became of each message. */
export function notifyRoutes(api: Api): void {
  const { notify } = api.parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/notify',
      summary: 'Channels by which people are told of incidents, and how each does',
      request: { query: LanguageQuery },
      responses: { 200: json(NotifyStatus) },
    },
    async (c) => c.json(await notify.channels(c.req.valid('query').lang), 200),
  );

  api.add(
    'analyst',
    {
      method: 'get',
      path: '/api/deliveries',
      summary: 'Messages to people and what became of them, the newest first',
      request: { query: DeliveriesQuery },
      responses: { 200: json(z.object({ items: z.array(Delivery) })) },
    },
    async (c) => {
      const found = await notify.deliveries(c.req.valid('query'));
      const items = found.map(({ id, incidentId, channel, state, attempts, error, nextMs, createdMs, updatedMs }) => ({
        ...{ id, incident: incidentId, channel, state, attempts, error, nextMs, createdMs, updatedMs },
      }));
      return c.json({ items }, 200);
    },
  );
}
