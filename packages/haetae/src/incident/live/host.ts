import type { Event } from '@haetae/event';
import type { BlindBand } from '../incident.ts';
import { Gathering } from '../join/gathering.ts';
import { type Found, type HostNames, namesOneOf } from '../join/hops.ts';
import type { Part } from '../join/part.ts';
import type { Said } from '../join/said.ts';
import type { Unit } from '../join/unit.ts';
import type { Trace } from '../trace/trace.ts';
import { FileTracer, type SavedTracer } from '../trace/tracer.ts';
import { Findings, type Kept } from './kept.ts';
import type { Names } from './names.ts';
import { type Latest, needless } from './needless.ts';

const DAY_MS = 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;
/** What one host may fill between two looks at it. What is beyond is counted. */
const MOST = { processes: 4000, acts: 20_000 };
/** How much of its logs is left of it after. */
const MOST_LEFT = { gaps: 64, marks: 200 };

/** Plain data. */
export interface SavedHost {
  readonly name: string;
  readonly files: readonly (readonly [file: string, SavedTracer])[];
  readonly kept: readonly Kept[];
  readonly counts: Findings['counts'];
  readonly forgotten: number;
  /** Of the latest event, not counting Security's; of any in states that are older, which lack `securityMs`. */
  readonly latestMs: number;
  readonly securityMs?: number;
  /** Absent in states that are older. */
  readonly news?: boolean;
  readonly heardLast?: number;
  readonly built: Built | undefined;
}

/** How much is kept, and how much is not. */
export interface HostCounts {
  /** Findings that are looked at one by one. */
  readonly findings: number;
  /** That say the same as others, and are only counted in these. */
  readonly folded: number;
  /** That were too old or too many. */
  readonly dropped: number;
  /** That were never told of as an incident's, though they may be one's. */
  readonly untold: number;
  /** Processes forgotten, or for which there was no room. */
  readonly processes: number;
  /** What processes did, for which there was no room. */
  readonly acts: number;
}

export function sumOf(all: Iterable<HostCounts>): HostCounts {
  const sum = { findings: 0, folded: 0, dropped: 0, untold: 0, processes: 0, acts: 0 };
  for (const { findings, folded, dropped, untold, processes, acts } of all) {
    sum.findings += findings;
    sum.folded += folded;
    sum.dropped += dropped;
    sum.untold += untold;
    sum.processes += processes;
    sum.acts += acts;
  }
  return sum;
}

/** What all hosts together have too many of. */
export interface Scarce {
  readonly findings: boolean;
  readonly processes: boolean;
}

/** What the part was last made of. */
interface Built {
  readonly traces: readonly Trace[];
  /** So many of the findings. */
  readonly findings: number;
  /** The names of hosts before this number were known. */
  readonly hosts: number;
  readonly blind: readonly BlindBand[];
  /** {@link FileTracer.logChanges} when `blind` was told. */
  readonly logChanges: number;
  readonly atMs: number;
  /** Of the latest event by then, of any log and by the clocks of each. Absent in states that are older. */
  readonly latestMs?: number;
  readonly latest?: Latest;
}

/**
 * One host, or several of one short name: what it did, what was found, and the part that was made of that. The part is made
 * anew now and then; between that it stands for an earlier state, which is saved with the present one.
 */
export class LiveHost {
  /** In short. */
  readonly name: string;
  readonly #windowMs: number;
  readonly #files = new Map<string, FileTracer>();
  #lastFile = '';
  #last: FileTracer | undefined;
  readonly findings = new Findings();
  #securityMs = Number.NEGATIVE_INFINITY;
  #otherMs = Number.NEGATIVE_INFINITY;
  /** Something came since the part was made. */
  #news = false;
  /** When something came last, by a clock that all hosts share. */
  heardLast = 0;
  /** Processes that were forgotten. */
  #forgotten = 0;
  #built: Built | undefined;
  #part: Part | undefined;
  #members = new Map<Unit, Kept[]>();

  constructor(name: string, windowMs: number) {
    this.name = name;
    this.#windowMs = windowMs;
  }

