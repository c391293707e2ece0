/** Shapes of what the server tells of messages to people. */
import { z } from '@hono/zod-openapi';

export const NotifyStatus = z
  .object({
    /** Off: nobody is told of incidents. */
    on: z.boolean(),
    channels: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        state: z.enum(['on', 'off', 'failing', 'dead']),
        /** Why it is off or fails; '' for none. */
        why: z.string(),
        fallback: z.string().nullable(),
        /** Messages that are owed. */
        waiting: z.number().int(),
        /** Since the start. */
        sent: z.number().int(),
        failed: z.number().int(),
        givenUp: z.number().int(),
        lastSentMs: z.number().nullable(),
      }),
    ),
  })
  .openapi('NotifyStatus');
export type NotifyStatus = z.infer<typeof NotifyStatus>;

const DeliveryState = z.enum(['waiting', 'sent', 'failed', 'given-up']);
export const Delivery = z
  .object({
    id: z.string(),
    incident: z.string().nullable(),
    channel: z.string(),
    state: DeliveryState,
    attempts: z.number().int(),
    error: z.string(),
    /** When it is tried again; null when it is settled. */
    nextMs: z.number().nullable(),
    createdMs: z.number(),
    updatedMs: z.number(),
  })
  .openapi('Delivery');
export type Delivery = z.infer<typeof Delivery>;

export const DeliveriesQuery = z.object({
  incident: z.string().max(100).optional(),
  channel: z.string().max(100).optional(),
  state: DeliveryState.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
