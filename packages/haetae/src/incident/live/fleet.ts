import { shortName } from '../lineage/hosts.ts';
import { type HostCounts, LiveHost, type SavedHost, sumOf } from './host.ts';
import { Names, type SavedNames } from './names.ts';

/** Of the most hosts, so many are left when there are more. */
const LEFT = 0.9;
const NO_COUNTS: HostCounts = { findings: 0, folded: 0, dropped: 0, untold: 0, processes: 0, acts: 0 };

/** Plain data. */
export interface SavedFleet {
  readonly hosts: readonly SavedHost[];
  /** Absent in states that are older. */
  readonly names?: SavedNames;
  readonly clock?: number;
  readonly left?: HostCounts;
}

/** All hosts that are kept. Bounded. */
export class Fleet {
  readonly #windowMs: number;
  readonly #most: number;
  readonly #all = new Map<string, LiveHost>();
  readonly #byComputer = new Map<string, LiveHost>();
  readonly names: Names;
  /** Counts what comes. */
  #clock: number;
  /** Of hosts that are kept no more. */
  #left: HostCounts;

  constructor(windowMs: number, most: number, saved: SavedFleet | undefined) {
    this.#windowMs = windowMs;
    this.#most = most;
    this.#clock = saved?.clock ?? 0;
    this.#left = saved?.left ?? NO_COUNTS;
    const numbers = saved?.hosts.map(({ name }, i) => [name, i] as const) ?? [];
    this.names = new Names(saved?.names ?? { numbers, next: numbers.length });
    for (const host of saved?.hosts ?? []) this.#all.set(host.name, LiveHost.restore(host, windowMs, this.names));
  }

  [Symbol.iterator](): Iterator<LiveHost> {
    return this.#all.values();
  }
  get(name: string): LiveHost | undefined {
    return this.#all.get(name);
  }

  /** The host of which something came; `isNew` is called for one that was not there. */
  heard(computer: string, isNew: (host: LiveHost) => void): LiveHost {
    let host = this.#byComputer.get(computer);
    if (host === undefined) {
      const name = shortName(computer);
      host = this.#all.get(name);
      if (host === undefined) {
        host = new LiveHost(name, this.#windowMs);
        this.#all.set(name, host);
        this.names.add(name);
        isNew(host);
      }
      this.#byComputer.set(computer, host);
    }
    host.heardLast = ++this.#clock;
    return host;
  }

  /** The host of something that is kept of it. */
  of(computer: string): LiveHost {
    return this.#byComputer.get(computer) ?? this.#all.get(shortName(computer))!;
  }

  get isFull(): boolean {
    return this.#all.size > this.#most;
  }

  /** Takes out those that said nothing for the longest time, and first those of which nothing was found; none of `held`. */
  thin(held: ReadonlySet<LiveHost>): Set<LiveHost> {
    const idle = [...this.#all.values()].filter((host) => !held.has(host));
    const worth = ({ findings }: LiveHost): number => Number(findings.size > 0);
    idle.sort((a, b) => worth(a) - worth(b) || a.heardLast - b.heardLast);
    const gone = new Set(idle.slice(0, this.#all.size - Math.floor(this.#most * LEFT)));
    for (const { name, counts } of gone) {
      this.#all.delete(name);
      this.names.delete(name);
      this.#left = sumOf([this.#left, { ...counts, findings: 0, dropped: counts.dropped + counts.findings }]);
    }
    for (const [computer, host] of this.#byComputer) if (gone.has(host)) this.#byComputer.delete(computer);
    return gone;
  }

  /** Findings of all hosts that are kept. */
  get findings(): number {
    let sum = 0;
    for (const { findings } of this.#all.values()) sum += findings.size;
    return sum;
  }

  /** Processes of all hosts that are kept. */
  get processes(): number {
    let sum = 0;
    for (const { processes } of this.#all.values()) sum += processes;
    return sum;
  }

  get counts(): HostCounts {
    return sumOf([this.#left, ...[...this.#all.values()].map(({ counts }) => counts)]);
  }

  save(): SavedFleet {
    return {
      hosts: [...this.#all.values()].map((host) => host.save()),
      names: this.names.save(),
      ...{ clock: this.#clock, left: this.#left },
    };
  }
}
