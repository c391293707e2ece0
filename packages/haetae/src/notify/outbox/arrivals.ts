import type { UnixMs } from '@haetae/event';
import type { Incident, Listed } from '../../incident/index.ts';
import type { Delivery, IncidentDetail, IncidentRow, Mark } from '../../store/index.ts';
import { whyOff } from '../message/off.ts';
import { ON_CALL, routesOf } from '../routing/route.ts';
import type { OutboxParts } from './outbox.ts';

/** A channel is to tell of an incident, from a time on. */
export interface Owed {
  readonly channel: string;
  readonly incident: IncidentRow;
  readonly fromMs: number;
  /** The channel for which it was meant, where that is another. */
  readonly via: string | null;
}
export interface Opening {
  open(owed: readonly Owed[]): Promise<void>;
  /** An incident that a delivery tells of is another than it was. */
  changed(delivery: Delivery, incident: IncidentRow): Promise<void>;
  /** It shall be looked again. */
  wake(): void;
}

const MARK = 'notify';
/** Changes of people are found by time: two clocks may differ by so much. */
const OVERLAP_MS = 10_000;
const AT_ONCE = 5000;
const REMEMBERED = 50_000;
/** Events of an incident that are asked where they came from. */
const ASKED = 4;
/** Incidents that are looked at in one go. */
const TOGETHER = 200;
/** Before an incident that was imported is looked at again. */
const IMPORTED_MS = 5000;

interface Reached {
  /** Frame up to which changes were looked at, and when the last of them was made. */
  readonly seq: number;
  readonly ms: number;
}

/** What changed of incidents, each change looked at once: who is to be told, and which deliveries are out of date. */
export class Arrivals {
  readonly #parts: OutboxParts;
  readonly #opening: Opening;
  #mark: Mark | undefined;
  #reached: Reached = { seq: 0, ms: 0 };
  /** Versions that were looked at. */
  readonly #seen = new Map<string, number>();
  /** Incidents that nothing live is part of, and when that was asked. */
  readonly #imported = new Map<string, number>();

  constructor(parts: OutboxParts, opening: Opening) {
    this.#parts = parts;
    this.#opening = opening;
  }

  /** Where it stopped before; the first time, now: what was there before anybody asked is no news. */
  async start(): Promise<void> {
    const { store, clock } = this.#parts;
    this.#mark = await store.marks.get(MARK);
    if (this.#mark === undefined) {
      const nowMs = clock.now() as UnixMs;
      const body = { seq: await store.intake.committed(), ms: nowMs + OVERLAP_MS + 1 };
      this.#mark = await store.marks.create({ id: MARK, body, createdMs: nowMs, createdBy: '' });
    }
    this.#reached = this.#mark.body as unknown as Reached;
  }

