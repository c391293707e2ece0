/** A made-up host: who is logged on, what runs, which process ids are taken, and the events that it has written. */
import { type Resource, resourceOf } from './images.ts';
import { Chance, seedOf } from './random.ts';
import type { EventShape, LogEvent, StepMark, Value } from './shape.ts';

export const DOMAIN = 'HAETAE';
export const DNS_DOMAIN = 'haetae.example';
export const DOMAIN_SID = 'S-1-5-21-3071284915-1420386721-2910774538';

export type Integrity = 'Low' | 'Medium' | 'High' | 'System';

export interface Logon {
  readonly user: string;
  readonly domain: string;
  /** `DOMAIN\user` */
  readonly account: string;
  readonly sid: string;
  readonly logonId: number;
  readonly guid: string;
  readonly session: number;
  readonly integrity: Integrity;
}

export interface Process {
  readonly image: string;
  readonly command: string;
  readonly logon: Logon;
  readonly startMs: number;
  /** Undefined for what was there when the host's log begins. */
  readonly parent: Process | undefined;
  readonly integrity: Integrity;
  readonly pid: number;
  readonly guid: string;
  readonly cwd: string;
  readonly resource: Resource;
}

export interface ProcessDraft {
  readonly image: string;
  readonly command?: string;
  readonly logon?: Logon;
  readonly parent?: Process | undefined;
  readonly integrity?: Integrity;
  readonly cwd?: string;
  readonly pid?: number;
  /** Name that its version resource gives, where the file was renamed. */
  readonly original?: string;
}

/** `{hhhhhhhh-ssss-ssss-cccc-cccc00000000}`: host, start in seconds (low word behind), counter: as Sysmon makes them. */
function sysmonGuid(hostId: string, ms: number, counter: number): string {
  const seconds = Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0');
  const count = counter.toString(16).padStart(8, '0');
  return `{${hostId}-${seconds.slice(4)}-${seconds.slice(0, 4)}-${count.slice(6)}${count.slice(4, 6)}-00000000${count.slice(0, 4)}}`;
}

function logonGuid(hostId: string, ms: number, logonId: number): string {
  const seconds = Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0');
  const id = logonId.toString(16).padStart(8, '0');
  const bytes = `${id.slice(6)}${id.slice(4, 6)}${id.slice(2, 4)}${id.slice(0, 2)}`;
  return `{${hostId}-${seconds.slice(4)}-${seconds.slice(0, 4)}-${bytes.slice(0, 4)}-${bytes.slice(4)}00000000}`;
}

/** The account's SID: the same on every host and every run. */
export const sidOf = (user: string): string => `${DOMAIN_SID}-${1100 + ((seedOf(0, user) >>> 0) % 7800)}`;

/** An address that follows from the host's name, in 10.20.0.0/16. */
export function addressOf(name: string): string {
  const n = seedOf(7, name) >>> 0;
  return `10.20.${30 + (n % 8)}.${11 + ((n >>> 8) % 230)}`;
}

export class Host {
  readonly name: string;
  readonly computer: string;
  readonly ip: string;
  /** First eight digits of every GUID that Sysmon makes here. */
  readonly id: string;
  readonly bootedMs: number;
  readonly system: Logon;
  readonly chance: Chance;
  /** What was written since it was last taken, in any order. */
  events: LogEvent[] = [];
  /** Put on every event written while it is set. */
  mark: StepMark | undefined;
  #counter = 0x2100;
  #logons = 0x51000;
  readonly #pids = new Set<number>();
  /** Process ids of the ended, oldest first: one is given again only when many others were, so that two never overlap. */
  readonly #free: number[] = [];

  constructor(name: string, seed: number, bootedMs: number) {
    this.name = name;
    this.computer = `${name}.${DNS_DOMAIN}`;
    this.ip = addressOf(name);
    this.id = new Chance(seedOf(11, name)).hex(8);
    this.bootedMs = bootedMs;
    this.chance = new Chance(seedOf(seed, name));
    this.system = this.logon({ user: 'SYSTEM', domain: 'NT AUTHORITY', sid: 'S-1-5-18', logonId: 0x3e7, session: 0 });
  }

  /** A logon without an event of it. */
  logon(draft: {
    readonly user: string;
    readonly domain?: string;
    readonly sid?: string;
    readonly logonId?: number;
    readonly ms?: number;
    readonly session?: number;
    readonly integrity?: Integrity;
  }): Logon {
    const { user, domain = DOMAIN, sid = sidOf(user), ms = this.bootedMs, session = 1 } = draft;
    const logonId = draft.logonId ?? this.#nextLogon();
    return {
      user,
      domain,
      account: `${domain}\\${user}`,
      sid,
      logonId,
      guid: logonGuid(this.id, ms, logonId),
      session,
      integrity: draft.integrity ?? (sid === 'S-1-5-18' ? 'System' : 'Medium'),
    };
  }

  #nextLogon(): number {
    this.#logons += 0x400 + this.chance.int(1, 0xbff);
    return this.#logons;
  }

  /** A process without an event of its creation. It inherits what it is not given from its parent. */
  process(ms: number, draft: ProcessDraft): Process {
    const { image, parent, command = image } = draft;
    const logon = draft.logon ?? parent?.logon ?? this.system;
    const inherits = parent !== undefined && parent.logon === logon;
    return {
      image,
      command,
      logon,
      startMs: ms,
      parent,
      integrity: draft.integrity ?? (inherits ? parent.integrity : logon.integrity),
      pid: draft.pid ?? this.#pid(),
      guid: sysmonGuid(this.id, ms, this.#counter++),
      cwd: draft.cwd ?? (logon.session === 0 ? 'C:\\Windows\\system32\\' : `C:\\Users\\${logon.user}\\`),
      resource: resourceOf(image, draft.original),
    };
  }

  #pid(): number {
    for (;;) {
      const pid = 4 * this.chance.int(250, 16_000);
      if (this.#pids.has(pid)) continue;
      this.#pids.add(pid);
      return pid;
    }
  }

  /** Its process id may be given to another one. */
  ended(process: Process): void {
    this.#free.push(process.pid);
    if (this.#free.length < 6000) return;
    for (const pid of this.#free.splice(0, 3000)) this.#pids.delete(pid);
  }

  write(shape: EventShape, ms: number, processId: number, threadId: number, userSid: string, values: Value[]): void {
    this.events.push({
      shape,
      computer: this.computer,
      ms,
      ticks: this.chance.int(0, 9999),
      record: 0,
      processId,
      threadId,
      userSid,
      values,
      mark: this.mark,
    });
  }
}
