import type { Event } from '@haetae/event';
import type { ContinuityPart } from '../../survey/index.ts';

/**
 * What a reading thread keeps of the events it saw, so that findings can be joined once all files are read: processes, what
 * they did, logon sessions, and how each log went on. Plain data; bounded; traces of parts of a file add up to that of the
 * whole file.
 */

/** What a process did. `fields` holds the values of the event under Microsoft's names, those that are told. */
export type ActKind =
  /** Sysmon 3. `what`: address:port. fields: SourceIp SourcePort DestinationIp DestinationPort DestinationHostname Protocol Initiated User */
  | 'connection'
  /** Sysmon 22. `what`: the name asked for. fields: QueryResults QueryStatus */
  | 'dns'
  /** Sysmon 11, 15. `what`: path written (with the stream's name for 15). fields: Hash Contents */
  | 'file'
  /** Sysmon 12–14 of a value set. `what`: key and value. fields: Details EventType */
  | 'registry'
  /** Sysmon 8. `what`: image of the other process. fields: TargetProcessGuid TargetProcessId StartModule StartFunction StartAddress */
  | 'thread'
  /** Sysmon 10. `what`: image of the other process. fields: TargetProcessGUID TargetProcessId GrantedAccess CallTrace */
  | 'access'
  /** Sysmon 25. `what`: type of the tampering. */
  | 'tamper'
  /** Sysmon 17, 18. `what`: pipe. fields: EventType */
  | 'pipe'
  /** PowerShell 4104. `what`: beginning of the script. fields: ScriptBlockId Path MessageNumber MessageTotal */
  | 'script'
  /** Windows PowerShell 400. `what`: HostApplication. fields: HostId EngineVersion */
  | 'engine'
  /** Security 4697, System 7045. `what`: name of the service. fields: ImagePath ServiceType StartType AccountName */
  | 'service'
  /** Security 4698–4702. `what`: name of the task. fields: Command Arguments */
  | 'task'
  /** Security 5140, 5145: something was written over a share of administrators. `what`: share, and the file in it. fields: IpAddress IpPort AccessMask */
  | 'share'
  /** Security 4648: another account's credentials were used. `what`: domain\account. fields: TargetServerName TargetLogonGuid IpAddress IpPort */
  | 'logon'
  /** Sysmon 19–21. `what`: name of filter, consumer or binding. fields: Operation Type Query Destination */
  | 'wmi';

export interface Act {
  readonly kind: ActKind;
  readonly what: string;
  readonly fields: Readonly<Record<string, string>>;
  /** First time, ms since 1970; null when not told. */
  readonly timeMs: number | null;
  readonly file: string;
  readonly record: number | null;
  readonly line: number | null;
  /** How often; null where so many different acts of this kind were done that repetitions were not counted. */
  readonly count: number | null;
}

/** A process as one file tells it. Texts are '' and numbers null where it does not. */
export interface ProcessTrace {
  readonly host: string;
  /** Lower case, without braces; '' where only Security or PowerShell tell of it. */
  readonly guid: string;
  readonly pid: number | null;
  image: string;
  commandLine: string;
  /** In which it started. Absent in states that are older. */
  folder?: string;
  user: string;
  logonId: string;
  logonGuid: string;
  integrity: string;
  hashes: string;
  parentGuid: string;
  parentPid: number | null;
  parentImage: string;
  parentCommandLine: string;
  /** Of its own start event. */
  startMs: number | null;
  /** Place of that event, a record or a line as the trace says; −1 where it is not in the file. */
  startAt: number;
  endMs: number | null;
  /** First and last event that names it. */
  firstMs: number;
  lastMs: number;
  /** How many name it. */
  events: number;
  acts: readonly TracedAct[];
  /** Events of a kind that are not among the acts. */
  more: Readonly<Partial<Record<ActKind, number>>>;
}

/** An {@link Act} whose file is that of its trace. */
export interface TracedAct {
  readonly kind: ActKind;
  readonly what: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly timeMs: number;
  readonly at: number;
  readonly count: number;
  /** Of one that belongs to no process: who did it. */
  readonly by?: Omit<HostAct, 'act'>;
}

/** What happened on a host and not in a process: logons, services, tasks, shares, WMI subscriptions. */
export interface HostAct {
  readonly host: string;
  /** Logon id of the account that did it; '' where not told. */
  readonly logonId: string;
  readonly pid: number | null;
  readonly act: TracedAct;
}

/** A logon session: Security 4624, with 4634 and 4672 of the same id. */
export interface SessionTrace {
  readonly host: string;
  /** Lower case, `0x3a4f1`. */
  readonly logonId: string;
  /** Of the other half of a split token; '' without. */
  readonly linkedId: string;
  readonly logonGuid: string;
  /** Windows logon type; NaN when not told. */
  readonly type: number;
  readonly user: string;
  readonly address: string;
  readonly port: string;
  readonly workstation: string;
  /** Whom it was made for: the logon id of the account that asked (4624's SubjectLogonId). */
  readonly bySession: string;
  readonly byPid: number | null;
  readonly timeMs: number;
  readonly at: number;
  endMs: number | null;
  privileged: boolean;
}

/** An event that says that a log is, or was, not to be relied on. */
export interface Mark {
  readonly kind:
    | 'cleared'
    | 'sysmon-stopped'
    | 'sysmon-started'
    | 'sysmon-configured'
    | 'sysmon-error'
    | 'boot'
    | 'shutdown';
  readonly host: string;
  /** The channel that it speaks of. */
  readonly channel: string;
  readonly by: string;
  readonly timeMs: number;
  readonly at: number;
}

/** How one log (a channel of a host) went on. */
export interface LogTrace {
  readonly host: string;
  readonly channel: string;
  readonly ids: ContinuityPart;
  /** Minutes since 1970 in which it had events. */
  readonly minutes: Int32Array;
}

/** A PowerShell host (HostId) and the process that it runs in, by the events that tell both. */
export interface PowerShellHost {
  readonly host: string;
  readonly hostId: string;
  readonly pid: number;
  readonly timeMs: number;
}

/** An address that a host has, or had. */
export interface HostAddress {
  readonly host: string;
  readonly address: string;
}

/** All that one file, or a part of it, tells. */
export interface Trace {
  readonly file: string;
  /** What `at` counts. */
  readonly by: 'record' | 'line';
  readonly processes: readonly ProcessTrace[];
  readonly hostActs: readonly HostAct[];
  readonly sessions: readonly SessionTrace[];
  readonly marks: readonly Mark[];
  readonly logs: readonly LogTrace[];
  readonly powershells: readonly PowerShellHost[];
  /** By which hosts were told to be connected. */
  readonly addresses: readonly HostAddress[];
  /** What there was no room for. */
  readonly overflow: { readonly processes: number; readonly acts: number };
}

/** One for each reading thread. */
export interface Tracer {
  /** The event is not kept. */
  see(event: Event): void;
  /** What was seen since the last call, as that of `file`; the tracer is then empty again. */
  take(file: string): Trace;
}
