import type { UnixMs } from '@haetae/event';
import type { Delivery, IncidentRow, Json, Store } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';
import type { NotifyConfig } from '../config/config.ts';
import { Arrivals } from './arrivals.ts';
import {
  type Body,
  type DigestBody,
  deliveryId,
  type IncidentBody,
  newIncidentBody,
  type Row,
  rowOf,
  toldOf,
} from './delivery.ts';
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
  readonly #timers = new Map<string, () => void>();
  #running = new Set<Promise<unknown>>();
  #closed = false;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #nextLookMs = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#speaker = new Speaker(parts);
    this.#arrivals = new Arrivals(parts, {
      open: (channel, incident, fromMs, via) => this.#open(channel, incident, fromMs, via),
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
          await this.#handOver(row, lane?.config.fallback ?? null, why);
          continue;
        }
        if (row.body.kind === 'incident') row.incident = await this.#incident(delivery.incidentId);
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
    const delivery = await this.#create({ id, incidentId: incident.id, channel, nextMs, body, nowMs });
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

  /** undefined where it is there already. */
  async #create(one: {
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
    if (row.delivery.state === 'sent') await this.#save(row, { state: 'waiting' });
    this.#turn(lane);
  }

  /** One change after the other; what is told in memory is what is stored. */
  #save(
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
    const delivery = await this.#create({ id, incidentId: null, channel, nextMs: nowMs, body, nowMs });
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
      const incident = row.incident ?? (await this.#incident(incidentId));
      if (incident === undefined) continue;
      const told = toldOf(incident, clock.now());
      lane.open.delete(id);
      const body: IncidentBody = { ...row.body, told, said: told, digest: digest.delivery.id };
      await this.#save(row, { state: 'sent', nextMs: null }, body);
    }
  }

  async #incident(id: string | null): Promise<IncidentRow | undefined> {
    if (id === null) return undefined;
    const found = await this.#parts.store.incidents.get(id);
    if (found === undefined) return undefined;
    const { body: _, ...row } = found;
    return row;
  }

  /** One attempt at what one delivery wants. */
  async #do(lane: Lane, row: Row, step: Step): Promise<void> {
    const { clock, config, store } = this.#parts;
    const speech = await this.#speaker.speechOf(lane, row, step);
    if (speech === undefined) {
      lane.open.delete(row.delivery.id);
      return this.#save(row, { state: 'given-up', nextMs: null, error: 'the incident is no longer stored' });
    }
    const began = clock.now();
    // Written down before it goes: an edit alone may be done twice without anybody seeing it.
    if (step.kind !== 'edit' && row.uncertain === null)
      await this.#save(row, {}, { ...row.body, sending: { part: speech.part, sinceMs: began } } as Body);
    const outcome = await speech.send(lane.sender!);
    const nowMs = clock.now();
    lane.freeMs = Math.max(lane.freeMs, began + lane.paceMs);
    const turned = lane.settle(outcome, nowMs, config.deadAfterMs);
    const attempts = row.delivery.attempts + 1;
    switch (outcome.kind) {
      case 'sent': {
        if (step.kind !== 'edit') row.uncertain = null;
        const body = speech.after(outcome.ref, nowMs);
        row.fromMs = 0;
        await this.#save(
          row,
          { state: owes(lane, row, body) ? 'waiting' : 'sent', attempts, nextMs: null, error: '' },
          body,
        );
        if (step.kind === 'first' && row.delivery.incidentId !== null) await this.#enter(store, row, 'sent', '');
        break;
      }
      case 'busy':
        break;
      case 'failed':
        if (outcome.uncertain && step.kind !== 'edit') row.uncertain ??= { sinceMs: began };
        await this.#save(row, { state: 'failed', attempts, nextMs: lane.freeMs as UnixMs, error: outcome.why });
        break;
      case 'refused':
        this.#parts.log({
          level: 'warn',
          message: 'a message was refused',
          channel: lane.config.name,
          why: outcome.why,
          delivery: row.delivery.id,
        });
        await this.#handOver(row, step.kind === 'first' ? lane.config.fallback : null, outcome.why, attempts);
        break;
      default:
        outcome satisfies never;
    }
    if (turned === 'died') await this.#die(lane);
    else if (outcome.kind === 'failed' && lane.deadSinceMs !== null && isUntold(row)) {
      // It was asked whether it lives again, and does not.
      if (this.#reachable(lane.config.fallback) !== undefined)
        await this.#handOver(row, lane.config.fallback, outcome.why);
    } else if (turned === 'revived') await this.#tell(lane, 'alive', '');
  }

  /** It is told in the channel's place by another; what it would have told later is given up. */
  async #handOver(row: Row, fallback: string | null, why: string, attempts = row.delivery.attempts): Promise<void> {
    const { lanes, store } = this.#parts;
    const { incidentId, channel } = row.delivery;
    lanes.get(channel)?.open.delete(row.delivery.id);
    const to = this.#reachable(fallback);
    const untold = isUntold(row);
    const error = to === undefined || !untold ? why : `${why}; told by ${to.config.name}`;
    // The other first: a crash between the two tells twice, in two places, rather than never.
    if (to !== undefined && untold) {
      const ids = row.body.kind === 'digest' ? row.body.incidents : incidentId === null ? [] : [incidentId];
      for (const id of ids) {
        const incident = await this.#incident(id);
        if (incident !== undefined) await this.#open(to.config.name, incident, 0, channel);
      }
    }
    await this.#save(row, { state: 'given-up', nextMs: null, attempts, error: error.slice(0, 500) });
    if (incidentId !== null && untold)
      await this.#enter(store, row, to === undefined ? 'given-up' : 'handed-over', error);
  }

  /** The first of the chain of fallbacks that is not dead or off. */
  #reachable(name: string | null): Lane | undefined {
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
  async #die(lane: Lane): Promise<void> {
    const { name, fallback } = lane.config;
    this.#parts.log({
      level: 'error',
      message: 'a channel is dead',
      channel: name,
      why: lane.error,
      fallback: fallback ?? 'none',
    });
    if (this.#reachable(fallback) === undefined) return;
    await this.#tell(lane, 'dead', lane.error);
    for (const row of [...lane.open.values()].filter(isUntold)) await this.#handOver(row, fallback, lane.error);
  }

  /** Says by the fallback that a channel is dead, or lives again. */
  async #tell(lane: Lane, about: 'dead' | 'alive', why: string): Promise<void> {
    const to = this.#reachable(lane.config.fallback);
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
    const delivery = await this.#create({ id, incidentId: null, channel: to.config.name, nextMs: nowMs, body, nowMs });
    if (delivery === undefined) return;
    to.open.set(id, rowOf(delivery));
    this.#turn(to);
  }

  /** A line of the incident's history. */
  async #enter(store: OutboxStore, { delivery }: Row, state: string, why: string): Promise<void> {
    const detail = { channel: delivery.channel, state, ...(why !== '' && { why }) };
    const entry = { actor: '', kind: 'delivery', detail, timeMs: this.#parts.clock.now() as UnixMs } as const;
    await store.incidents.note(delivery.incidentId!, entry).catch(() => {});
  }
}

const isUntold = ({ body }: Row): boolean => body.kind !== 'incident' || body.told === null;

const isFresh = ({ body, uncertain }: Row): boolean =>
  body.kind === 'incident' && body.told === null && body.sending === null && uncertain === null;

/** Whether more is owed once `body` is what was told. */
function owes(lane: Lane, row: Row, body: Body): boolean {
  if (body.kind !== 'incident') return false;
  return (
    lane.board && body.ref !== null && (!body.detailed || (row.incident?.version ?? 0) > (body.told?.version ?? 0))
  );
}
