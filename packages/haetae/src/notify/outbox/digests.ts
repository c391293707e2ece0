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
  async mark(lane: Lane, digest: Row, known: ReadonlyMap<string, Row> = new Map()): Promise<void> {
    const { store, clock } = this.#parts;
    const { incidents } = digest.body as DigestBody;
    for (let i = 0; i < incidents.length; i += AT_ONCE) {
      const ids = incidents.slice(i, i + AT_ONCE).map((one) => deliveryId(lane.config.name, 'incident', one));
      const rows = new Map(
        ids.flatMap((id) => known.get(id) ?? lane.open.get(id) ?? []).map((row) => [row.delivery.id, row]),
      );
      const lacking = ids.filter((id) => !rows.has(id));
      if (lacking.length > 0)
        for (const one of await store.deliveries.list({ id: lacking })) rows.set(one.id, rowOf(one));
      const untold = [...rows.values()].filter(({ body }) => body.kind === 'incident' && body.told === null);
      const unknown = untold.flatMap(({ incident, delivery }) => (incident === undefined ? delivery.incidentId! : []));
      const read = new Map(
        unknown.length === 0 ? [] : (await store.incidents.some(unknown)).map(({ body: _, ...one }) => [one.id, one]),
      );
      await this.#book.saveAll(
        untold.flatMap((row) => {
          const incident = row.incident ?? read.get(row.delivery.incidentId!);
          if (incident === undefined) return [];
          const told = toldOf(incident, clock.now(), []);
          const body: IncidentBody = { ...(row.body as IncidentBody), told, said: told, digest: digest.delivery.id };
          return [{ row, change: { state: 'sent', nextMs: null } as const, body }];
        }),
      );
      for (const id of ids) lane.open.delete(id);
    }
  }
}

/** Deliveries that are written down in one go. */
const AT_ONCE = 500;

const isFresh = ({ body, uncertain }: Row): boolean =>
  body.kind === 'incident' && body.told === null && body.sending === null && uncertain === null;
