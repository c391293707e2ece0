import type { UnixMs } from '@haetae/event';
import type { Delivery, IncidentRow, Store } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';
import type { NotifyConfig } from '../config/config.ts';
import { Arrivals, type Opening } from './arrivals.ts';
import { DeliveryBook } from './book.ts';
import {
  type Body,
  type DigestBody,
  deliveryId,
  type IncidentBody,
  isUntold,
  newIncidentBody,
  type Row,
  rowOf,
  toldOf,
} from './delivery.ts';
import { Fallback } from './fallback.ts';
import type { Lane } from './lane.ts';
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
  readonly #timers = new Map<string, () => void>();
  #running = new Set<Promise<unknown>>();
  #closed = false;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #nextLookMs = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#speaker = new Speaker(parts);
    this.#book = new DeliveryBook(parts);
    const open: Opening['open'] = (...all) => this.#open(...all);
    this.#fallback = new Fallback(parts, this.#book, open, (lane) => this.#turn(lane));
    this.#arrivals = new Arrivals(parts, {
      open,
      changed: (delivery, incident) => this.#changed(delivery, incident),
      wake: () => this.wake(),
    });
  }

  /** Takes up what was owed when it ended. */
  async start(): Promise<void> {
    const { store, lanes, log } = this.#parts;
    await this.#arrivals.start();
    for (const state of ['waiting', 'failed'] as const)
      for (const delivery of await store.deliveries.list({ state })) {
        const lane = lanes.get(delivery.channel);
        const row = rowOf(delivery);
        if (lane?.sender === undefined) {
          const why = lane === undefined ? 'the channel is no longer in the file' : lane.off;
          log({ level: 'warn', message: 'a message waits for a channel that is off', channel: delivery.channel, why });
          await this.#fallback.handOver(row, lane?.config.fallback ?? null, why);
          continue;
        }
        if (row.body.kind === 'incident') row.incident = await this.#book.incident(delivery.incidentId);
        if (row.body.kind === 'digest') await this.#markDigested(lane, row);
        lane.open.set(delivery.id, row);
      }
    this.wake();
    for (const lane of lanes.values()) this.#turn(lane);
  }

  /** Something may have changed. */
  wake(): void {
    if (this.#closed) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#timer('look', Math.max(this.#nextLookMs, this.#parts.clock.now()), () => this.#look());
  }

  #look(): void {
    this.#nextLookMs = this.#parts.clock.now() + LOOK_MS;
    const looked = this.#arrivals.look().then(
      () => {
        this.#looking = undefined;
        if (this.#lookAgain) this.wake();
      },
      (error: unknown) => {
        this.#looking = undefined;
        this.#trouble('what changed cannot be read; tried again', error);
        this.#timer('look', this.#parts.clock.now() + RETRY_MS, () => this.#look());
      },
    );
    this.#lookAgain = false;
    this.#looking = this.#track(looked);
  }

  /** Resolves once nothing is under way. Timers may be set. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await this.idle();
    for (const lane of this.#parts.lanes.values()) await lane.sender?.close?.();
  }

  #track<T>(task: Promise<T>): Promise<T> {
    this.#running.add(task);
    const gone = (): void => void this.#running.delete(task);
    task.then(gone, gone);
    return task;
  }

  #timer(name: string, atMs: number, what: () => void): void {
    this.#timers.get(name)?.();
    if (this.#closed || !Number.isFinite(atMs)) return;
    this.#timers.set(
      name,
      this.#parts.clock.at(atMs, () => {
        this.#timers.delete(name);
        if (!this.#closed) what();
      }),
    );
  }

  #trouble(message: string, error: unknown): void {
    if (error instanceof StoreError && error.code === 'closed') return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.log({ level: 'error', message, reason });
  }

  /** A new delivery, unless this channel has one for the incident. */
  async #open(channel: string, incident: IncidentRow, fromMs: number, via: string | null): Promise<void> {
    const { store, clock, lanes } = this.#parts;
    const lane = lanes.get(channel)!;
    const id = deliveryId(channel, 'incident', incident.id);
    const nowMs = clock.now() as UnixMs;
    const nextMs = Math.max(fromMs, nowMs) as UnixMs;
    const body = newIncidentBody(via);
    const delivery = await this.#book.create({ id, incidentId: incident.id, channel, nextMs, body, nowMs });
    if (delivery === undefined) {
      const known = lane.open.get(id) ?? (await store.deliveries.get(id).then((one) => one && rowOf(one)));
      if (known !== undefined) await this.#changed(known.delivery, incident, fromMs);
      return;
    }
    const row = rowOf(delivery);
    row.incident = incident;
    lane.open.set(id, row);
    this.#turn(lane);
  }

  /** An incident of which a delivery tells is not what it was. */
  async #changed(delivery: Delivery, incident: IncidentRow, fromMs?: number): Promise<void> {
    const lane = this.#parts.lanes.get(delivery.channel);
    if (lane?.sender === undefined || delivery.state === 'given-up') return;
    const row = lane.open.get(delivery.id) ?? rowOf(delivery);
    row.incident = incident;
    // Graver than it was: what was held back until the morning is not any more.
    if (fromMs !== undefined && row.body.kind === 'incident' && row.body.told === null)
      row.fromMs = Math.min(row.fromMs, fromMs);
    lane.open.set(delivery.id, row);
    if (stepOf(row, lane.board) === undefined) return;
    // Owed, in the store too: after a crash it is found.
    if (row.delivery.state === 'sent') await this.#book.save(row, { state: 'waiting' });
    this.#turn(lane);
  }

  /** Looks what a channel may do now, does one thing, and comes back. */
  #turn(lane: Lane): void {
    if (this.#closed || lane.sender === undefined || lane.busy) return;
    const now = this.#parts.clock.now();
    const name = `lane ${lane.config.name}`;
    const later = (ms: number): void => this.#timer(name, ms, () => this.#turn(lane));
    if (lane.freeMs > now) {
      later(lane.freeMs);
      return;
    }
    const { ready, nextMs } = lane.due(now);
    const chosen = this.#choose(lane, ready, now);
    if (chosen.kind === 'wait') {
      later(Math.min(nextMs, chosen.untilMs));
      return;
    }
    lane.busy = true;
    const task = chosen.kind === 'digest' ? this.#digest(lane, chosen.rows) : this.#do(lane, chosen.row, chosen.step);
    const done = task
      .catch((error: unknown) => {
        lane.freeMs = this.#parts.clock.now() + RETRY_MS;
        this.#trouble('a delivery could not be written down; tried again', error);
      })
      .then(() => {
        lane.busy = false;
        this.#turn(lane);
      });
    this.#track(done);
  }

  #choose(
    lane: Lane,
    ready: readonly { row: Row; step: Step }[],
    now: number,
  ): { kind: 'wait'; untilMs: number } | { kind: 'digest'; rows: Row[] } | { kind: 'one'; row: Row; step: Step } {
    const never = Number.POSITIVE_INFINITY;
    const fresh = ready.filter(({ row, step }) => step.kind === 'first' && isFresh(row));
    if (fresh.length <= this.#parts.config.digest.over || lane.deadSinceMs !== null)
      return ready[0] === undefined ? { kind: 'wait', untilMs: never } : { kind: 'one', ...ready[0] };
    const lesser = fresh.filter(({ row }) => this.#speaker.isForDigest(row));
    const dueMs = lane.lastDigestMs + this.#parts.config.digest.everyMs;
    if (lesser.length > 1 && dueMs <= now) return { kind: 'digest', rows: lesser.map(({ row }) => row) };
    const held = new Set(lesser.length > 1 ? lesser.map(({ row }) => row) : []);
    const one = ready.find(({ row }) => !held.has(row));
    return one === undefined ? { kind: 'wait', untilMs: dueMs } : { kind: 'one', ...one };
  }

  /** Several at once: first what they are told in, then that they are. */
  async #digest(lane: Lane, rows: readonly Row[]): Promise<void> {
    const { clock } = this.#parts;
    const nowMs = clock.now() as UnixMs;
    const channel = lane.config.name;
    const incidents = rows.map(({ delivery }) => delivery.incidentId!);
    const body: DigestBody = { kind: 'digest', incidents, sending: null };
    const id = deliveryId(channel, 'digest', `${nowMs} ${incidents[0]}`);
    const delivery = await this.#book.create({ id, incidentId: null, channel, nextMs: nowMs, body, nowMs });
    lane.lastDigestMs = nowMs;
    if (delivery === undefined) return;
    const row = rowOf(delivery);
    lane.open.set(id, row);
    await this.#markDigested(lane, row, new Map(rows.map((one) => [one.delivery.id, one])));
    await this.#do(lane, row, { kind: 'first', fromMs: nowMs });
  }

  async #markDigested(lane: Lane, digest: Row, known?: ReadonlyMap<string, Row>): Promise<void> {
    const { store, clock } = this.#parts;
    for (const incidentId of (digest.body as DigestBody).incidents) {
      const id = deliveryId(lane.config.name, 'incident', incidentId);
      const row =
        known?.get(id) ?? lane.open.get(id) ?? (await store.deliveries.get(id).then((one) => one && rowOf(one)));
      if (row === undefined || row.body.kind !== 'incident' || row.body.told !== null) continue;
      const incident = row.incident ?? (await this.#book.incident(incidentId));
      if (incident === undefined) continue;
      const told = toldOf(incident, clock.now());
      lane.open.delete(id);
      const body: IncidentBody = { ...row.body, told, said: told, digest: digest.delivery.id };
      await this.#book.save(row, { state: 'sent', nextMs: null }, body);
    }
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
    const outcome = await speech.send(lane.sender!);
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
        await this.#fallback.handOver(row, step.kind === 'first' ? lane.config.fallback : null, outcome.why, attempts);
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

const isFresh = ({ body, uncertain }: Row): boolean =>
  body.kind === 'incident' && body.told === null && body.sending === null && uncertain === null;

/** Whether more is owed once `body` is what was told. */
function owes(lane: Lane, row: Row, body: Body): boolean {
  if (body.kind !== 'incident') return false;
  return (
    lane.board && body.ref !== null && (!body.detailed || (row.incident?.version ?? 0) > (body.told?.version ?? 0))
  );
}
