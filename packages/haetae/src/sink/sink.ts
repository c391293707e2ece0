import type { UnixMs } from '@haetae/event';
import type { FindingRow, IncidentRow, Json, Mark, Place, Store, StoredEvent } from '../store/index.ts';
import { alertDoc, incidentDoc } from './ecs/alert.ts';
import { eventDoc } from './ecs/event.ts';
import type { SinkPlace } from './place.ts';
import type { Refusal, Target, Writing } from './target.ts';

/** How it stands, for monitoring. */
export interface SinkStatus {
  /** OpenSearch takes what it is given. */
  up: boolean;
  readonly written: Record<Writing['kind'], number>;
  readonly refused: Record<Writing['kind'], number>;
  /** Removed from the store before they were written: since the beginning. */
  missed: number;
  /** Events that are stored and not written, and how long ago the next of them was received. */
  lagEvents: number;
  lagMs: number;
}
export type SinkLog = (line: {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [about: string]: unknown;
}) => void;

export interface SinkParts {
  readonly store: Pick<Store, 'events' | 'findings' | 'incidents' | 'marks' | 'intake'>;
  readonly place: SinkPlace;
  readonly target: Target;
  readonly log: SinkLog;
  readonly now: () => number;
  /** Of a new store, to tell its documents from those of others. */
  readonly tag: () => string;
  readonly status: SinkStatus;
  readonly signal: AbortSignal;
}

/** How far it is. `tag` stands before the id of every document: two stores may write into one OpenSearch. */
interface Reached {
  readonly tag: string;
  /** Id of the last event. */
  readonly event: number;
  readonly finding: Place<number>;
  /** Up to which id of findings none is owed. */
  readonly findingId: number;
  readonly incident: Place<string>;
  /** Up to when it was looked at what people made of incidents. */
  readonly triagedMs: number;
  readonly missed: number;
}

const MARK = 'opensearch';
/** Read at once; written at once, and its bytes, about. */
const EVENTS = 4000;
const FINDINGS = 500;
const INCIDENTS = 500;
const DOCUMENTS = 1000;
const BYTES = 4e6;
/** Whoever has nothing to do looks again after so long; what cannot be done is tried again after the first, twice as long …, the last. */
const IDLE_MS = 1000;
const RETRY_MS = 500;
const MOST_RETRY_MS = 15_000;
/** How far it is is kept so often: what was written since is written again after a crash, and is there once all the same. */
const KEEP_MS = 1000;
/** Changes of people are found by time: two clocks may differ by so much. */
const OVERLAP_MS = 10_000;
const REMEMBERED = 50_000;
/** Kinds of refusals that are told. */
const MOST_TOLD = 200;

export const noStatus = (): SinkStatus => ({
  up: false,
  written: { event: 0, alert: 0, incident: 0 },
  refused: { event: 0, alert: 0, incident: 0 },
  missed: 0,
  lagEvents: 0,
  lagMs: 0,
});

/**
 * Follows what is stored and writes it, until the signal ends it. It reads behind from the store by itself, a bounded part at a time:
 * nobody waits for it, and nothing waits in memory.
 */
export async function runSink(parts: SinkParts): Promise<void> {
  await new Sink(parts).run();
}

class Sink {
  readonly #parts: SinkParts;
  #mark: Mark | undefined;
  #reached!: Reached;
  #kept: Reached | undefined;
  #keptMs = 0;
  #prepared = false;
  /** Id of the last event that is stored. */
  #highest = 0;
  /** Versions of incidents that were written. */
  readonly #seen = new Map<string, number>();
  readonly #told = new Set<string>();
  #trouble = '';

  constructor(parts: SinkParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { signal } = this.#parts;
    let retryMs = RETRY_MS;
    while (!signal.aborted) {
      try {
        await this.#begin();
        const more = await this.#round();
        this.#fine();
        retryMs = RETRY_MS;
        if (!more) await this.#pause(IDLE_MS);
      } catch (error) {
        if (signal.aborted || (error as { code?: string }).code === 'closed') break;
        this.#failed(error as Error);
        await this.#pause(retryMs);
        retryMs = Math.min(MOST_RETRY_MS, retryMs * 2);
      }
    }
    await this.#keep().catch(() => {});
  }

