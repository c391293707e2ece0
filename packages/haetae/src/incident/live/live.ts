import { deserialize, serialize } from 'node:v8';
import type { Event } from '@haetae/event';
import type { FiledFinding } from '../../detect/index.ts';
import { byHost, incidentOf, linksByRoot, type Weighed, weigh } from '../assemble/assemble.ts';
import type { Incident } from '../incident.ts';
import { WINDOW_MS } from '../join/gathering.ts';
import { type Joined, join } from '../join/join.ts';
import { saidBy, statementOf } from '../join/said.ts';
import type { Unit } from '../join/unit.ts';
import { shortName } from '../lineage/hosts.ts';
import { LEVEL_FROM } from '../risk/score.ts';
import { bounded } from './bound.ts';
import type { LiveIncident, LiveIncidents, LiveOptions } from './contract.ts';
import { type HostCounts, LiveHost, type SavedHost, sumOf } from './host.ts';
import { Ids, type SavedIds } from './ids.ts';
import type { Kept } from './kept.ts';
import { markOf, shapeOf } from './mark.ts';
import { Spread } from './spread.ts';

/** A host about which nothing new was found is looked at again after so long: what its processes did since may show a link. */
const AGAIN_MS = 5000;

/** An incident that did not change for so long is frozen with its findings once they are old. */
const OPEN_MS = 24 * 60 * 60_000;

const BUDGET = 10_000;
const PACE_MS = 5;
const PACE_MOST_MS = 1500;
const PACED = 40;

interface Told {
  readonly mark: string;
  readonly shape: number;
  readonly atMs: number;
  /** What {@link bounded} took. */
  readonly size: number;
}

/** Plain data. */
interface Saved {
  readonly hosts: readonly SavedHost[];
  readonly urgent: readonly string[];
  readonly waiting: readonly string[];
  readonly ids: SavedIds;
  readonly told: readonly (readonly [id: string, told: Told])[];
  readonly later: readonly string[];
}

/** Goes on from what {@link LiveIncidents.save} gave, where that is given. */
export function createLiveIncidents(options: LiveOptions, saved?: Uint8Array): LiveIncidents {
  return new Live(options, saved === undefined ? undefined : (deserialize(saved) as Saved));
}

interface Candidate {
  readonly weighed: Weighed;
  readonly members: readonly Kept[];
  readonly oldest: Unit;
  readonly mark: string;
  readonly shape: number;
}

class Live implements LiveIncidents {
  readonly #budget: number;
  readonly #paceMs: number;
  readonly #paced: number;
  readonly #windowMs: number;
  readonly #assets: ReadonlyMap<string, number>;
  readonly #hosts = new Map<string, LiveHost>();
  readonly #byComputer = new Map<string, LiveHost>();
  /** In the order in which they came up. */
  readonly #names: string[] = [];
  /** Hosts of which something new was found, and those that did something since their part was made; the longest first. */
  readonly #urgent = new Set<LiveHost>();
  readonly #waiting = new Set<LiveHost>();
  readonly #ids = new Ids();
  readonly #told = new Map<string, Told>();
  readonly #spread = new Spread();
  /** Incidents that may have changed, to be told of when it is their time. */
  #later = new Set<string>();