  async look(): Promise<void> {
    for (let limit = AT_ONCE; ; limit *= 2) {
      const { seq, ms } = this.#reached;
      const rows = await this.#parts.store.incidents.changed({ seq, sinceMs: ms - OVERLAP_MS, limit });
      const news = rows.filter(({ id, version }) => this.#seen.get(id) !== version);
      for (let i = 0; i < news.length; i += TOGETHER) {
        const some = news.slice(i, i + TOGETHER);
        await this.#consider(some);
        for (const { id, version } of some) this.#seen.set(id, version);
      }
      while (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!);
      await this.#advance(rows, rows.length < limit);
      // What one frame or one moment changed may be more than a page: the next one is larger.
      if (rows.length < limit) return;
    }
  }

  async #advance(rows: readonly IncidentRow[], all: boolean): Promise<void> {
    const { store, clock } = this.#parts;
    const { seq, ms } = this.#reached;
    const last = rows.reduce((most, row) => Math.max(most, row.seq), seq);
    const reached: Reached = {
      // More of the last frame may follow.
      seq: all ? last : Math.max(seq, last - 1),
      // In order of frames: only once all were seen is it known which time was reached.
      ms: all ? rows.reduce((most, { updatedMs }) => Math.max(most, updatedMs), ms) : ms,
    };
    if (reached.seq === this.#reached.seq && reached.ms === this.#reached.ms) return;
    this.#reached = reached;
    const { id, version } = this.#mark!;
    this.#mark = await store.marks.update(id, version, { body: { ...reached } }, '', clock.now() as UnixMs);
  }

  /** A question to the store costs as much for one incident as for many. */
  async #consider(incidents: readonly IncidentRow[]): Promise<void> {
    const { store, config } = this.#parts;
    const told = new Map<string, Delivery[]>();
    // One that is quite new has none; should it have one after all, its id is taken.
    const older = incidents.filter(({ version }) => version > 1).map(({ id }) => id);
    if (older.length > 0)
      for (const one of await store.deliveries.list({ incidentId: older })) {
        const list = told.get(one.incidentId!);
        if (list === undefined) told.set(one.incidentId!, [one]);
        else list.push(one);
      }
    const owed: Owed[] = [];
    const doubtful: Owed[] = [];
    for (const incident of incidents) {
      const deliveries = told.get(incident.id) ?? [];
      for (const delivery of deliveries) await this.#opening.changed(delivery, incident);
      if (incident.mergedInto !== null || incident.status === 'closed') continue;
      (deliveries.length === 0 && !config.imports ? doubtful : owed).push(...this.#owed(incident, deliveries));
    }
    const live = await this.#live(new Set(doubtful.map(({ incident }) => incident.id)));
    await this.#opening.open([...owed, ...doubtful.filter(({ incident }) => live.has(incident.id))]);
  }

  /** Which channels are to tell of it that did not. */
  #owed(incident: IncidentRow, deliveries: readonly Delivery[]): Owed[] {
    const { clock, config, lanes, log } = this.#parts;
    const now = clock.now();
    const { level, risk, hosts } = incident;
    const tactics = (incident.listed as unknown as Partial<Listed> | null)?.tactics ?? [];
    const onCallTold = deliveries.some(({ channel }) => config.onCall?.channels.includes(channel) === true);
    // Whose turn it was when it began keeps it.
    const routes = onCallTold
      ? config.routes.map((route) => ({ ...route, to: route.to.filter((to) => to !== ON_CALL) }))
      : config.routes;
    const owed: Owed[] = [];
    for (const [name, fromMs] of routesOf({ level, risk, hosts, tactics }, { ...config, routes }, now)) {
      if (deliveries.some((one) => one.channel === name && (one.body as { told?: unknown }).told != null)) continue;
      const [lane, via] = reach(name, lanes, now);
      if (lane === undefined)
        log({
          ...{ level: 'warn', message: 'nobody was told: the channel is off', channel: name },
          ...{ incident: incident.id, why: whyOff(lanes.get(name)?.off) },
        });
      else owed.push({ channel: lane, incident, fromMs, via });
    }
    return owed;
  }

  /** Those of which any of the newest events came by an agent or a shipper: what was imported, replayed or simulated is no news. */
  async #live(ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const live = new Set<string>();
    const asked = [...ids].filter((id) => {
      const lastMs = this.#imported.get(id);
      if (lastMs === undefined || now >= lastMs + IMPORTED_MS) return true;
      // What makes it live may have come since.
      clock.at(lastMs + IMPORTED_MS, () => {
        this.#seen.delete(id);
        this.#opening.wake();
      });
      return false;
    });
    if (asked.length === 0) return live;
    const newest = new Map((await store.incidents.some(asked)).map((one) => [one.id, newestEvents(one)]));
    const origins = new Map(
      (await store.events.origins([...new Set([...newest.values()].flat())])).map(({ id, origin }) => [id, origin]),
    );
    for (const [id, events] of newest) {
      const known = events.flatMap((event) => origins.get(event) ?? []);
      // Where events are not stored nothing tells: better once too often than never.
      if (known.length === 0 || known.some((origin) => origin !== 'import' && origin !== 'lab')) {
        this.#imported.delete(id);
        live.add(id);
        continue;
      }
      this.#imported.set(id, now);
      if (this.#imported.size > REMEMBERED) this.#imported.delete(this.#imported.keys().next().value!);
    }
    return live;
  }
}

function newestEvents({ body }: IncidentDetail): number[] {
  const events = ((body as unknown as Partial<Incident> | null)?.findings ?? [])
    .flatMap((finding) => finding.events)
    .sort((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0));
  return [...new Set(events.flatMap(({ record }) => (record === null ? [] : [record])))].slice(0, ASKED);
}

/** The channel, or the first of its fallbacks that can be asked; the name of the first, where another is told. */
function reach(name: string, lanes: OutboxParts['lanes'], nowMs: number): readonly [string | undefined, string | null] {
  let dead: string | undefined;
  for (let next: string | null = name; next !== null; ) {
    const lane = lanes.get(next);
    if (lane === undefined) break;
    // One that is dead is asked now and then whether it still is.
    const waits = lane.replaced && nowMs < lane.freeMs;
    if (lane.sender !== undefined && !waits) return [next, next === name ? null : name];
    if (lane.sender !== undefined) dead ??= next;
    next = lane.config.fallback;
  }
  // Nobody lives: it waits where it was meant to go.
  return [dead, dead === undefined || dead === name ? null : name];
}