  /** Finds where it is, and that there is somebody to write to. */
  async #begin(): Promise<void> {
    const { target } = this.#parts;
    if (this.#mark === undefined) await this.#find();
    await this.#look();
    if (this.#prepared) return;
    await target.prepare();
    this.#prepared = true;
  }

  async #find(): Promise<void> {
    const { store, place, tag, now, log, status } = this.#parts;
    const found = await store.marks.get(MARK);
    if (found === undefined) {
      const { seq, eventId, findingId } = await store.intake.reached();
      const [first] = await store.events.behind(0, 1);
      const from = place.all
        ? { event: (first?.id ?? 1) - 1, finding: { seq: 0, id: 0 }, findingId: 0, incident: { seq: 0, id: '' } }
        : { event: eventId, finding: { seq: seq + 1, id: 0 }, findingId, incident: { seq: seq + 1, id: '' } };
      const begun: Reached = { ...from, tag: tag(), triagedMs: now(), missed: 0 };
      const nowMs = now() as UnixMs;
      const body = begun as unknown as Json;
      this.#mark = await store.marks.create({ id: MARK, body, createdMs: nowMs, createdBy: '' });
    } else this.#mark = found;
    this.#reached = this.#mark.body as unknown as Reached;
    this.#kept = this.#reached;
    status.missed = this.#reached.missed;
    log({
      level: 'info',
      message: 'OpenSearch: writing what is stored',
      behind: this.#reached.event,
      node: place.node,
    });
  }

  async #keep(): Promise<void> {
    const { store, now } = this.#parts;
    if (this.#mark === undefined || this.#kept === this.#reached) return;
    const { id, version } = this.#mark;
    const reached = this.#reached;
    try {
      const body = reached as unknown as Json;
      this.#mark = await store.marks.update(id, version, { body }, '', now() as UnixMs);
    } catch (error) {
      // Another server has gone on: this one does so from there.
      if ((error as { code?: string }).code === 'conflict') this.#mark = undefined;
      throw error;
    }
    this.#kept = reached;
    this.#keptMs = now();
  }

