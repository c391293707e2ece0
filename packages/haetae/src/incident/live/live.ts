import { deserialize, serialize } from 'node:v8';
import type { Event } from '@haetae/event';
import type { FiledFinding } from '../../detect/index.ts';
import { byHost, incidentOf, linksByRoot, type Weighed, weigh } from '../assemble/assemble.ts';
import { WINDOW_MS } from '../join/gathering.ts';
import { connect, type Joined } from '../join/join.ts';
import type { Part } from '../join/part.ts';
import { saidBy, statementOf } from '../join/said.ts';
import type { Unit } from '../join/unit.ts';
import { LEVEL_FROM } from '../risk/score.ts';
import { type Bounded, bounded } from './bound.ts';
import type { LiveIncident, LiveIncidents, LiveOptions, SavedIncidents } from './contract.ts';
import { Fleet, type SavedFleet } from './fleet.ts';
import type { HostCounts, LiveHost } from './host.ts';
import { Ids, type SavedIds } from './ids.ts';
import type { Kept } from './kept.ts';
import { markOf, shapeOf } from './mark.ts';
import { Net } from './net.ts';
import { Spread } from './spread.ts';

/** A host about which nothing new was found is looked at again after so long: what its processes did since may show a link. */
const AGAIN_MS = 5000;

/** An incident that did not change for so long is frozen with its findings once they are old. */
const OPEN_MS = 24 * 60 * 60_000;

const BUDGET = 10_000;
const PACE_MS = 5;
const PACE_MOST_MS = 1500;
const PACED = 40;
const MOST_HOSTS = 10_000;
/** Findings of all hosts that are looked at one by one, each with what is kept of its processes; those that have most give way. */
const MOST_FINDINGS = 4000;
/** Processes of all hosts; those that have most outside the line of a finding give way. */
const MOST_PROCESSES = 40_000;

interface Told {
  readonly mark: string;
  readonly shape: number;
  readonly atMs: number;
  /** What {@link bounded} took. */
  readonly size: number;
  /** In short. Absent in states that are older: any. */
  readonly hosts?: readonly string[];
}

/** Plain data. */
interface Saved extends SavedFleet {
  readonly urgent: readonly string[];
  readonly waiting: readonly string[];
  /** Absent in states that are older. */
  readonly crowded?: readonly string[];
  readonly ids: SavedIds;
  readonly told: readonly (readonly [id: string, told: Told])[];
  readonly later: readonly string[];
}

/** Goes on from what {@link LiveIncidents.save} gave, where that is given. */
export function createLiveIncidents(options: LiveOptions, saved?: SavedIncidents): LiveIncidents {
  return new Live(options, saved === undefined ? undefined : savedOf(saved));
}

