import { ActList, restoreLists, type SavedLists, saveLists } from './acts.ts';
import type { ActKind, ProcessTrace, TracedAct } from './trace.ts';

/** Plain data. */
export interface SavedProcess {
  readonly trace: ProcessTrace;
  readonly acts: SavedLists;
}

/** A process, with its acts in the form in which they are collected. */
export class LiveProcess {
  readonly trace: ProcessTrace;
  readonly #acts = new Map<ActKind, ActList>();

  constructor(host: string, guid: string, pid: number | null, timeMs: number) {
    this.trace = {
      host,
      guid,
      pid,
      image: '',
      commandLine: '',
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
      acts: [],
      more: {},
    };
  }

  touch(timeMs: number): void {
    const { trace } = this;
    if (!(trace.firstMs <= timeMs)) trace.firstMs = timeMs;
    if (!(trace.lastMs >= timeMs)) trace.lastMs = timeMs;
  }

  list(kind: ActKind): ActList {
    let list = this.#acts.get(kind);
    if (list === undefined) {
      list = new ActList();
      this.#acts.set(kind, list);
    }
    return list;
  }

  /** Its trace, with the acts so far. */
  told(): ProcessTrace {
    const { trace } = this;
    const acts: TracedAct[] = [];
    for (const [kind, list] of this.#acts) {
      acts.push(...list.acts());
      if (list.more > 0) trace.more[kind] = list.more;
    }
    trace.acts = acts;
    return trace;
  }

  save(): SavedProcess {
    return { trace: { ...this.trace, acts: [] }, acts: saveLists(this.#acts) };
  }

  static restore({ trace, acts }: SavedProcess): LiveProcess {
    const process = new LiveProcess(trace.host, trace.guid, trace.pid, trace.firstMs);
    Object.assign(process.trace, trace);
    for (const [kind, list] of restoreLists(acts)) process.#acts.set(kind, list);
    return process;
  }
}
