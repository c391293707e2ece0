import type { UnixMs } from '@haetae/event';
import type { Opening } from './arrivals.ts';
import type { DeliveryBook } from './book.ts';
import { type Body, deliveryId, isUntold, type Row, rowOf } from './delivery.ts';
import type { Lane } from './lane.ts';
import type { OutboxParts } from './outbox.ts';

const AT_ONCE = 200;

/** What happens when a channel is dead or refuses: another tells in its place, and says so. */
export class Fallback {
  readonly #parts: OutboxParts;
  readonly #book: DeliveryBook;
  readonly #open: Opening['open'];
  readonly #turn: (lane: Lane) => void;

  constructor(parts: OutboxParts, book: DeliveryBook, open: Opening['open'], turn: (lane: Lane) => void) {
    this.#parts = parts;
    this.#book = book;
    this.#open = open;
    this.#turn = turn;
  }

  /** It is told in the channel's place by another; what it would have told later is given up. */
  async handOver(row: Row, fallback: string | null, why: string, attempts = row.delivery.attempts): Promise<void> {
    const { lanes, store } = this.#parts;
    const { incidentId, channel } = row.delivery;
    lanes.get(channel)?.open.delete(row.delivery.id);
    const to = this.reachable(fallback);
    const untold = isUntold(row);
    const error = to === undefined || !untold ? why : `${why}; told by ${to.config.name}`;
    // The other first: a crash between the two tells twice, in two places, rather than never.
    if (to !== undefined && untold) {
      const ids = row.body.kind === 'digest' ? row.body.incidents : incidentId === null ? [] : [incidentId];
      for (let i = 0; i < ids.length; i += AT_ONCE) {
        const incidents = await store.incidents.some(ids.slice(i, i + AT_ONCE));
        await this.#open(
          incidents.map(({ body: _, ...incident }) => ({ channel: to.config.name, incident, fromMs: 0, via: channel })),
        );
      }
      this.#turn(to);
    }
    await this.#book.save(row, { state: 'given-up', nextMs: null, attempts, error: error.slice(0, 500) });
    if (incidentId !== null && untold)
      await this.#book.enter(row, to === undefined ? 'given-up' : 'handed-over', error);
  }

  /** The first of the chain of fallbacks that is not dead or off. */
  reachable(name: string | null): Lane | undefined {
    const { lanes } = this.#parts;
    for (let next = name; next !== null; ) {
      const lane: Lane | undefined = lanes.get(next);
      if (lane === undefined) return undefined;
      if (lane.sender !== undefined && lane.deadSinceMs === null) return lane;
      next = lane.config.fallback;
    }
    return undefined;
  }

  /** What waits goes to the fallback. What comes later does too, but for one now and then by which the channel is asked whether it lives again. */
  async die(lane: Lane): Promise<void> {
    const { name, fallback } = lane.config;
    this.#parts.log({
      level: 'error',
      message: 'a channel is dead',
      channel: name,
      why: lane.error,
      fallback: fallback ?? 'none',
    });
    // What comes meanwhile waits with the others: the fallback first says why it tells.
    await this.tell(lane, 'dead', lane.error);
    lane.replaced = true;
    if (this.reachable(fallback) === undefined) return;
    for (const row of [...lane.open.values()].filter(isUntold)) await this.handOver(row, fallback, lane.error);
  }

  /** Says by the fallback that a channel is dead, or lives again. */
  async tell(lane: Lane, about: 'dead' | 'alive', why: string): Promise<void> {
    const to = this.reachable(lane.config.fallback);
    if (about === 'alive')
      this.#parts.log({ level: 'info', message: 'a channel is alive again', channel: lane.config.name });
    if (to === undefined) return;
    const nowMs = this.#parts.clock.now() as UnixMs;
    const body: Body = {
      kind: 'notice',
      about,
      channel: lane.config.name,
      why,
      sinceMs: lane.failingSinceMs ?? nowMs,
      sending: null,
    };
    const id = deliveryId(to.config.name, 'notice', `${lane.config.name} ${about} ${nowMs}`);
    const delivery = await this.#book.create({
      id,
      incidentId: null,
      channel: to.config.name,
      nextMs: nowMs,
      body,
      nowMs,
    });
    if (delivery === undefined) return;
    to.open.set(id, rowOf(delivery));
    this.#turn(to);
  }
}
