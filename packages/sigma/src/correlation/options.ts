/** Bounds of a correlator. What they cost is counted in its stats. */
export interface CorrelatorOptions {
  /** An event at most this much older than the newest one is still taken in its place. Default 60 000. */
  readonly latenessMs?: number;
  /** Groups that one correlation remembers; the one longest without an event goes first. Default 10 000. */
  readonly groupsPerRule?: number;
  /** Events that one correlation remembers, in all groups together. Default 200 000. */
  readonly eventsPerRule?: number;
  /** Events, distinct values or numbers of one group's window that are remembered one by one. Default 10 000. */
  readonly eventsPerGroup?: number;
  /** Matches of one correlation that wait for their turn. Default 100 000. */
  readonly waiting?: number;
  /** A finding names its first and its last events, so many of each. Default 10. */
  readonly references?: number;
}

export const DEFAULTS: Required<CorrelatorOptions> = {
  latenessMs: 60_000,
  groupsPerRule: 10_000,
  eventsPerRule: 200_000,
  eventsPerGroup: 10_000,
  waiting: 100_000,
  references: 10,
};

/** What happened to the matches of one correlation. All but the first and the last say that something may be missing. */
export interface CorrelationStats {
  /** Matches that it was given. */
  matches: number;
  /** Came later than {@link CorrelatorOptions.latenessMs} allows, or after they had to be given up waiting for. */
  late: number;
  /** Had no value in a field of group-by. */
  ungrouped: number;
  /** Had no value in the condition's field, or none that is a number. */
  unmeasured: number;
  /** Groups let go because of groupsPerRule or eventsPerRule. */
  evictedGroups: number;
  /** Windows of more than eventsPerGroup events: added up instead of slid. */
  folded: number;
  /** Events let go because of eventsPerGroup. */
  droppedEvents: number;
  /** Times that matches were taken before their turn because too many waited. */
  forced: number;
  /** Findings opened. */
  findings: number;
}

export const noStats = (): CorrelationStats => ({
  matches: 0,
  late: 0,
  ungrouped: 0,
  unmeasured: 0,
  evictedGroups: 0,
  folded: 0,
  droppedEvents: 0,
  forced: 0,
  findings: 0,
});
