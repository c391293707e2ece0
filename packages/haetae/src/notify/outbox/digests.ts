import type { UnixMs } from '@haetae/event';
import type { DeliveryBook } from './book.ts';
import { type DigestBody, deliveryId, type IncidentBody, type Row, rowOf, toldOf } from './delivery.ts';
import type { Lane } from './lane.ts';
import type { OutboxParts } from './outbox.ts';
import type { Speaker } from './speaker.ts';
import type { Step } from './step.ts';

export type Chosen =
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'digest'; readonly rows: readonly Row[] }
  | { readonly kind: 'one'; readonly row: Row; readonly step: Step };

/** Under load many incidents go in one message: which, and how it is written down that they did. */
export class Digests {
  readonly #parts: OutboxParts;
  readonly #book: DeliveryBook;
  readonly #speaker: Speaker;

  constructor(parts: OutboxParts, book: DeliveryBook, speaker: Speaker) {
    this.#parts = parts;
    this.#book = book;
    this.#speaker = speaker;
  }

  /** What a channel does next: the most urgent, unless so much is new that it is told together. */
  choose(lane: Lane, ready: readonly { readonly row: Row; readonly step: Step }[], nowMs: number): Chosen {
    const { over, everyMs } = this.#parts.config.digest;
    const fresh = ready.filter(({ row, step }) => step.kind === 'first' && isFresh(row));
    if (fresh.length <= over || lane.deadSinceMs !== null)
      return ready[0] === undefined
        ? { kind: 'wait', untilMs: Number.POSITIVE_INFINITY }
        : { kind: 'one', ...ready[0] };
    const lesser = fresh.filter(({ row }) => this.#speaker.isForDigest(row));
    const dueMs = lane.lastDigestMs + everyMs;
    if (lesser.length > 1 && dueMs <= nowMs) return { kind: 'digest', rows: lesser.map(({ row }) => row) };
    const held = new Set(lesser.length > 1 ? lesser.map(({ row }) => row) : []);
    const one = ready.find(({ row }) => !held.has(row));
    return one === undefined ? { kind: 'wait', untilMs: dueMs } : { kind: 'one', ...one };
  }

  /** First what they are told in, then that they are. undefined where that was begun before. */
  async gather(lane: Lane, rows: readonly Row[]): Promise<Row | undefined> {
    const nowMs = this.#parts.clock.now() as UnixMs;
    const channel = lane.config.name;
    const incidents = rows.map(({ delivery }) => delivery.incidentId!);
    const body: DigestBody = { kind: 'digest', incidents, sending: null };
    const id = deliveryId(channel, 'digest', `${nowMs} ${incidents[0]}`);
    const delivery = await this.#book.create({ id, incidentId: null, channel, nextMs: nowMs, body, nowMs });
    lane.lastDigestMs = nowMs;
    if (delivery === undefined) return undefined;
    const row = rowOf(delivery);
    lane.open.set(id, row);
    await this.mark(lane, row, new Map(rows.map((one) => [one.delivery.id, one])));
    return row;
  }

  /** What stands in a digest is told; after a crash in between, again. */
  async mark(lane: Lane, digest: Row, known?: ReadonlyMap<string, Row>): Promise<void> {
    const { store, clock } = this.#parts;
    for (const incidentId of (digest.body as DigestBody).incidents) {
      const id = deliveryId(lane.config.name, 'incident', incidentId);
      const row =
        known?.get(id) ?? lane.open.get(id) ?? (await store.deliveries.get(id).then((one) => one && rowOf(one)));
      if (row === undefined || row.body.kind !== 'incident' || row.body.told !== null) continue;
      const incident = row.incident ?? (await this.#book.incident(incidentId));
      if (incident === undefined) continue;
      const told = toldOf(incident, clock.now(), []);
      lane.open.delete(id);
      const body: IncidentBody = { ...row.body, told, said: told, digest: digest.delivery.id };
      await this.#book.save(row, { state: 'sent', nextMs: null }, body);
    }
  }
}

const isFresh = ({ body, uncertain }: Row): boolean =>
  body.kind === 'incident' && body.told === null && body.sending === null && uncertain === null;
