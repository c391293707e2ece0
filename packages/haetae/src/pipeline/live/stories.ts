import type { Event, UnixMs } from '@haetae/event';
import type { FiledFinding } from '../../detect/index.ts';
import {
  createLiveIncidents,
  type Incident,
  type LiveIncidents,
  listedOf,
  type SavedIncidents,
} from '../../incident/index.ts';
import type { EngineIncident, FindingRow, Json, MovedFinding } from '../../store/index.ts';
import { LIVE_FILE } from './detection.ts';
import { Placed } from './placed.ts';

/** Between two times that incidents are put together, by the clock of receipt: attacks come in bursts. */
export const UPDATE_MS = 200;
/** Events a second from which on it is twice as long: most of what an update costs, it costs however little is new. */
const BUSY = 7500;

/** Incidents while findings come, as rows: changed ones since the last cut, and which finding belongs to which. */
export class Stories {
  readonly #live: LiveIncidents;
  readonly #placed = new Placed();
  /** When, by receipt, they were put together last; and since when a finding waits for it. */
  #updatedMs: number;
  #waits: boolean;
  /** Events since. */
  #seen: number;
  readonly #changed = new Map<string, EngineIncident>();
  readonly #homes = new Map<number, string>();
  #fresh: EngineIncident[] = [];

  constructor(saved?: SavedStories, assets?: ReadonlyMap<string, number>) {
    this.#live = createLiveIncidents(assets === undefined ? {} : { assets }, saved?.live);
    this.#updatedMs = saved?.updatedMs ?? Number.NEGATIVE_INFINITY;
    this.#waits = saved?.waits ?? false;
    this.#seen = saved?.seen ?? 0;
  }

  see(event: Event, id: number): void {
    this.#live.see(this.#placed.at(event, id), LIVE_FILE);
    this.#seen++;
  }

  add(finding: FiledFinding, id: number): void {
    this.#live.add(finding, id);
    this.#waits ||= this.#live.waits;
  }

  /** At the end of a frame. Only the frames decide when, so that the same frames make the same incidents. */
  update(seq: number, receivedMs: number): void {
    const since = receivedMs - this.#updatedMs;
    if (!this.#live.isCrowded) {
      if (since < this.#paceMs && since >= 0 && Number.isFinite(since)) return;
      if (!this.#waits && since < QUIET_MS && since >= 0) return;
    }
    this.#updatedMs = receivedMs;
    this.#seen = 0;
    for (const { id, incident, text, findingIds, mergedInto, isNew } of this.#live.update(receivedMs)) {
      for (const finding of findingIds) this.#homes.set(finding, id);
      // What went into another is told as that other, under its own id.
      const own = mergedInto === null ? text : JSON.stringify({ ...incident, id });
      const row = rowOf({ ...incident, id }, own, seq, receivedMs, mergedInto);
      this.#changed.set(id, row);
      if (isNew) this.#fresh.push(row);
    }
    this.#waits = this.#live.waits;
  }

  get #paceMs(): number {
    return this.#seen * 1000 > BUSY * UPDATE_MS ? 2 * UPDATE_MS : UPDATE_MS;
  }

  get counts(): LiveIncidents['counts'] {
    return this.#live.counts;
  }
  get hasNews(): boolean {
    return this.#changed.size > 0;
  }

  /** Those told for the first time since the last call. */
  fresh(): EngineIncident[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** When by the clock of receipt {@link update} is wanted; undefined when nothing waits. */
  get wantsClockAt(): number | undefined {
    if (this.#waits) return this.#updatedMs + this.#paceMs;
    return this.#live.lags ? this.#updatedMs + QUIET_MS : undefined;
  }

  /** What changed since the last call; findings that are not stored yet get their incident at once. */
  take(
    seq: number,
    findings: readonly FindingRow[],
  ): { incidents: EngineIncident[]; findings: FindingRow[]; moved: MovedFinding[] } {
    const homes = this.#homes;
    const homed = findings.map((row): FindingRow => {
      const incidentId = homes.get(row.id);
      if (incidentId === undefined) return row;
      homes.delete(row.id);
      return { ...row, incidentId };
    });
    const moved = [...homes].map(([id, incidentId]) => ({ seq, id, incidentId }));
    homes.clear();
    const incidents = [...this.#changed.values()];
    this.#changed.clear();
    return { incidents, findings: homed, moved };
  }

  save(): SavedStories & InPieces {
    return { live: this.#live.save(), updatedMs: this.#updatedMs, waits: this.#waits, seen: this.#seen };
  }
}

/** So often what processes did since is looked at for links, without new findings. */
const QUIET_MS = 5000;

/** As it is saved now. */
export interface InPieces {
  readonly live: readonly Uint8Array[];
}

export interface SavedStories {
  readonly live: SavedIncidents;
  readonly updatedMs: number;
  readonly waits: boolean;
  /** Absent in states that are older. */
  readonly seen?: number;
}

function rowOf(
  incident: Incident,
  text: string,
  seq: number,
  receivedMs: number,
  mergedInto: string | null,
): EngineIncident {
  const { id, fromMs, toMs, risk, level, hosts, users, counts } = incident;
  const listed = listedOf(incident);
  return {
    seq,
    id,
    firstMs: (fromMs ?? receivedMs) as UnixMs,
    lastMs: (toMs ?? receivedMs) as UnixMs,
    risk,
    level,
    title: listed.titles.en,
    hosts,
    users,
    findings: counts.findings,
    mergedInto,
    listed: listed as unknown as Json,
    body: null,
    text,
  };
}
