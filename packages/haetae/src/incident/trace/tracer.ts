import type { Event } from '@haetae/event';
import { Continuity, type ContinuityPart } from '../../survey/index.ts';
import { placeOf } from './acts.ts';
import {
  type Forgotten,
  LiveHost,
  MAX_ACTS,
  MAX_PROCESSES,
  type MarkSink,
  type Most,
  type Room,
  type SavedHost,
} from './host.ts';
import { seePowerShell, seeSystem } from './others.ts';
import { seeSecurity } from './security.ts';
import { seeSysmon } from './sysmon.ts';
import type { LogTrace, Mark, PowerShellHost, ProcessTrace, Trace, Tracer } from './trace.ts';

type Sight = (event: Event, host: LiveHost) => void;

/** One channel of one host. */
interface Log {
  readonly computer: string;
  readonly channel: string;
  readonly host: LiveHost;
  readonly ids: Continuity;
  readonly minutes: Set<number>;
  lastMinute: number;
  readonly see: Sight | undefined;
}

/** Marks kept of one file: hostile logs may hold nothing else. */
const MAX_MARKS = 10_000;
const MAX_HOSTS = 10_000;
/** So much more than was known is a crowd. */
const CROWD: Most = { processes: 1000, acts: 5000 };

export function createTracer(): Tracer {
  return new FileTracer();
}

export class FileTracer implements Tracer {
  #hosts = new Map<string, LiveHost>();
  #logs = new Map<string, Map<string, Log>>();
  #last: Log | undefined;
  #marks: Mark[] = [];
  #powershells = new Map<string, PowerShellHost>();
  #lastPowershell = '';
  #room: Room;
  #crowd: Most = CROWD;
  #by: Trace['by'] = 'line';

  constructor(most: Most = WHOLE_FILE) {
    this.#room = emptyRoom(most);
  }

  see(event: Event): void {
    const { computer, channel, timeMs } = event;
    let log = this.#last;
    if (log === undefined || log.channel !== channel || log.computer !== computer) {
      if (log === undefined) this.#by = event.position.kind;
      log = this.#logOf(computer, channel);
      this.#last = log;
    }
    log.ids.add(Number(event.eventRecordId), timeMs, '');
    const minute = Math.floor(timeMs / 60_000);
    if (minute !== log.lastMinute && !Number.isNaN(minute)) {
      log.lastMinute = minute;
      log.minutes.add(minute);
    }
    log.see?.(event, log.host);
  }

  #logOf(computer: string, channel: string): Log {
    let channels = this.#logs.get(computer);
    if (channels === undefined) {
      channels = new Map();
      this.#logs.set(computer, channels);
    }
    let log = channels.get(channel);
    if (log === undefined) {
      // Beyond that many, hosts are no hosts: what they did is not told apart.
      const name = this.#hosts.size < MAX_HOSTS ? computer : '';
      let host = this.#hosts.get(name);
      if (host === undefined) {
        host = new LiveHost(name, this.#room);
        this.#hosts.set(name, host);
      }
      log = {
        computer,
        channel,
        host,
        ids: new Continuity(),
        minutes: new Set(),
        lastMinute: Number.NaN,
        see: this.#sightOf(channel.toLowerCase()),
      };
      channels.set(channel, log);
    }
    return log;
  }

