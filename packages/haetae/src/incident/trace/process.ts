import { ActList, restoreLists, type SavedLists, saveLists } from './acts.ts';
import type { ActKind, ProcessTrace, TracedAct } from './trace.ts';

/** Plain data. */
export interface SavedProcess {
  readonly trace: ProcessTrace;
  readonly acts: SavedLists;
}

/** A process, with its acts in the form in which they are collected. What was {@link told} of it changes no more. */
export class LiveProcess {
  /** To be changed only after {@link touch}. */
  trace: ProcessTrace;
  readonly #acts = new Map<ActKind, ActList>();
  /** Whether `trace` was told. */
  #told = false;

  constructor(host: string, guid: string, pid: number | null, timeMs: number) {
    this.trace = {
      host,
      guid,
      pid,
      image: '',
      commandLine: '',
      folder: '',
      user: '',
      logonId: '',
      logonGuid: '',
      integrity: '',
      hashes: '',
      parentGuid: '',
      parentPid: null,
      parentImage: '',
      parentCommandLine: '',
      startMs: null,
      startAt: -1,
      endMs: null,
      firstMs: timeMs,
      lastMs: timeMs,
      events: 0,
      acts: [],
      more: {},
    };
  }

  touch(timeMs: number): void {
    if (this.#told) {
      this.trace = { ...this.trace };
      this.#told = false;
    }
    const { trace } = this;
    if (!(trace.firstMs <= timeMs)) trace.firstMs = timeMs;
    if (!(trace.lastMs >= timeMs)) trace.lastMs = timeMs;
    trace.events++;
  }

  list(kind: ActKind): ActList {
    let list = this.#acts.get(kind);
    if (list === undefined) {
      list = new ActList();
      this.#acts.set(kind, list);
    }
    return list;
  }

  /** How many acts are kept of it. */
  get size(): number {
    let size = 0;
    for (const list of this.#acts.values()) size += list.size;
    return size;
  }

  /** Its trace, with the acts so far. */
  told(): ProcessTrace {
    const { trace } = this;
    if (this.#told) return trace;
    this.#told = true;
    const acts: TracedAct[] = [];
    const more: Partial<Record<ActKind, number>> = {};
    for (const [kind, list] of this.#acts) {
      for (const act of list.acts()) acts.push(act);
      if (list.more > 0) more[kind] = list.more;
    }
    trace.acts = acts;
    trace.more = more;
    return trace;
  }

  save(): SavedProcess {
    return { trace: this.trace, acts: saveLists(this.#acts) };
  }

  /** `told`: whether that is what was told of it last. */
  static restore({ trace, acts }: SavedProcess, told: boolean): LiveProcess {
    const process = new LiveProcess(trace.host, trace.guid, trace.pid, trace.firstMs);
    process.trace = trace;
    process.#told = told;
    for (const [kind, list] of restoreLists(acts)) process.#acts.set(kind, list);
    return process;
  }
}