  /** How far behind it is. */
  async #look(): Promise<void> {
    const { store, status, now } = this.#parts;
    const { eventId } = await store.intake.reached();
    this.#highest = eventId;
    status.lagEvents = Math.max(0, eventId - this.#reached.event);
    const [next] = status.lagEvents === 0 ? [] : await store.events.behind(this.#reached.event, 1);
    status.lagMs = next === undefined ? 0 : Math.max(0, now() - next.receivedMs);
  }

  /** A part of everything; whether there is more. */
  async #round(): Promise<boolean> {
    const { now } = this.#parts;
    const more = [await this.#events(), await this.#findings(), await this.#incidents()];
    if (now() - this.#keptMs >= KEEP_MS || !more.includes(true)) await this.#keep();
    return more.includes(true);
  }

  async #events(): Promise<boolean> {
    const { store, status } = this.#parts;
    const events = await store.events.behind(this.#reached.event, EVENTS);
    if (events.length === 0) return false;
    for (const some of portions(events, (event) => this.#eventOf(event))) {
      await this.#write(some.map(({ writing }) => writing));
      const [before, last] = [this.#reached.event, some.at(-1)!.of.id];
      const missing = last - before - some.length;
      this.#reached = { ...this.#reached, event: last };
      if (missing > 0) this.#miss('events', missing, before + 1, last);
      status.lagEvents = Math.max(0, this.#highest - last);
    }
    return this.#reached.event < this.#highest;
  }

  #eventOf(event: StoredEvent): Writing {
    const { place, now } = this.#parts;
    // By the day of receipt: it never changes, and days are as many as events come on, whatever times they tell.
    const day = new Date(event.receivedMs).toISOString().slice(0, 10).replaceAll('-', '.');
    return {
      ...{ kind: 'event', index: `${place.prefix}-events-${day}`, id: this.#idOf('e', event.id) },
      body: JSON.stringify(eventDoc(event, now())),
    };
  }

  async #findings(): Promise<boolean> {
    const { store, place, now } = this.#parts;
    const { findingId: highest } = await store.intake.reached();
    const rows = await store.findings.behind(this.#reached.finding, FINDINGS);
    const writingOf = (row: FindingRow): Writing => ({
      ...{ kind: 'alert', index: `${place.prefix}-alerts`, id: this.#idOf('f', row.id), version: row.seq },
      body: JSON.stringify(alertDoc(row, now())),
    });
    for (const some of portions(rows, writingOf)) {
      await this.#write(some.map(({ writing }) => writing));
      const { seq, id } = some.at(-1)!.of;
      this.#reached = { ...this.#reached, finding: { seq, id } };
    }
    if (rows.length === FINDINGS) return true;
    // All that were there up to that id are written now: those that are not there any more never were.
    const { findingId } = this.#reached;
    if (highest <= findingId) return false;
    const missing = highest - findingId - (await store.findings.present(findingId, highest));
    this.#reached = { ...this.#reached, findingId: highest };
    if (missing > 0) this.#miss('findings', missing, findingId + 1, highest);
    return false;
  }

  async #incidents(): Promise<boolean> {
    const { store } = this.#parts;
    const rows = await store.incidents.behind(this.#reached.incident, INCIDENTS);
    await this.#writeIncidents(rows);
    const last = rows.at(-1);
    if (last !== undefined) this.#reached = { ...this.#reached, incident: { seq: last.seq, id: last.id } };
    if (rows.length === INCIDENTS) return true;
    // Besides, what people made of them.
    const { triagedMs: ms } = this.#reached;
    for (let limit = INCIDENTS; ; limit *= 2) {
      const sinceMs = ms - OVERLAP_MS;
      const changed = await store.incidents.changed({ seq: Number.MAX_SAFE_INTEGER, sinceMs, limit });
      if (changed.length === limit) continue;
      await this.#writeIncidents(changed);
      const triagedMs = changed.reduce((most, { updatedMs }) => Math.max(most, updatedMs), ms);
      if (triagedMs !== ms) this.#reached = { ...this.#reached, triagedMs };
      return false;
    }
  }

  async #writeIncidents(rows: readonly IncidentRow[]): Promise<void> {
    const { place, now } = this.#parts;
    const writingOf = (row: IncidentRow): Writing => ({
      ...{ kind: 'incident', index: `${place.prefix}-incidents`, id: this.#idOf('i', row.id), version: row.version },
      body: JSON.stringify(incidentDoc(row, now())),
    });
    const news = rows.filter(({ id, version }) => this.#seen.get(id) !== version);
    for (const some of portions(news, writingOf)) {
      await this.#write(some.map(({ writing }) => writing));
      for (const { of } of some) this.#seen.set(of.id, of.version);
    }
    while (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!);
  }

  #idOf(kind: string, id: number | string): string {
    return `${this.#reached.tag}-${kind}-${id}`;
  }

  /** Resolves once all of them are there, or refused for good. */
  async #write(all: readonly Writing[]): Promise<void> {
    const { target, status, signal } = this.#parts;
    let retryMs = RETRY_MS;
    for (let some = all; some.length > 0; ) {
      const { written: _, refused, later, why } = await target.write(some, signal);
      const settled = new Set<Writing>([...later, ...refused.map(({ writing }) => writing)]);
      for (const writing of some) if (!settled.has(writing)) status.written[writing.kind]++;
      for (const refusal of refused) this.#refused(refusal);
      some = later;
      if (later.length === 0) break;
      this.#failed(new Error(why));
      await this.#pause(retryMs);
      signal.throwIfAborted();
      retryMs = Math.min(MOST_RETRY_MS, retryMs * 2);
    }
    this.#fine();
  }

  /** Told once of each kind, with the first of them; counted always. */
  #refused({ writing: { kind, index, id }, type, reason }: Refusal): void {
    const { status, log } = this.#parts;
    status.refused[kind]++;
    const what = `${kind} ${type} ${/\[([\w.]+)\]/.exec(reason)?.[1] ?? ''}`;
    if (this.#told.has(what) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(what);
    log({
      ...{ level: 'error', message: 'OpenSearch refuses a document; others like it are only counted' },
      ...{ kind, index, id, reason: `${type}: ${reason}` },
    });
  }

  #miss(what: string, count: number, from: number, to: number): void {
    const { status, log } = this.#parts;
    status.missed += count;
    this.#reached = { ...this.#reached, missed: this.#reached.missed + count };
    const message = `${what} were removed from the store before they were written to OpenSearch`;
    log({ level: 'warn', message, count, from, to });
  }

  /** Said once, until it is over or another. */
  #failed({ message }: Error): void {
    const { status, log } = this.#parts;
    status.up = false;
    this.#prepared = false;
    if (message !== this.#trouble)
      log({ level: 'warn', message: 'OpenSearch is not written to; it is tried again', reason: message });
    this.#trouble = message;
  }
  #fine(): void {
    const { status, log } = this.#parts;
    status.up = true;
    if (this.#trouble !== '') log({ level: 'info', message: 'OpenSearch is written to again' });
    this.#trouble = '';
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#parts;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** As many at once as are not too many, and not too large. */
function* portions<T>(
  all: readonly T[],
  writingOf: (one: T) => Writing,
): Generator<readonly { readonly of: T; readonly writing: Writing }[]> {
  let some: { of: T; writing: Writing }[] = [];
  let bytes = 0;
  for (const of of all) {
    const writing = writingOf(of);
    some.push({ of, writing });
    bytes += writing.body.length;
    if (some.length < DOCUMENTS && bytes < BYTES) continue;
    yield some;
    [some, bytes] = [[], 0];
  }
  if (some.length > 0) yield some;
}
