import type { Event } from '@haetae/event';
import { ActList, own, placeOf, restoreLists, type SavedLists, saveLists } from './acts.ts';
import { LiveProcess, type SavedProcess } from './process.ts';
import type { ActKind, HostAct, Mark, ProcessTrace, SessionTrace, Trace, TracedAct } from './trace.ts';

/** Bounds for hostile or very large logs, of one tracer. What is beyond is counted. */
export const MAX_PROCESSES = 100_000;
export const MAX_ACTS = 400_000;
export const MAX_SESSIONS = 50_000;
/** Different acts of one kind kept for a host. */
const HOST_ACTS = 5000;
/** Addresses of its own kept of a host, the latest that were new. */
const HOST_ADDRESSES = 64;
/** Of one that say nothing to another. */
const HOST_ONLY = /^(127\.|::1$|fe80:)/;

/** The fields of an event that an act keeps. */
export type FieldsOf = (event: Event) => Record<string, string>;

/** {@link FieldsOf} by names; fields that are absent, empty or `-` are left out. */
export const keep =
  (...names: readonly string[]): FieldsOf =>
  (event) => {
    const fields: Record<string, string> = {};
    for (const name of names) {
      const value = event.get(name);
      if (value !== undefined && value !== '' && value !== '-') fields[name] = own(value, 1024);
    }
    return fields;
  };

/** Hears of events that say that a log is not to be relied on. */
export type MarkSink = (event: Event, host: LiveHost, mark: Pick<Mark, 'kind' | 'channel' | 'by'>) => void;

/** How much a tracer holds at most. */
export interface Most {
  readonly processes: number;
  readonly acts: number;
}

/** What a host that goes on for ever is to forget, of what was told. */
export interface Forgotten {
  readonly processes: ReadonlySet<ProcessTrace>;
  /** That belong to no process. */
  readonly acts: ReadonlySet<TracedAct>;
  readonly sessions: ReadonlySet<SessionTrace>;
}

/** What all hosts of one tracer share. */
export interface Room {
  readonly most: Most;
  processes: number;
  acts: number;
  sessions: number;
  readonly overflow: { processes: number; acts: number };
}

/** Plain data. */
export interface SavedHost {
  readonly name: string;
  readonly processes: readonly SavedProcess[];
  readonly byPid: readonly (readonly [pid: number, process: number])[];
  readonly acts: SavedLists;
  readonly sessions: readonly SessionTrace[];
  /** Absent in states that are older. */
  readonly addresses?: readonly string[];
}

/** What one tracer knows of one host. */
export class LiveHost {
  readonly name: string;
  readonly #room: Room;
  readonly #byGuid = new Map<string, LiveProcess>();
  /** By process id, where no event tells a ProcessGuid: the process that holds it now. */
  readonly #byPid = new Map<number, LiveProcess>();
  #all: LiveProcess[] = [];
  readonly #acts = new Map<ActKind, ActList>();
  #sessions: SessionTrace[] = [];
  readonly #open = new Map<string, SessionTrace>();
  readonly #addresses = new Set<string>();
  #lastGuid = '';
  #last: LiveProcess | undefined;

  constructor(name: string, room: Room) {
    this.name = name;
    this.#room = room;
  }

  /** The process of a ProcessGuid as Sysmon writes it; undefined for none, for the null GUID, and where there is no room. */
  guid(guid: string | undefined, pidName: string, event: Event): LiveProcess | undefined {
    const { timeMs } = event;
    if (guid === undefined || guid.length < 36) return undefined;
    if (guid === this.#lastGuid) {
      this.#last?.touch(timeMs);
      return this.#last;
    }
    let process = this.#byGuid.get(guid);
    if (process === undefined) {
      const plain = plainGuid(guid);
      if (plain === '') return undefined;
      process = this.#byGuid.get(plain);
      if (process === undefined) {
        process = this.#make(plain, pidOf(event, pidName), timeMs);
        if (process === undefined) return undefined;
        this.#byGuid.set(plain, process);
      }
      this.#byGuid.set(own(guid), process);
    }
    process.touch(timeMs);
    this.#lastGuid = guid;
    this.#last = process;
    return process;
  }

