import type { UnixMs } from '@haetae/event';
import type { Language } from '../../locale/index.ts';
import type { Delivery, IncidentRow, Store } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';
import type { Attachment, Outcome } from '../channels/channel.ts';
import type { NotifyConfig } from '../config/config.ts';
import { whyOff } from '../message/off.ts';
import { type Responses, stampOf } from '../responses.ts';
import { Arrivals, type Opening, type Owed } from './arrivals.ts';
import { DeliveryBook } from './book.ts';
import { type Body, deliveryId, isUntold, newIncidentBody, type Row, rowOf } from './delivery.ts';
import { Digests } from './digests.ts';
import { Fallback } from './fallback.ts';
import { Files } from './files.ts';
import type { Lane } from './lane.ts';
import { Running } from './running.ts';
import { Speaker } from './speaker.ts';
import { type Step, stepOf } from './step.ts';

/** What of the store the outbox stands on. */
export type OutboxStore = Pick<Store, 'deliveries' | 'marks' | 'incidents' | 'events' | 'intake' | 'users'>;

export interface OutboxParts {
  readonly store: OutboxStore;
  readonly config: NotifyConfig;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** Of the dashboard; '' where nobody said. */
  readonly publicUrl: string;
  readonly clock: Clock;
  /** Without it no message asks for an approval. */
  readonly responses?: Responses | undefined;
  /** Makes a picture and the report of an incident; without it messages have none. */
  readonly attach?: ((incident: string, language: Language) => Promise<readonly Attachment[]>) | undefined;
  readonly log: (line: {
    readonly level: 'info' | 'warn' | 'error';
    readonly message: string;
    readonly [name: string]: unknown;
  }) => void;
}
export interface Clock {
  now(): number;
  /** Calls back at that time; gives what takes it back. */
  at(ms: number, what: () => void): () => void;
}

/** Between two looks at what changed. */
const LOOK_MS = 500;
const RETRY_MS = 5000;

