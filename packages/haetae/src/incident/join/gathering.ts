import { blindBands } from '../blind/bands.ts';
import type { BlindBand } from '../incident.ts';
import { aligned, type Clocks, clocksOf } from '../lineage/clocks.ts';
import { hostNames, shortName } from '../lineage/hosts.ts';
import { Lineage } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { type Session, Sessions } from '../lineage/sessions.ts';
import { compare } from '../text.ts';
import type { Trace } from '../trace/trace.ts';
import { Anchors } from './anchors.ts';
import { unitsByNode, unitsBySession } from './context.ts';
import type { HostNames } from './hops.ts';
import { type Part, partOf } from './part.ts';
import type { Said } from './said.ts';
import { type Further, type Unit, Units } from './unit.ts';

/** How far apart findings without a link of their own are joined. */
export const WINDOW_MS = 30 * 60_000;

/** Takes findings in the order of time over traces of some hosts in any order, and makes a part of them. */
export class Gathering {
  readonly #traces: readonly Trace[];
  readonly #hostOf: (name: string) => string;
  readonly #lineage: Lineage;
  readonly #units: Units;
  readonly #powershells: ReadonlyMap<string, number>;
  readonly #windowMs: number;

  constructor(traces: readonly Trace[], windowMs: number) {
    const sorted = [...traces].sort((a, b) => compare(a.file, b.file) || firstAt(a) - firstAt(b));
    this.#windowMs = windowMs;
    this.#hostOf = hostNames(hostsOf(sorted));
    const clocks: Clocks = clocksOf(sorted, this.#hostOf);
    this.#traces = aligned(sorted, this.#hostOf, clocks);
    this.#lineage = new Lineage(this.#traces, this.#hostOf);
    this.#powershells = powershellHosts(this.#traces, this.#hostOf);
    this.#units = new Units(this.#lineage, this.#hostOf, clocks, windowMs);
  }

  get findings(): number {
    return this.#units.findings;
  }

  /** The unit that a finding became, or became part of. `number`: of its own, for those of equal times. */
  add(said: Said, number: number, further?: Further): Unit {
    return this.#units.add(said, number, (id, host) => this.#powershells.get(`${host} ${id}`), further);
  }

  /** `hosts`: those of all parts, in short. */
  part(hosts: HostNames): Part {
    const [lineage, hostOf, traces] = [this.#lineage, this.#hostOf, this.#traces];
    this.#units.sort();
    const units = this.#units.all;
    const sessions = new Sessions(traces, hostOf);
    for (const node of lineage.nodes) if (node.logonId !== '') sessions.note(node);
    return partOf(
      {
        ...{ units, lineage, sessions, traces, hostOf, windowMs: this.#windowMs },
        anchors: new Anchors(),
        introduced: new Set<Session>(),
        through: new Set<Node>(),
        unitsOf: unitsByNode(units),
        acting: unitsBySession({ units, sessions }),
      },
      hosts,
    );
  }

  /** Hosts that traces and findings name, in short. */
  hosts(): Set<string> {
    const hosts = new Set<string>();
    for (const { host } of this.#lineage.nodes) hosts.add(shortName(host));
    for (const { host } of this.#units.all) hosts.add(shortName(host));
    return hosts;
  }

  blind(): BlindBand[] {
    return blindBands(this.#traces, this.#hostOf);
  }
}

function* hostsOf(traces: readonly Trace[]): Iterable<string> {
  for (const { logs } of traces) for (const { host } of logs) yield host;
}

/** Parts of one file come in the order of the file. */
function firstAt({ processes, logs }: Trace): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { startAt } of processes) if (startAt >= 0) first = Math.min(first, startAt);
  return Number.isFinite(first) ? first : (logs[0]?.minutes[0] ?? 0);
}

function powershellHosts(traces: readonly Trace[], hostOf: (name: string) => string): Map<string, number> {
  const known = new Map<string, number>();
  for (const { powershells } of traces)
    for (const { host, hostId, pid } of powershells) {
      const key = `${hostOf(host)} ${hostId}`;
      if (!known.has(key)) known.set(key, pid);
    }
  return known;
}