function savedOf(saved: SavedIncidents): Saved {
  if (saved instanceof Uint8Array) return deserialize(saved) as Saved;
  const [first, ...hosts] = saved;
  return { ...(deserialize(first!) as Omit<Saved, 'hosts'>), hosts: hosts.map((one) => deserialize(one)) };
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
  readonly #mostFindings: number;
  readonly #mostProcesses: number;
  readonly #assets: ReadonlyMap<string, number>;
  readonly #fleet: Fleet;
  /** Hosts of which something new was found, and those that did something since their part was made; the longest first. */
  readonly #urgent = new Set<LiveHost>();
  readonly #waiting = new Set<LiveHost>();
  readonly #ids = new Ids();
  readonly #told = new Map<string, Told>();
  /** Hosts of which more was found that is only counted, and that nobody was told of. */
  readonly #lagging = new Set<LiveHost>();
  /** Hosts of which so much came that they are not to wait. */
  readonly #crowded = new Set<LiveHost>();
  readonly #spread = new Spread();
  readonly #net = new Net();
  /** Incidents that may have changed, to be told of when it is their time. */
  #later = new Set<string>();

  constructor(options: LiveOptions, saved: Saved | undefined) {
    const { windowMs = WINDOW_MS, assets = new Map(), budget = BUDGET, paceMs = PACE_MS, paced = PACED } = options;
    this.#fleet = new Fleet(windowMs, options.hosts ?? MOST_HOSTS, saved);
    this.#paced = paced;
    this.#mostFindings = options.findings ?? MOST_FINDINGS;
    this.#mostProcesses = options.processes ?? MOST_PROCESSES;
    this.#budget = budget;
    this.#paceMs = paceMs;
    this.#assets = assets;
    if (saved === undefined) return;
    for (const name of saved.urgent) this.#urgent.add(this.#fleet.get(name)!);
    for (const name of saved.waiting) this.#waiting.add(this.#fleet.get(name)!);
    for (const name of saved.crowded ?? []) this.#crowded.add(this.#fleet.get(name)!);
    this.#ids.restore(saved.ids);
    this.#later = new Set(saved.later);
    for (const [id, told] of saved.told) this.#told.set(id, told);
    for (const host of this.#fleet) {
      const { part, findings } = host;
      if (findings.all.some(({ waiting }) => waiting.length > 0)) this.#lagging.add(host);
      if (part === undefined) continue;
      this.#spread.add(part);
      this.#net.replace(undefined, part);
    }
    this.#spread.changed();
    this.#net.changed();
  }

  see(event: Event, file: string): void {
    const host = this.#fleet.heard(event.computer, this.#isNew);
    host.see(event, file);
    this.#waiting.add(host);
    if (host.isCrowded) this.#crowded.add(host);
  }

  add(finding: FiledFinding, id: number): void {
    const host = this.#fleet.heard(finding.event.computer, this.#isNew);
    if (host.add(saidBy(finding), id)) this.#urgent.add(host);
    else {
      this.#lagging.add(host);
      this.#waiting.add(host);
    }
  }

  /** A command may have named it. */
  readonly #isNew = (host: LiveHost): void => {
    for (const other of this.#fleet) if (other.findings.size > 0 && other !== host) this.#waiting.add(other);
  };

  update(nowMs: number): readonly LiveIncident[] {
    const fewer = this.#thin();
    const due = this.#due(nowMs);
    if (due.size === 0 && this.#later.size === 0 && fewer.size === 0) return [];
    const scarce = {
      findings: this.#fleet.findings > this.#mostFindings,
      processes: this.#fleet.processes > this.#mostProcesses,
    };
    // Of all of them before the first is made anew: what a session of another asks for is answered only when all are there.
    const hops = new Map([...due].map(({ part }) => [part, part === undefined ? [] : [...this.#net.hopsFrom(part)]]));
    for (const host of due) {
      const before = host.part;
      if (before !== undefined) this.#spread.remove(before);
      for (const kept of host.build(nowMs, this.#fleet.names, hops.get(before)!, this.#isOpen(nowMs), scarce))
        this.#lose(kept, fewer);
      this.#spread.add(host.part!);
      this.#net.replace(before, host.part);
    }
    const changed = this.#spread.changed();
    for (const statement of changed)
      for (const part of this.#spread.partsOf(statement)) this.#touchThose(part, statement);
    for (const id of this.#later) this.#touchIncident(id);
    const joined = connect(this.#net.changed());
    if (fewer.size > 0) this.#close(fewer);
    return this.#tell(joined, this.#candidates(joined, due, changed, nowMs), nowMs);
  }

  #touchThose(part: Part, statement: string): void {
    part.context.units.forEach((unit, i) => {
      if (statementOf(unit) === statement) this.#net.touch(part, i);
    });
  }

  #touchIncident(id: string): void {
    for (const host of this.#hostsOf(id))
      host.part?.context.units.forEach((unit, i) => {
        if (host.membersOf(unit).some(({ toldIn }) => toldIn === id)) this.#net.touch(host.part!, i);
      });
  }

  /** Those that may have findings of an incident. */
  #hostsOf(id: string): Iterable<LiveHost> {
    const names = this.#told.get(id)?.hosts;
    return names === undefined ? this.#fleet : names.flatMap((name) => this.#fleet.get(name) ?? []);
  }

  /** Where there are too many hosts, some go. Gives the incidents that lost findings. */
  #thin(): Set<string> {
    const fewer = new Set<string>();
    if (!this.#fleet.isFull) return fewer;
    // What is to be told of is told first.
    const held = new Set<LiveHost>(this.#urgent);
    for (const id of this.#later) for (const host of this.#hostsOf(id)) held.add(host);
    for (const host of this.#fleet.thin(held)) {
      for (const hosts of [this.#waiting, this.#lagging, this.#crowded]) hosts.delete(host);
      for (const kept of host.findings.all) this.#lose(kept, fewer);
      if (host.part === undefined) continue;
      this.#spread.remove(host.part);
      this.#net.replace(host.part, undefined);
    }
    return fewer;
  }

  /** A finding that is kept no more. */
  #lose({ toldIn, count }: Kept, fewer: Set<string>): void {
    if (toldIn === '') return;
    fewer.add(toldIn);
    this.#ids.lost(toldIn, 1 + count);
  }

  /** Whether a finding is of an incident that still goes on. */
  #isOpen(nowMs: number): (kept: Kept) => boolean {
    return ({ toldIn }) => toldIn !== '' && nowMs - (this.#told.get(toldIn)?.atMs ?? 0) < OPEN_MS;
  }

  /** Of incidents that lost findings, those of which none is left change no more. */
  #close(ids: Set<string>): void {
    for (const id of ids) {
      if ([...this.#hostsOf(id)].some(({ findings }) => findings.all.some(({ toldIn }) => toldIn === id))) continue;
      this.#told.delete(id);
      this.#ids.drop(id);
    }
  }

  get waits(): boolean {
    return this.#urgent.size > 0 || this.#later.size > 0;
  }

  get lags(): boolean {
    if (this.#lagging.size > 0) return true;
    for (const { findings } of this.#waiting) if (findings.size > 0) return true;
    return false;
  }

  get isCrowded(): boolean {
    return this.#crowded.size > 0;
  }

  get counts(): HostCounts {
    return this.#fleet.counts;
  }

  /**
   * Hosts whose parts are to be made now, within the budget: first those of which something new was found (within half of it those
   * of which nothing was known: people wait for the first they hear of a host), the one that waits longest first; then those of which
   * very much came; then those that did something since. At least one.
   */
  #due(nowMs: number): Set<LiveHost> {
    const due = new Set<LiveHost>();
    const same = new Set<LiveHost>();
    let budget = this.#budget;
    const take = (host: LiveHost): void => {
      budget -= host.weight;
      if (budget >= 0 || due.size === 0) due.add(host);
    };
    for (const host of this.#urgent) {
      if (budget <= this.#budget / 2) break;
      if (host.part === undefined) take(host);
    }
    for (const host of this.#urgent) {
      if (budget <= 0) break;
      if (!due.has(host)) take(host);
    }
    for (const host of this.#crowded) {
      if (budget <= 0) break;
      if (!due.has(host)) take(host);
    }
    for (const host of this.#waiting) {
      if (budget <= 0) break;
      if (due.has(host) || Math.abs(nowMs - host.builtMs) < AGAIN_MS) continue;
      if (host.isStale(this.#fleet.names)) take(host);
      else same.add(host);
    }
    for (const host of due) for (const hosts of [this.#urgent, this.#lagging, this.#crowded]) hosts.delete(host);
    for (const hosts of [due, same]) for (const host of hosts) this.#waiting.delete(host);
    return due;
  }

  /**
   * Groups that may have changed and whose time it is: those with a unit on hosts that were looked at, those that lost or
   * rarefied one, and those that waited.
   */
  #candidates(joined: Joined, due: ReadonlySet<LiveHost>, changed: ReadonlySet<string>, nowMs: number): Candidate[] {
    const { units, groups, merged } = joined;
    const links = linksByRoot(joined);
    const hosts = new Set(units.map(({ host }) => this.#fleet.of(host)));
    const bands = byHost([...hosts].flatMap(({ blind }) => blind));
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
    return due.has(this.#fleet.of(unit.host)) || (statements.size > 0 && statements.has(statementOf(unit)));
  }

  #membersOf(unit: Unit): readonly Kept[] {
    return this.#fleet.of(unit.host).membersOf(unit);
  }

  #tell({ units }: Joined, candidates: readonly Candidate[], nowMs: number): LiveIncident[] {
    const { ids, merged } = this.#ids.assign(candidates);
    const changed: LiveIncident[] = [];
    const bodies = new Map<string, Bounded>();
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
      const told = bounded(whole, this.#ids.goneOf(id), this.#told.get(id)?.size);
      const isNew = !this.#told.has(id);
      const hosts = [...new Set(weighed.group.map((unit) => this.#fleet.of(units[unit]!.host).name))];
      this.#told.set(id, { mark, shape, atMs: nowMs, size: told.size, hosts });
      bodies.set(id, told);
      const { incident, text } = told;
      changed.push({ id, incident, text, findingIds: findingIds.sort((a, b) => a - b), mergedInto: null, isNew });
    });
    for (const [id, into] of merged) {
      this.#told.delete(id);
      const { incident, text } = bodies.get(into)!;
      changed.push({ id, incident, text, findingIds: [], mergedInto: into, isNew: false });
    }
    return changed;
  }

  save(): readonly Uint8Array[] {
    const { hosts, ...fleet } = this.#fleet.save();
    const saved: Omit<Saved, 'hosts'> = {
      ...fleet,
      urgent: [...this.#urgent].map(({ name }) => name),
      waiting: [...this.#waiting].map(({ name }) => name),
      crowded: [...this.#crowded].map(({ name }) => name),
      ids: this.#ids.save(),
      told: [...this.#told],
      later: [...this.#later],
    };
    return [serialize(saved), ...hosts.map((host) => serialize(host))];
  }
}