  see(event: Event, file: string): void {
    if (file !== this.#lastFile || this.#last === undefined) {
      let tracer = this.#files.get(file);
      if (tracer === undefined) {
        tracer = new FileTracer(MOST);
        this.#files.set(file, tracer);
      }
      this.#lastFile = file;
      this.#last = tracer;
    }
    this.#last.see(event);
    this.#news = true;
    const { timeMs } = event;
    if (isSecurity(event.channel)) {
      if (timeMs > this.#securityMs) this.#securityMs = timeMs;
    } else if (timeMs > this.#otherMs) this.#otherMs = timeMs;
  }

  /** False where the finding says what others said, and is only counted. */
  add(said: Said, id: number): boolean {
    this.#news = true;
    return this.findings.add(said, id);
  }

  /** Whether so much came in the stream of the last event that there may soon be no room for more. */
  get isCrowded(): boolean {
    return this.#last?.isCrowded === true;
  }

  /** Whether the part would be another if it were made now. */
  isStale(names: Names): boolean {
    if (this.#news || this.#part === undefined) return true;
    const { hosts } = this.#built!;
    return hosts < names.next && namesOneOf(this.#part.context, names.since(hosts));
  }

  /** When the part was made; −∞ for never. */
  get builtMs(): number {
    return this.#built?.atMs ?? Number.NEGATIVE_INFINITY;
  }

  /** What it takes to make the part, by what the last took: processes, and findings, of which each takes as long as eight. */
  get weight(): number {
    if (this.#part === undefined) return 1;
    const { lineage, units } = this.#part.context;
    return lineage.nodes.length + 8 * units.length;
  }

  /**
   * Makes the part of all that is known, after what is too old or too much was forgotten: of that, the findings are given.
   * Nothing is forgotten that no part was made of. `names`: of all hosts. `hops`: from this one, as far as the last part knew.
   * `scarce`: of what all hosts together have too many.
   */
  build(
    nowMs: number,
    names: Names,
    hops: Iterable<Found>,
    isOpen: (kept: Kept) => boolean,
    scarce: Scarce,
  ): readonly Kept[] {
    const gone = this.#part === undefined ? [] : this.#forget(this.#part, hops, isOpen, scarce);
    const traces = [...this.#files].map(([file, tracer]) => tracer.told(file));
    const gathering = new Gathering(traces, this.#windowMs);
    let logChanges = 0;
    for (const tracer of this.#files.values()) logChanges += tracer.logChanges;
    const mostMs = nowMs + HOUR_MS;
    const latest = { securityMs: Math.min(this.#securityMs, mostMs), otherMs: Math.min(this.#otherMs, mostMs) };
    this.#built = {
      traces,
      findings: this.findings.size,
      hosts: names.next,
      blind: this.#built?.logChanges === logChanges ? this.#built.blind : gathering.blind(),
      ...{ logChanges, atMs: nowMs, latestMs: Math.max(latest.securityMs, latest.otherMs), latest },
    };
    this.findings.settle();
    for (const tracer of this.#files.values()) tracer.looked();
    this.#news = false;
    this.#make(gathering, names.before(names.next));
    return gone;
  }

  #forget(part: Part, hops: Iterable<Found>, isOpen: (kept: Kept) => boolean, scarce: Scarce): readonly Kept[] {
    const { traces, findings, latestMs = Number.NEGATIVE_INFINITY } = this.#built!;
    const { latest = { securityMs: latestMs, otherMs: latestMs } } = this.#built!;
    const forgotten = needless(part, traces, hops, latest, scarce.processes);
    this.#forgotten += forgotten.processes.size;
    for (const tracer of this.#files.values()) tracer.forget(forgotten, (latestMs - DAY_MS) / 60_000, MOST_LEFT);
    return this.findings.forget(latestMs - DAY_MS, isOpen, findings, scarce.findings);
  }

  /** Those that are kept. */
  get processes(): number {
    let sum = 0;
    for (const { processes } of this.#files.values()) sum += processes;
    return sum;
  }

  get counts(): HostCounts {
    let [processes, acts] = [this.#forgotten, 0];
    for (const { overflow } of this.#files.values()) {
      processes += overflow.processes;
      acts += overflow.acts;
    }
    const { dropped, folded, untold } = this.findings.counts;
    return { findings: this.findings.size, folded, dropped, untold, processes, acts };
  }

  #make(gathering: Gathering, hosts: HostNames): void {
    const { findings } = this.#built!;
    const members = new Map<Unit, Kept[]>();
    for (const one of this.findings.inOrder(findings)) {
      const unit = gathering.add(one.said, one.id, one.built);
      const list = members.get(unit);
      if (list === undefined) members.set(unit, [one]);
      else list.push(one);
    }
    this.#part = gathering.part(hosts);
    this.#members = members;
  }

  get part(): Part | undefined {
    return this.#part;
  }
  get blind(): readonly BlindBand[] {
    return this.#built?.blind ?? [];
  }
  /** The oldest first. */
  membersOf(unit: Unit): readonly Kept[] {
    return this.#members.get(unit) ?? [];
  }

  save(): SavedHost {
    return {
      name: this.name,
      files: [...this.#files].map(([file, tracer]) => [file, tracer.save()] as const),
      kept: this.findings.all,
      counts: this.findings.counts,
      ...{ forgotten: this.#forgotten, latestMs: this.#otherMs, securityMs: this.#securityMs },
      ...{ news: this.#news, heardLast: this.heardLast },
      built: this.#built === undefined ? undefined : { ...this.#built, traces: this.#built.traces.map(withoutLogs) },
    };
  }

  static restore(saved: SavedHost, windowMs: number, names: Names): LiveHost {
    const host = new LiveHost(saved.name, windowMs);
    const told = new Set(saved.built?.traces.flatMap(({ processes }) => processes));
    for (const [file, tracer] of saved.files) host.#files.set(file, FileTracer.restore(tracer, told));
    host.findings.restore(saved.kept);
    Object.assign(host.findings.counts, saved.counts);
    host.#forgotten = saved.forgotten;
    host.#otherMs = saved.latestMs;
    host.#securityMs = saved.securityMs ?? saved.latestMs;
    host.#news = saved.news ?? true;
    host.heardLast = saved.heardLast ?? 0;
    // What its logs lack is looked for anew.
    host.#built =
      saved.built === undefined
        ? undefined
        : {
            ...saved.built,
            traces: saved.built.traces.map((trace) => ({ ...NO_ADDRESSES, ...trace })),
            logChanges: Number.NaN,
          };
    if (saved.built !== undefined)
      host.#make(new Gathering(host.#built!.traces, windowMs), names.before(saved.built.hosts));
    return host;
  }
}

/** Asked of every event: nearly all channels are of another length. */
const isSecurity = (channel: string): boolean => channel.length === 8 && channel.toLowerCase() === 'security';

/** Of traces of states that are older. */
const NO_ADDRESSES: Pick<Trace, 'addresses'> = { addresses: [] };

/** What logs lack was told when the part was made; of the logs themselves it is asked only whose they are. */
function withoutLogs(trace: Trace): Trace {
  const ids = { generations: [], jumps: [], starts: [], repeated: 0, records: 0, truncated: false };
  const minutes = new Int32Array(0);
  return { ...trace, logs: trace.logs.map(({ host, channel }) => ({ host, channel, ids, minutes })) };
}
