import type { UnixMs } from '@haetae/event';
import type { Delivery, IncidentRow, Json } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';
import type { Body, Row } from './delivery.ts';
import type { OutboxParts } from './outbox.ts';

type Change = Partial<Pick<Delivery, 'state' | 'attempts' | 'nextMs' | 'error'>>;
export interface NewDelivery {
  readonly id: string;
  readonly incidentId: string | null;
  readonly channel: string;
  readonly nextMs: UnixMs;
  readonly body: Body;
  readonly nowMs: UnixMs;
}

/** What is written down of deliveries. */
export class DeliveryBook {
  readonly #parts: Pick<OutboxParts, 'store' | 'clock'>;

  constructor(parts: Pick<OutboxParts, 'store' | 'clock'>) {
    this.#parts = parts;
  }

  /** undefined where it is there already. */
  async create(one: NewDelivery): Promise<Delivery | undefined> {
    return (await this.createAll([one]))[0];
  }

  /** Those that were not there already. */
  createAll(many: readonly NewDelivery[]): Promise<readonly Delivery[]> {
    return this.#parts.store.deliveries.createAll(
      many.map(({ body, nowMs, ...kept }) => ({
        ...kept,
        ...{ state: 'waiting', attempts: 0, error: '', createdMs: nowMs, createdBy: '' },
        body: body as unknown as Json,
      })),
    );
  }

  /** One change after the other; what is told in memory is what is stored. */
  save(row: Row, change: Change, body?: Body): Promise<void> {
    const { store, clock } = this.#parts;
    const write = row.writing.then(async () => {
      const { id, version } = row.delivery;
      const now = clock.now() as UnixMs;
      const whole = body === undefined ? change : { ...change, body: body as unknown as Json };
      row.delivery = await store.deliveries
        .update(id, version, whole, '', now)
        .catch((error: unknown) => this.#readAgain(row, error));
      if (body !== undefined) row.body = body;
    });
    row.writing = write.catch(() => {});
    return write;
  }

  /** Many at once: all, or none of them. */
  async saveAll(saved: readonly { readonly row: Row; readonly change: Change; readonly body: Body }[]): Promise<void> {
    const { store, clock } = this.#parts;
    const before = Promise.all(saved.map(({ row }) => row.writing));
    const write = before.then(async () => {
      const changes = saved.map(({ row, change, body }) => {
        const { id, version } = row.delivery;
        return { id, version, change: { ...change, body: body as unknown as Json } };
      });
      const stored = await store.deliveries
        .updateAll(changes, '', clock.now() as UnixMs)
        .catch(async (error: unknown) => {
          for (const { row } of saved) await this.#readAgain(row, error).catch(() => {});
          throw error;
        });
      saved.forEach(({ row, body }, i) => {
        row.delivery = stored[i]!;
        row.body = body;
      });
    });
    for (const { row } of saved) row.writing = write.catch(() => {});
    await write;
  }

  /** A row that was read before another was done with it is as it is stored from now on: what is still owed is tried again. */
  async #readAgain(row: Row, error: unknown): Promise<never> {
    if (error instanceof StoreError && error.code === 'conflict') {
      const stored = await this.#parts.store.deliveries.get(row.delivery.id);
      if (stored !== undefined) {
        row.delivery = stored;
        row.body = stored.body as unknown as Body;
      }
    }
    throw error;
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
