/** What the agent itself says: signs of life and what it could not collect. One JSON object a line, format `agent`. */
export type AgentWord = Heartbeat | Gap;

export interface Heartbeat {
  readonly haetae: 'heartbeat';
  readonly host: string;
  readonly version: string;
  /** The host's own clock, ms since 1970. */
  readonly nowMs: number;
  readonly startedMs: number;
  /** How often it is said. */
  readonly everyMs: number;
  readonly os: { readonly platform: string; readonly name: string; readonly release: string; readonly arch: string };
  /** null where Sysmon is not installed; undefined on systems that have none. */
  readonly sysmon?: SysmonState | null;
  readonly channels: readonly ChannelState[];
  readonly sources: readonly SourceState[];
  readonly spool: {
    readonly bytes: number;
    readonly maxBytes: number;
    readonly batches: number;
    /** When the oldest batch in it was read; null when it is empty. */
    readonly oldestMs: number | null;
    /** Events dropped for want of room since the agent was enrolled. */
    readonly dropped: number;
  };
}

export interface SysmonState {
  readonly service: string;
  /** `running`, `stopped` … as the service control manager has it; `missing`. */
  readonly serviceState: string;
  readonly driver: string;
  readonly driverState: string;
  readonly version: string | null;
  /** As Sysmon wrote it into the registry, and of the rules as they stand there. */
  readonly configHash: string | null;
  readonly rulesHash: string | null;
}

/** A log of Windows, as the host has it. */
export interface ChannelState {
  readonly name: string;
  readonly enabled: boolean | null;
  /** Decimal text: record ids go beyond 2^53. */
  readonly lastRecord: string | null;
  readonly oldestRecord: string | null;
  readonly sizeBytes: number | null;
  readonly maxBytes: number | null;
  /** Between the oldest record and now. */
  readonly retainedHours: number | null;
  /** Why it could not be looked at; null when it could. */
  readonly error: string | null;
}

/** A source, as the agent reads it. */
export interface SourceState {
  readonly name: string;
  readonly state: 'reading' | 'held' | 'failed';
  readonly error: string | null;
  /** Read since the agent was enrolled. */
  readonly items: number;
  /** When something was last read; null for never. */
  readonly lastMs: number | null;
  /** The last record that was read, where the source counts them. */
  readonly lastRecord: string | null;
}

/** Something happened that nobody will see: a blind band. */
export interface Gap {
  readonly haetae: 'gap';
  readonly host: string;
  readonly source: string;
  /**
   * `overwritten`: the log went round before it was read. `cleared`: it was emptied, its record ids begin anew. `truncated`: a file
   * was cut before it was read to its end. `spool-full`: dropped for want of room. `spool-damaged`: what was kept cannot be read.
   */
  readonly reason: 'overwritten' | 'cleared' | 'truncated' | 'spool-full' | 'spool-damaged';
  /** Events; null when nobody can know. */
  readonly count: number | null;
  /** The first and last record that are missing; null where they are not counted. */
  readonly fromRecord: string | null;
  readonly toRecord: string | null;
  /** What was there before and after lies at these times, ms since 1970; null where unknown. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly detail: string;
}