  #sightOf(channel: string): Sight | undefined {
    switch (channel) {
      case 'microsoft-windows-sysmon/operational':
      case 'linux-sysmon/operational':
        return (event, host) => seeSysmon(event, host, this.#mark);
      case 'security':
        return (event, host) => seeSecurity(event, host, this.#mark);
      case 'system':
        return (event, host) => seeSystem(event, host, this.#mark);
      case 'microsoft-windows-powershell/operational':
      case 'powershellcore/operational':
        return (event, host) => seePowerShell(event, host, this.#powershell);
      default:
        return undefined;
    }
  }

  readonly #mark: MarkSink = (event, host, mark) => {
    if (this.#marks.length < MAX_MARKS)
      this.#marks.push({ ...mark, host: host.name, timeMs: event.timeMs, at: placeOf(event) });
  };

  readonly #powershell = (of: PowerShellHost): void => {
    if (of.hostId === this.#lastPowershell) return;
    this.#lastPowershell = of.hostId;
    const key = `${of.host} ${of.hostId}`;
    if (!this.#powershells.has(key) && this.#powershells.size < MAX_MARKS)
      this.#powershells.set(key, { ...of, hostId: ` ${of.hostId}`.slice(1) });
  };

  take(file: string): Trace {
    const trace = this.told(file);
    this.#hosts = new Map();
    this.#logs = new Map();
    this.#last = undefined;
    this.#marks = [];
    this.#powershells = new Map();
    this.#lastPowershell = '';
    this.#room = emptyRoom(this.#room.most);
    return trace;
  }

  /** All so far, as that of `file`; what is seen later goes on from there. */
  told(file: string): Trace {
    const hosts = [...this.#hosts.values()].map((host) => host.told());
    const logs: LogTrace[] = [];
    for (const channels of this.#logs.values())
      for (const { host, channel, ids, minutes } of channels.values())
        logs.push({ host: host.name, channel, ids: ids.part(), minutes: Int32Array.from(minutes).sort() });
    return {
      file,
      by: this.#by,
      processes: hosts.flatMap(({ processes }) => processes),
      hostActs: hosts.flatMap(({ hostActs }) => hostActs),
      sessions: hosts.flatMap(({ sessions }) => sessions),
      marks: [...this.#marks],
      logs,
      powershells: [...this.#powershells.values()],
      addresses: hosts.flatMap(({ addresses }) => addresses),
      overflow: { ...this.#room.overflow },
    };
  }

  /** Bounds what is kept of hosts that go on for ever. Logs keep the minutes since `minutesFrom`. */
  forget(forgotten: Forgotten, minutesFrom: number, most: { readonly gaps: number; readonly marks: number }): void {
    for (const host of this.#hosts.values()) host.forget(forgotten);
    for (const channels of this.#logs.values())
      for (const { ids, minutes } of channels.values()) {
        ids.forget(most.gaps);
        for (const minute of minutes) if (minute < minutesFrom) minutes.delete(minute);
      }
    this.#marks.splice(0, this.#marks.length - most.marks);
    for (const key of this.#powershells.keys()) {
      if (this.#powershells.size <= most.marks) break;
      this.#powershells.delete(key);
    }
  }

  /** Rises whenever what its logs lack may be another: gaps, minutes, marks. */
  get logChanges(): number {
    let changes = this.#marks.length + (this.#marks.at(-1)?.at ?? 0);
    for (const channels of this.#logs.values())
      for (const { ids, minutes, lastMinute } of channels.values())
        changes += ids.changes + minutes.size + (Number.isNaN(lastMinute) ? 0 : lastMinute);
    return changes;
  }

  /** Whether so much came since {@link looked} that there may soon be no room for more. */
  get isCrowded(): boolean {
    const { processes, acts } = this.#room;
    return processes >= this.#crowd.processes || acts >= this.#crowd.acts;
  }
  /** What it holds is known now. */
  looked(): void {
    const { processes, acts } = this.#room;
    this.#crowd = { processes: processes + CROWD.processes, acts: acts + CROWD.acts };
  }

  /** Processes that it holds. */
  get processes(): number {
    return this.#room.processes;
  }

  get overflow(): Room['overflow'] {
    return this.#room.overflow;
  }

  save(): SavedTracer {
    const logs = [...this.#logs.values()].flatMap((channels) => [...channels.values()]);
    return {
      by: this.#by,
      hosts: [...this.#hosts.values()].map((host) => host.save()),
      logs: logs.map(({ computer, channel, host, ids, minutes }) => ({
        ...{ computer, channel, host: host.name, ids: ids.part(), generation: ids.generation('') },
        minutes: [...minutes],
      })),
      marks: this.#marks,
      powershells: [...this.#powershells.values()],
      room: this.#room,
      crowd: this.#crowd,
    };
  }

  /** `told`: the processes of what was told last, the same objects as in `saved`. */
  static restore(saved: SavedTracer, told: ReadonlySet<ProcessTrace>): FileTracer {
    const tracer = new FileTracer();
    tracer.#by = saved.by;
    tracer.#room = { ...saved.room, overflow: { ...saved.room.overflow } };
    if (saved.crowd === undefined) tracer.looked();
    else tracer.#crowd = saved.crowd;
    for (const host of saved.hosts) tracer.#hosts.set(host.name, LiveHost.restore(host, tracer.#room, told));
    for (const { computer, channel, ids, generation, minutes } of saved.logs) {
      const log = tracer.#logOf(computer, channel);
      log.ids.restore(ids, '', generation);
      for (const minute of minutes) log.minutes.add(minute);
    }
    tracer.#marks = [...saved.marks];
    for (const of of saved.powershells) tracer.#powershells.set(`${of.host} ${of.hostId}`, of);
    return tracer;
  }
}

/** Plain data. */
export interface SavedTracer {
  readonly by: Trace['by'];
  readonly hosts: readonly SavedHost[];
  readonly logs: readonly {
    readonly computer: string;
    readonly channel: string;
    readonly host: string;
    readonly ids: ContinuityPart;
    readonly generation: number;
    readonly minutes: readonly number[];
  }[];
  readonly marks: readonly Mark[];
  readonly powershells: readonly PowerShellHost[];
  readonly room: Room;
  /** Absent in states that are older. */
  readonly crowd?: Most;
}

const WHOLE_FILE: Most = { processes: MAX_PROCESSES, acts: MAX_ACTS };
const emptyRoom = (most: Most): Room => ({
  most,
  processes: 0,
  acts: 0,
  sessions: 0,
  overflow: { processes: 0, acts: 0 },
});