  constructor(options: LiveOptions, saved: Saved | undefined) {
    const { windowMs = WINDOW_MS, assets = new Map(), budget = BUDGET, paceMs = PACE_MS, paced = PACED } = options;
    this.#paced = paced;
    this.#budget = budget;
    this.#paceMs = paceMs;
    this.#windowMs = windowMs;
    this.#assets = assets;
    if (saved === undefined) return;
    for (const { name } of saved.hosts) this.#names.push(name);
    for (const host of saved.hosts) this.#hosts.set(host.name, LiveHost.restore(host, windowMs, this.#names));
    for (const name of saved.urgent) this.#urgent.add(this.#hosts.get(name)!);
    for (const name of saved.waiting) this.#waiting.add(this.#hosts.get(name)!);
    this.#ids.restore(saved.ids);
    this.#later = new Set(saved.later);
    for (const [id, told] of saved.told) this.#told.set(id, told);
    for (const { part } of this.#hosts.values()) if (part !== undefined) this.#spread.add(part);
    this.#spread.changed();
  }

  see(event: Event, file: string): void {
    const host = this.#hostOf(event.computer);
    host.see(event, file);
    this.#waiting.add(host);
  }

  add(finding: FiledFinding, id: number): void {
    const host = this.#hostOf(finding.event.computer);
    host.findings.add(saidBy(finding), id);
    this.#urgent.add(host);
  }

  #hostOf(computer: string): LiveHost {
    let host = this.#byComputer.get(computer);
    if (host !== undefined) return host;
    const name = shortName(computer);
    host = this.#hosts.get(name);
    if (host === undefined) {
      host = new LiveHost(name, this.#windowMs);
      this.#hosts.set(name, host);
      this.#names.push(name);
      // A command may have named it.
      for (const other of this.#hosts.values()) this.#waiting.add(other);
    }
    this.#byComputer.set(computer, host);
    return host;
  }

  update(nowMs: number): readonly LiveIncident[] {
    const due = this.#due(nowMs);
    if (due.size === 0 && this.#later.size === 0) return [];
    const fewer = new Set<string>();
    for (const host of due) {
      if (host.part !== undefined) this.#spread.remove(host.part);
      for (const { toldIn, count } of host.build(nowMs, this.#names, this.#isOpen(nowMs)))
        if (toldIn !== '') {
          fewer.add(toldIn);
          this.#ids.lost(toldIn, 1 + count);
        }
      this.#spread.add(host.part!);
    }
    const parts = [...this.#hosts.values()].flatMap(({ part }) => part ?? []);
    const joined = join(parts);
    if (fewer.size > 0) this.#close(fewer);
    return this.#tell(joined, this.#candidates(joined, due, nowMs), nowMs);
  }

  /** Whether a finding is of an incident that still goes on. */
  #isOpen(nowMs: number): (kept: Kept) => boolean {
    return ({ toldIn }) => toldIn !== '' && nowMs - (this.#told.get(toldIn)?.atMs ?? 0) < OPEN_MS;
  }

  /** Of incidents that lost findings, those of which none is left change no more. */
  #close(ids: Set<string>): void {
    for (const { findings } of this.#hosts.values()) for (const { toldIn } of findings.all) ids.delete(toldIn);
    for (const id of ids) {
      this.#told.delete(id);
      this.#ids.drop(id);
    }
  }

  get waits(): boolean {
    return this.#urgent.size > 0 || this.#later.size > 0;
  }

  get counts(): HostCounts {
    return sumOf([...this.#hosts.values()].map(({ counts }) => counts));
  }

  /**
   * Hosts whose parts are to be made now, within the budget: first those of which something new was found, the one that waits
   * longest first; then those that did something since. At least one.
   */
  #due(nowMs: number): Set<LiveHost> {
    const due = new Set<LiveHost>();
    let budget = this.#budget;
    const take = (host: LiveHost): void => {
      budget -= host.weight;
      if (budget >= 0 || due.size === 0) due.add(host);
    };
    for (const host of this.#urgent) {
      if (budget <= 0) break;
      take(host);
    }
    for (const host of this.#waiting) {
      if (budget <= 0) break;
      if (!due.has(host) && Math.abs(nowMs - host.builtMs) >= AGAIN_MS) take(host);
    }
    for (const host of due) {
      this.#urgent.delete(host);
      this.#waiting.delete(host);
    }
    return due;
  }

  /**
   * Groups that may have changed and whose time it is: those with a unit on hosts that were looked at, those that lost or
   * rarefied one, and those that waited.
   */
  #candidates(joined: Joined, due: ReadonlySet<LiveHost>, nowMs: number): Candidate[] {
    const { units, groups, merged } = joined;
    const changed = this.#spread.changed();
    const links = linksByRoot(joined);
    const bands = byHost([...this.#hosts.values()].flatMap(({ blind }) => blind));
    const candidates: Candidate[] = [];
    const consider = (group: readonly number[], shape: number): void => {
      const oldest = units[group[0]!]!;
      const members = group.flatMap((i) => this.#membersOf(units[i]!));
      const weighed = weigh(
        { group, links: links.get(group[0]!) ?? [], merged: merged.get(group[0]!) ?? [] },
        units,
        (unit) => this.#spread.of(statementOf(unit)),
        bands,
        this.#assets,
      );
      // What was told once is told of, however little is left of it.
      if (weighed.scored.risk < LEVEL_FROM.low && members.every(({ toldIn }) => toldIn === '')) return;
      candidates.push({ weighed, members, oldest, mark: markOf(weighed, units), shape });
    };
    const waiting: { readonly group: readonly number[]; readonly shape: number; readonly id: string }[] = [];
    for (const group of groups) {
      const id = this.#membersOf(units[group[0]!]!)[0]?.toldIn ?? '';
      const shape = shapeOf(group, links.get(group[0]!) ?? [], units);
      const told = this.#told.get(id);
      const same = (told === undefined || told.shape === shape) && !this.#later.has(id);
      if (same && !group.some((i) => this.#touched(units[i]!, due, changed))) continue;
      if (told !== undefined && this.#isEarly(told, group.length, nowMs)) waiting.push({ group, shape, id });
      else consider(group, shape);
    }
    this.#later = new Set();
    // One that came apart is told as a whole: its parts decide together who keeps the id.
    const ids = new Set(candidates.flatMap(({ members }) => members.map(({ toldIn }) => toldIn)));
    ids.delete('');
    const shares = ({ group }: { readonly group: readonly number[] }): boolean =>
      group.some((i) => this.#membersOf(units[i]!).some(({ toldIn }) => ids.has(toldIn)));
    let rest = waiting;
    for (let found = ids.size > 0; found; ) {
      const shared = rest.filter(shares);
      found = shared.length > 0;
      rest = rest.filter((one) => !shared.includes(one));
      for (const { group, shape } of shared) {
        consider(group, shape);
        for (const i of group) for (const { toldIn } of this.#membersOf(units[i]!)) if (toldIn !== '') ids.add(toldIn);
      }
    }
    for (const { id } of rest) this.#later.add(id);
    return candidates.sort((a, b) => a.weighed.group[0]! - b.weighed.group[0]!);
  }

  #isEarly({ atMs }: Told, units: number, nowMs: number): boolean {
    return units > this.#paced && nowMs >= atMs && nowMs - atMs < Math.min(PACE_MOST_MS, units * this.#paceMs);
  }

  #touched(unit: Unit, due: ReadonlySet<LiveHost>, statements: ReadonlySet<string>): boolean {
    return due.has(this.#hostOf(unit.host)) || (statements.size > 0 && statements.has(statementOf(unit)));
  }

  #membersOf(unit: Unit): readonly Kept[] {
    return this.#hostOf(unit.host).membersOf(unit);
  }

  #tell({ units }: Joined, candidates: readonly Candidate[], nowMs: number): LiveIncident[] {
    const { ids, merged } = this.#ids.assign(candidates);
    const changed: LiveIncident[] = [];
    const bodies = new Map<string, Incident>();
    candidates.forEach(({ weighed, members, mark, shape }, i) => {
      const id = ids[i]!;
      const findingIds: number[] = [];
      for (const member of members)
        if (member.toldIn !== id) {
          member.toldIn = id;
          findingIds.push(member.id);
        }
      for (const { waiting } of members) findingIds.push(...waiting.splice(0));
      if (this.#told.get(id)?.mark === mark && findingIds.length === 0) return;
      const whole = { ...incidentOf(weighed, 0, units), id, merged: this.#ids.mergedInto(id) };
      const { incident, size } = bounded(whole, this.#ids.goneOf(id), this.#told.get(id)?.size);
      this.#told.set(id, { mark, shape, atMs: nowMs, size });
      bodies.set(id, incident);
      changed.push({ id, incident, findingIds: findingIds.sort((a, b) => a - b), mergedInto: null });
    });
    for (const [id, into] of merged) {
      this.#told.delete(id);
      changed.push({ id, incident: bodies.get(into)!, findingIds: [], mergedInto: into });
    }
    return changed;
  }

  save(): Uint8Array {
    const saved: Saved = {
      hosts: [...this.#hosts.values()].map((host) => host.save()),
      urgent: [...this.#urgent].map(({ name }) => name),
      waiting: [...this.#waiting].map(({ name }) => name),
      ids: this.#ids.save(),
      told: [...this.#told],
      later: [...this.#later],
    };
    return serialize(saved);
  }
}
