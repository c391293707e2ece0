import type { UnixMs } from '@haetae/event';
import type { Incident } from '../../incident/index.ts';
import type { Delivery, IncidentDetail, IncidentRow, Mark } from '../../store/index.ts';
import type { NotifyConfig } from '../config/config.ts';
import { whyOff } from '../message/off.ts';
import { ON_CALL, routesOf } from '../routing/route.ts';
import type { OutboxParts } from './outbox.ts';

export interface Opening {
  /** A channel is to tell of an incident, from a time on. */
  open(channel: string, incident: IncidentRow, fromMs: number, via: string | null): Promise<void>;
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
    for (;;) {
      const { seq, ms } = this.#reached;
      const rows = await this.#parts.store.incidents.changed({ seq, sinceMs: ms - OVERLAP_MS, limit: AT_ONCE });
      for (const row of rows) {
        if (this.#seen.get(row.id) === row.version) continue;
        await this.#consider(row);
        this.#seen.set(row.id, row.version);
        if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!);
      }
      await this.#advance(rows, rows.length < AT_ONCE);
      if (rows.length < AT_ONCE) return;
    }
  }

  async #advance(rows: readonly IncidentRow[], all: boolean): Promise<void> {
    const { store, clock } = this.#parts;
    const reached: Reached = {
      seq: rows.reduce((most, { seq }) => Math.max(most, seq), this.#reached.seq),
      // In order of frames: only once all were seen is it known which time was reached.
      ms: all ? rows.reduce((most, { updatedMs }) => Math.max(most, updatedMs), this.#reached.ms) : this.#reached.ms,
    };
    if (reached.seq === this.#reached.seq && reached.ms === this.#reached.ms) return;
    this.#reached = reached;
    const { id, version } = this.#mark!;
    this.#mark = await store.marks.update(id, version, { body: { ...reached } }, '', clock.now() as UnixMs);
  }

  async #consider(incident: IncidentRow): Promise<void> {
    const { store, clock, config, lanes, log } = this.#parts;
    // One that is quite new has none; should it have one after all, its id is taken.
    const deliveries = incident.version === 1 ? [] : await store.deliveries.list({ incidentId: incident.id });
    for (const delivery of deliveries) await this.#opening.changed(delivery, incident);
    if (incident.mergedInto !== null || incident.status === 'closed') return;
    if (deliveries.length === 0 && !mayBeTold(incident, config, clock.now())) return;
    const detail = await store.incidents.get(incident.id);
    if (detail === undefined) return;
    const now = clock.now();
    const tactics = (detail.body as unknown as Partial<Incident> | null)?.tactics ?? [];
    const { level, risk, hosts } = incident;
    const onCallTold = deliveries.some(({ channel }) => config.onCall?.channels.includes(channel) === true);
    // Whose turn it was when it began keeps it.
    const routes = onCallTold
      ? config.routes.map((route) => ({ ...route, to: route.to.filter((to) => to !== ON_CALL) }))
      : config.routes;
    const targets = routesOf({ level, risk, hosts, tactics }, { ...config, routes }, now);
    const news = [...targets].filter(
      ([name]) => !deliveries.some((one) => one.channel === name && (one.body as { told?: unknown }).told != null),
    );
    if (news.length === 0) return;
    if (deliveries.length === 0 && !config.imports && !(await this.#isLive(detail, now))) return;
    for (const [name, fromMs] of news) {
      const [lane, via] = reach(name, lanes, now);
      if (lane === undefined)
        log({
          level: 'warn',
          message: 'nobody was told: the channel is off',
          channel: name,
          incident: incident.id,
          why: whyOff(lanes.get(name)?.off),
        });
      else await this.#opening.open(lane, incident, fromMs, via);
    }
  }

  /** Whether any of its newest events came by an agent or a shipper: what was imported, replayed or simulated is no news. */
  async #isLive({ id, body }: IncidentDetail, nowMs: number): Promise<boolean> {
    const asked = this.#imported.get(id);
    if (asked !== undefined && nowMs < asked + IMPORTED_MS) {
      // What makes it live may have come since.
      this.#parts.clock.at(asked + IMPORTED_MS, () => {
        this.#seen.delete(id);
        this.#opening.wake();
      });
      return false;
    }
    const events = ((body as unknown as Partial<Incident> | null)?.findings ?? [])
      .flatMap((finding) => finding.events)
      .sort((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0));
    const ids = [...new Set(events.flatMap(({ record }) => (record === null ? [] : [record])))].slice(0, ASKED);
    let known = 0;
    for (const record of ids) {
      const event = await this.#parts.store.events.get(record);
      if (event === undefined) continue;
      known++;
      if (event.origin !== 'import' && event.origin !== 'lab') {
        this.#imported.delete(id);
        return true;
      }
    }
    // Where events are not stored nothing tells: better once too often than never.
    if (known === 0) return true;
    this.#imported.set(id, nowMs);
    if (this.#imported.size > REMEMBERED) this.#imported.delete(this.#imported.keys().next().value!);
    return false;
  }
}

/** Whether any route could hold, whatever its tactics: most of what is mild is done with here, without a look at the store. */
function mayBeTold({ level, risk, hosts }: IncidentRow, config: NotifyConfig, nowMs: number): boolean {
  const routes = config.routes.map((route) => ({ ...route, tactics: [], last: false }));
  return routesOf({ level, risk, hosts, tactics: [] }, { ...config, routes }, nowMs).size > 0;
}

/** The channel, or the first of its fallbacks that can be asked; the name of the first, where another is told. */
function reach(name: string, lanes: OutboxParts['lanes'], nowMs: number): readonly [string | undefined, string | null] {
  let dead: string | undefined;
  for (let next: string | null = name; next !== null; ) {
    const lane = lanes.get(next);
    if (lane === undefined) break;
    // One that is dead is asked now and then whether it still is.
    const waits = lane.deadSinceMs !== null && nowMs < lane.freeMs;
    if (lane.sender !== undefined && !waits) return [next, next === name ? null : name];
    if (lane.sender !== undefined) dead ??= next;
    next = lane.config.fallback;
  }
  // Nobody lives: it waits where it was meant to go.
  return [dead, dead === undefined || dead === name ? null : name];
}
