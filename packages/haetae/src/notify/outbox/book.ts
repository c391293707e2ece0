import type { UnixMs } from '@haetae/event';
import type { Delivery, IncidentRow, Json } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';
import type { Body, Row } from './delivery.ts';
import type { OutboxParts } from './outbox.ts';

/** What is written down of deliveries. */
export class DeliveryBook {
  readonly #parts: Pick<OutboxParts, 'store' | 'clock'>;

  constructor(parts: Pick<OutboxParts, 'store' | 'clock'>) {
    this.#parts = parts;
  }

  /** undefined where it is there already. */
  async create(one: {
    id: string;
    incidentId: string | null;
    channel: string;
    nextMs: UnixMs;
    body: Body;
    nowMs: UnixMs;
  }): Promise<Delivery | undefined> {
    const { body, nowMs, ...kept } = one;
    try {
      return await this.#parts.store.deliveries.create({
        ...kept,
        state: 'waiting',
        attempts: 0,
        error: '',
        body: body as unknown as Json,
        createdMs: nowMs,
        createdBy: '',
      });
    } catch (error) {
      if (error instanceof StoreError && error.code === 'taken') return undefined;
      throw error;
    }
  }

  /** One change after the other; what is told in memory is what is stored. */
  save(
    row: Row,
    change: Partial<Pick<Delivery, 'state' | 'attempts' | 'nextMs' | 'error'>>,
    body?: Body,
  ): Promise<void> {
    const { store, clock } = this.#parts;
    const write = row.writing.then(async () => {
      const { id, version } = row.delivery;
      const now = clock.now() as UnixMs;
      const whole = body === undefined ? change : { ...change, body: body as unknown as Json };
      row.delivery = await store.deliveries.update(id, version, whole, '', now);
      if (body !== undefined) row.body = body;
    });
    row.writing = write.catch(() => {});
    return write;
  }

  async incident(id: string | null): Promise<IncidentRow | undefined> {
    if (id === null) return undefined;
    const found = await this.#parts.store.incidents.get(id);
    if (found === undefined) return undefined;
    const { body: _, ...row } = found;
    return row;
  }

  /** A line of the incident's history. */
  async enter({ delivery }: Row, state: string, why: string): Promise<void> {
    const detail = { channel: delivery.channel, state, ...(why !== '' && { why }) };
    const entry = { actor: '', kind: 'delivery', detail, timeMs: this.#parts.clock.now() as UnixMs } as const;
    await this.#parts.store.incidents.note(delivery.incidentId!, entry).catch(() => {});
  }
}
