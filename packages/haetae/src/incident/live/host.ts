import type { Event } from '@haetae/event';
import type { BlindBand } from '../incident.ts';
import { Gathering } from '../join/gathering.ts';
import type { Part } from '../join/part.ts';
import type { Said } from '../join/said.ts';
import type { Unit } from '../join/unit.ts';
import { compareTimes, told } from '../text.ts';
import type { Trace } from '../trace/trace.ts';
import { FileTracer, type SavedTracer } from '../trace/tracer.ts';
import type { Member } from './ids.ts';

/** A finding that is kept to be joined. */
export interface Kept extends Member {
  readonly said: Said;
}

/** Plain data. */
export interface SavedHost {
  readonly name: string;
  readonly files: readonly (readonly [file: string, SavedTracer])[];
  readonly kept: readonly Kept[];
  readonly built: Built | undefined;
}

/** What the part was last made of. */
interface Built {
  readonly traces: readonly Trace[];
  /** So many of the findings. */
  readonly findings: number;
  /** So many of the hosts' names were known. */
  readonly hosts: number;
  readonly blind: readonly BlindBand[];
  readonly atMs: number;
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
  /** As they came. */
  #kept: Kept[] = [];
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
        tracer = new FileTracer();
        this.#files.set(file, tracer);
      }
      this.#lastFile = file;
      this.#last = tracer;
    }
    this.#last.see(event);
  }

  add(said: Said, id: number): void {
    this.#kept.push({ said, id, toldIn: '' });
  }

  /** When the part was made; −∞ for never. */
  get builtMs(): number {
    return this.#built?.atMs ?? Number.NEGATIVE_INFINITY;
  }

  /** How much there is to be looked at when the part is made: about, in processes and acts. */
  get weight(): number {
    return this.#kept.length;
  }

  /** Makes the part of all that is known. `hosts`: names of all hosts, in short, in the order in which they came up. */
  build(nowMs: number, hosts: readonly string[]): void {
    const traces = [...this.#files].map(([file, tracer]) => tracer.told(file));
    const gathering = new Gathering(traces, this.#windowMs);
    this.#built = {
      traces,
      findings: this.#kept.length,
      hosts: hosts.length,
      blind: gathering.blind(),
      atMs: nowMs,
    };
    this.#make(gathering, hosts);
  }

  #make(gathering: Gathering, hosts: readonly string[]): void {
    const { findings, hosts: known } = this.#built!;
    const kept = this.#kept.slice(0, findings);
    kept.sort((a, b) => compareTimes(told(a.said.timeMs), told(b.said.timeMs)) || a.id - b.id);
    const members = new Map<Unit, Kept[]>();
    for (const one of kept) {
      const unit = gathering.add(one.said, one.id);
      const list = members.get(unit);
      if (list === undefined) members.set(unit, [one]);
      else list.push(one);
    }
    this.#part = gathering.part(new Set(hosts.slice(0, known)));
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
      kept: this.#kept,
      built: this.#built,
    };
  }

  static restore(saved: SavedHost, windowMs: number, hosts: readonly string[]): LiveHost {
    const host = new LiveHost(saved.name, windowMs);
    const told = new Set(saved.built?.traces.flatMap(({ processes }) => processes));
    for (const [file, tracer] of saved.files) host.#files.set(file, FileTracer.restore(tracer, told));
    host.#kept = [...saved.kept];
    host.#built = saved.built;
    if (saved.built !== undefined) host.#make(new Gathering(saved.built.traces, windowMs), hosts);
    return host;
  }
}