/**
 * What goes out, so that nothing is lost: what is owed follows from the store alone (incidents, and deliveries as they were told),
 * and what is about to be sent is written down before. A crash at any moment loses no message; what may have been sent is looked
 * for, or sent again under the id that it had.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #arrivals: Arrivals;
  readonly #speaker: Speaker;
  readonly #book: DeliveryBook;
  readonly #fallback: Fallback;
  readonly #digests: Digests;
  readonly #files: Files;
  readonly #running: Running;
  /** Incidents of which something waits for people that did not before, or no more. */
  readonly #asked = new Set<string>();
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #nextLookMs = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#running = new Running(parts.clock);
    this.#speaker = new Speaker(parts);
    this.#book = new DeliveryBook(parts);
    this.#files = new Files(parts);
    this.#digests = new Digests(parts, this.#book, this.#speaker);
    const open: Opening['open'] = (openings) => this.#open(openings);
    this.#fallback = new Fallback(parts, this.#book, open, (lane) => this.#turn(lane));
    this.#arrivals = new Arrivals(parts, {
      open,
      changed: (delivery, incident) => this.#changed(delivery, incident),
      wake: () => this.wake(),
    });
  }

  /** Takes up what was owed when it ended. */
  async start(): Promise<void> {
    const { store, lanes, log, responses } = this.#parts;
    await this.#arrivals.start();
    for (const state of ['waiting', 'failed'] as const)
      for (const delivery of await store.deliveries.list({ state })) {
        const lane = lanes.get(delivery.channel);
        const row = rowOf(delivery);
        if (lane?.sender === undefined) {
          const why = lane === undefined ? 'the channel is no longer in the file' : whyOff(lane.off);
          log({ level: 'warn', message: 'a message waits for a channel that is off', channel: delivery.channel, why });
          await this.#fallback.handOver(row, lane?.config.fallback ?? null, why);
          continue;
        }
        if (row.body.kind === 'incident') row.incident = await this.#book.incident(delivery.incidentId);
        if (row.body.kind === 'digest') await this.#digests.mark(lane, row);
        lane.open.set(delivery.id, row);
      }
    // What was proposed or decided while nobody listened.
    for (const incident of (await responses?.incidents()) ?? []) this.#asked.add(incident);
    this.wake();
    for (const lane of lanes.values()) this.#turn(lane);
  }

  /** What waits for people about an incident may be another than it was. */
  responded(incident: string): void {
    this.#asked.add(incident);
    this.wake();
  }

  /** Something may have changed. */
  wake(): void {
    if (this.#running.closed) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#running.at('look', Math.max(this.#nextLookMs, this.#parts.clock.now()), () => this.#look());
  }

  #look(): void {
    this.#nextLookMs = this.#parts.clock.now() + LOOK_MS;
    const looked = this.#lookAtAsks()
      .then(() => this.#arrivals.look())
      .then(
        () => {
          this.#looking = undefined;
          // Only now is it known how much is new.
          for (const lane of this.#parts.lanes.values()) this.#turn(lane);
          if (this.#lookAgain) this.wake();
        },
        (error: unknown) => {
          this.#looking = undefined;
          this.#trouble('what changed cannot be read; tried again', error);
          this.#running.at('look', this.#parts.clock.now() + RETRY_MS, () => this.#look());
        },
      );
    this.#lookAgain = false;
    this.#looking = this.#running.track(looked);
  }

  async #lookAtAsks(): Promise<void> {
    const { store, responses } = this.#parts;
    for (const id of [...this.#asked]) {
      this.#asked.delete(id);
      try {
        const incident = await this.#book.incident(id);
        const deliveries = incident === undefined ? [] : await store.deliveries.list({ incidentId: id });
        const asks = stampOf(deliveries.length === 0 ? [] : ((await responses?.waiting(id, 'en')) ?? []));
        for (const delivery of deliveries) await this.#changed(delivery, incident!, { asks });
      } catch (error) {
        this.#asked.add(id);
        throw error;
      }
    }
  }

  idle(): Promise<void> {
    return this.#running.idle();
  }

  async close(): Promise<void> {
    this.#files.close();
    await this.#running.close();
    for (const lane of this.#parts.lanes.values()) await lane.sender?.close?.();
  }

  #trouble(message: string, error: unknown): void {
    if (error instanceof StoreError && error.code === 'closed') return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.log({ level: 'error', message, reason });
  }

  /** New deliveries, but where a channel has one for its incident. */
  async #open(openings: readonly Owed[]): Promise<void> {
    const { store, clock, lanes } = this.#parts;
    const nowMs = clock.now() as UnixMs;
    const wanted = openings.map((owed) => ({ ...owed, id: deliveryId(owed.channel, 'incident', owed.incident.id) }));
    const made = new Map(
      (
        await this.#book.createAll(
          wanted.map(({ id, channel, incident, fromMs, via }) => ({
            ...{ id, incidentId: incident.id, channel, nowMs },
            ...{ nextMs: Math.max(fromMs, nowMs) as UnixMs, body: newIncidentBody(via) },
          })),
        )
      ).map((one) => [one.id, one]),
    );
    for (const { id, channel, incident, fromMs } of wanted) {
      const lane = lanes.get(channel)!;
      const delivery = made.get(id);
      if (delivery !== undefined) {
        const row = rowOf(delivery);
        row.incident = incident;
        lane.open.set(id, row);
        continue;
      }
      const known = lane.open.get(id) ?? (await store.deliveries.get(id).then((one) => one && rowOf(one)));
      if (known !== undefined) await this.#changed(known.delivery, incident, { fromMs });
    }
  }

  /** An incident of which a delivery tells is not what it was. */
  async #changed(
    delivery: Delivery,
    incident: IncidentRow,
    { fromMs, asks }: { readonly fromMs?: number; readonly asks?: readonly string[] } = {},
  ): Promise<void> {
    const lane = this.#parts.lanes.get(delivery.channel);
    if (lane?.sender === undefined || delivery.state === 'given-up') return;
    const row = lane.open.get(delivery.id) ?? rowOf(delivery);
    row.incident = incident;
    if (asks !== undefined) row.asks = asks;
    // Graver than it was: what was held back until the morning is not any more.
    if (fromMs !== undefined && row.body.kind === 'incident' && row.body.told === null)
      row.fromMs = Math.min(row.fromMs, fromMs);
    // What owes nothing waits for nothing: it is not counted as if it did.
    if (stepOf(row, lane) === undefined) {
      lane.open.delete(delivery.id);
      return;
    }
    lane.open.set(delivery.id, row);
    // Owed, in the store too: after a crash it is found.
    if (row.delivery.state === 'sent') await this.#book.save(row, { state: 'waiting' });
    this.#turn(lane);
  }

  /** Looks what a channel may do now, does one thing, and comes back. */
  #turn(lane: Lane): void {
    if (this.#running.closed || lane.sender === undefined || lane.busy) return;
    const now = this.#parts.clock.now();
    const name = `lane ${lane.config.name}`;
    const later = (ms: number): void => this.#running.at(name, ms, () => this.#turn(lane));
    if (lane.freeMs > now) {
      later(lane.freeMs);
      return;
    }
    const { ready, nextMs } = lane.due(now);
    const chosen = this.#digests.choose(lane, this.#files.able(lane, ready), now);
    if (chosen.kind === 'wait') {
      later(Math.min(nextMs, chosen.untilMs));
      return;
    }
    const making = chosen.kind === 'one' ? this.#files.make(lane, chosen.row, chosen.step) : undefined;
    if (making !== undefined) {
      this.#running.track(making.then(() => this.#turn(lane)));
      // Meanwhile the others.
      this.#turn(lane);
      return;
    }
    lane.busy = true;
    const task =
      chosen.kind === 'one'
        ? this.#do(lane, chosen.row, chosen.step)
        : this.#digests
            .gather(lane, chosen.rows)
            .then((row) => row && this.#do(lane, row, { kind: 'first', fromMs: now }));
    const done = task
      .catch((error: unknown) => {
        lane.freeMs = this.#parts.clock.now() + RETRY_MS;
        this.#trouble('a delivery could not be written down; tried again', error);
      })
      .then(() => {
        lane.busy = false;
        this.#turn(lane);
      });
    this.#running.track(done);
  }

  /** One attempt at what one delivery wants. */
  async #do(lane: Lane, row: Row, step: Step): Promise<void> {
    const { clock, config } = this.#parts;
    const speech = await this.#speaker.speechOf(lane, row, step);
    if (speech === undefined) {
      lane.open.delete(row.delivery.id);
      return this.#book.save(row, { state: 'given-up', nextMs: null, error: 'the incident is no longer stored' });
    }
    const began = clock.now();
    // Written down before it goes: an edit alone may be done twice without anybody seeing it.
    if (step.kind !== 'edit' && row.uncertain === null)
      await this.#book.save(row, {}, { ...row.body, sending: { part: speech.part, sinceMs: began } } as Body);
    const outcome = gently(step, await speech.send(lane.sender!));
    const nowMs = clock.now();
    // From when it ended: so much lies between two arrivals too, however slow the first was.
    lane.freeMs = Math.max(lane.freeMs, nowMs + lane.paceMs);
    const turned = lane.settle(outcome, nowMs, config.deadAfterMs);
    const attempts = row.delivery.attempts + 1;
    switch (outcome.kind) {
      case 'sent': {
        if (step.kind !== 'edit') row.uncertain = null;
        const body = speech.after(outcome.ref, nowMs);
        row.fromMs = 0;
        await this.#book.save(
          row,
          { state: owes(lane, row, body) ? 'waiting' : 'sent', attempts, nextMs: null, error: '' },
          body,
        );
        if (step.kind === 'first' && row.delivery.incidentId !== null) await this.#book.enter(row, 'sent', '');
        break;
      }
      case 'busy':
        break;
      case 'failed':
        if (outcome.uncertain && step.kind !== 'edit') row.uncertain ??= { sinceMs: began };
        await this.#book.save(row, { state: 'failed', attempts, nextMs: lane.freeMs as UnixMs, error: outcome.why });
        break;
      case 'refused':
        this.#parts.log({
          level: 'warn',
          message: 'a message was refused',
          channel: lane.config.name,
          why: outcome.why,
          delivery: row.delivery.id,
        });
        if (step.kind === 'files') {
          // A message without its files is a message.
          row.uncertain = null;
          await this.#book.save(row, { state: 'sent', attempts, nextMs: null }, speech.after(null, nowMs));
        } else
          await this.#fallback.handOver(
            row,
            step.kind === 'first' ? lane.config.fallback : null,
            outcome.why,
            attempts,
          );
        break;
      default:
        outcome satisfies never;
    }
    if (turned === 'died') await this.#fallback.die(lane);
    else if (outcome.kind === 'failed' && lane.deadSinceMs !== null && isUntold(row)) {
      // It was asked whether it lives again, and does not.
      if (this.#fallback.reachable(lane.config.fallback) !== undefined)
        await this.#fallback.handOver(row, lane.config.fallback, outcome.why);
    } else if (turned === 'revived') await this.#fallback.tell(lane, 'alive', '');
  }
}

/** A channel that takes no files takes messages. */
const gently = (step: Step, outcome: Outcome): Outcome =>
  step.kind === 'files' && outcome.kind === 'failed' && outcome.dead ? { kind: 'refused', why: outcome.why } : outcome;

/** Whether more is owed once `body` is what was told. */
const owes = (lane: Lane, row: Row, body: Body): boolean =>
  body.kind === 'incident' && body.ref !== null && stepOf({ ...row, body }, lane) !== undefined;