  /** A process that starts under this id (Security 4688). */
  start(pid: number, timeMs: number): LiveProcess | undefined {
    const process = this.#make('', pid, timeMs);
    if (process === undefined) return undefined;
    process.touch(timeMs);
    this.#byPid.set(pid, process);
    return process;
  }

  /** The process that has this id now, as far as events without ProcessGuid tell. */
  pid(pid: number, timeMs: number): LiveProcess | undefined {
    const process = this.#byPid.get(pid);
    if (process === undefined || process.trace.endMs !== null) return this.start(pid, timeMs);
    process.touch(timeMs);
    return process;
  }

  ended(pid: number, timeMs: number): void {
    const process = this.pid(pid, timeMs);
    if (process !== undefined) process.trace.endMs = timeMs;
  }

  #make(guid: string, pid: number | null, timeMs: number): LiveProcess | undefined {
    if (this.#room.processes >= this.#room.most.processes) {
      this.#room.overflow.processes++;
      return undefined;
    }
    this.#room.processes++;
    const process = new LiveProcess(this.name, guid, pid, timeMs);
    this.#all.push(process);
    return process;
  }

  /** Counts an act; `make` is asked for the fields of one that is new. */
  act(process: LiveProcess, kind: ActKind, key: string, event: Event, make: FieldsOf, what?: string): void {
    const list = process.list(kind);
    if (!list.count(key, event)) this.#add(list, kind, key, event, make, what);
  }

  /** An act that no process is named for. */
  hostAct(
    kind: ActKind,
    key: string,
    what: string,
    by: Omit<HostAct, 'act' | 'host'>,
    event: Event,
    make: FieldsOf,
  ): void {
    let list = this.#acts.get(kind);
    if (list === undefined) {
      list = new ActList(HOST_ACTS);
      this.#acts.set(kind, list);
    }
    if (list.count(key, event)) return;
    this.#add(list, kind, key, event, make, what, { ...by, host: this.name });
  }

  #add(
    list: ActList,
    kind: ActKind,
    key: string,
    event: Event,
    make: FieldsOf,
    what = key,
    by?: Omit<HostAct, 'act'>,
  ): void {
    const { timeMs } = event;
    if (list.full(timeMs)) return;
    if (this.#room.acts >= this.#room.most.acts) {
      this.#room.overflow.acts++;
      list.more++;
      return;
    }
    this.#room.acts++;
    const act = { kind, what: own(what, 1024), fields: make(event), timeMs, at: placeOf(event), count: 1 };
    list.add(own(key, 1024), by === undefined ? act : { ...act, by });
    if (kind === 'connection') this.#connected(act.fields);
  }

  #connected({ Initiated, SourceIp, DestinationIp }: TracedAct['fields']): void {
    const address = Initiated === 'false' ? DestinationIp : SourceIp;
    if (address === undefined || this.#addresses.has(address) || HOST_ONLY.test(address)) return;
    this.#addresses.add(address);
    if (this.#addresses.size <= HOST_ADDRESSES) return;
    for (const oldest of this.#addresses) {
      this.#addresses.delete(oldest);
      break;
    }
  }

  session(session: SessionTrace): void {
    if (this.#room.sessions >= MAX_SESSIONS) return;
    this.#room.sessions++;
    this.#sessions.push(session);
    this.#open.set(session.logonId, session);
  }

  openSession(logonId: string): SessionTrace | undefined {
    return this.#open.get(logonId);
  }

  /** All so far. */
  told(): Pick<Trace, 'processes' | 'hostActs' | 'sessions' | 'addresses'> {
    const hostActs: HostAct[] = [];
    for (const list of this.#acts.values()) for (const act of list.acts()) hostActs.push({ ...act.by!, act });
    return {
      processes: this.#all.map((process) => process.told()),
      hostActs,
      sessions: [...this.#sessions],
      addresses: [...this.#addresses].map((address) => ({ host: this.name, address })),
    };
  }

  forget({ processes, acts, sessions }: Forgotten): void {
    const room = this.#room;
    if (processes.size > 0) {
      const gone = new Set<LiveProcess>();
      for (const process of this.#all) if (processes.has(process.trace)) gone.add(process);
      this.#all = this.#all.filter((process) => !gone.has(process));
      for (const [guid, process] of this.#byGuid) if (gone.has(process)) this.#byGuid.delete(guid);
      for (const [pid, process] of this.#byPid) if (gone.has(process)) this.#byPid.delete(pid);
      for (const process of gone) room.acts -= process.size;
      room.processes -= gone.size;
      this.#lastGuid = '';
      this.#last = undefined;
    }
    if (acts.size > 0) for (const list of this.#acts.values()) room.acts -= list.forget(acts);
    if (sessions.size === 0) return;
    const left = this.#sessions.filter((session) => !sessions.has(session));
    room.sessions += left.length - this.#sessions.length;
    this.#sessions = left;
    this.#open.clear();
    for (const session of left) this.#open.set(session.logonId, session);
  }

  save(): SavedHost {
    const places = new Map(this.#all.map((process, i) => [process, i]));
    return {
      name: this.name,
      processes: this.#all.map((process) => process.save()),
      byPid: [...this.#byPid].map(([pid, process]) => [pid, places.get(process)!] as const),
      acts: saveLists(this.#acts),
      sessions: this.#sessions,
      addresses: [...this.#addresses],
    };
  }

  /** `told`: what was told last. */
  static restore(saved: SavedHost, room: Room, told: ReadonlySet<ProcessTrace>): LiveHost {
    const host = new LiveHost(saved.name, room);
    for (const one of saved.processes) {
      const process = LiveProcess.restore(one, told.has(one.trace));
      host.#all.push(process);
      if (process.trace.guid !== '') host.#byGuid.set(process.trace.guid, process);
    }
    for (const [pid, i] of saved.byPid) host.#byPid.set(pid, host.#all[i]!);
    for (const [kind, list] of restoreLists(saved.acts)) host.#acts.set(kind, list);
    for (const session of saved.sessions) {
      host.#sessions.push(session);
      host.#open.set(session.logonId, session);
    }
    for (const address of saved.addresses ?? []) host.#addresses.add(address);
    return host;
  }
}

/** A process id; out of the text of the event where an exporter lost the field (NXLog's ProcessID is the writer's). */
function pidOf(event: Event, name: string): number | null {
  return number(event.get(name)) ?? pidInText(event.get('Message'), name);
}

/** `ProcessId: 3148` in the rendered text of a Sysmon event. */
export function pidInText(text: string | undefined, name = 'ProcessId'): number | null {
  if (text === undefined) return null;
  return number(new RegExp(`(?:^|\\n)\\s*${name}:\\s*(\\d+)`).exec(text)?.[1]);
}

/** Lower case without braces; '' for what is none, and for the null GUID. */
export function plainGuid(guid: string): string {
  const plain = guid.replace(/[{}\s]/g, '').toLowerCase();
  return plain.length !== 36 || /^[0-]+$/.test(plain) ? '' : plain;
}

/** `0x1f4`, `500`; null for what is no number. */
export function number(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const n = Number(text);
  return Number.isFinite(n) && n >= 0 ? n : null;
}

/** A logon id as `0x3e7`; '' where there is none. */
export function logonId(text: string | undefined): string {
  if (text === undefined || text === '' || text === '-') return '';
  const plain = text.toLowerCase();
  if (plain.startsWith('0x')) return /^0x0*$/.test(plain) ? '' : `0x${plain.slice(2).replace(/^0+/, '')}`;
  const n = Number(plain);
  return Number.isSafeInteger(n) && n > 0 ? `0x${n.toString(16)}` : '';
}
