import type { Event } from '@haetae/event';
import type { FiledFinding } from '../../detect/index.ts';
import type { IncidentOptions } from '../contract.ts';
import type { Incident } from '../incident.ts';
import type { HostCounts } from './host.ts';

/** What became of an incident since it was last told. */
export interface LiveIncident {
  /** Stays while the incident grows. */
  readonly id: string;
  /** As `incidentsOf` shapes it, save that `id` is this one and `rank`, which is of a report, is 0. Of one that went into another: that other. */
  readonly incident: Incident;
  /** The same as JSON. */
  readonly text: string;
  /** Findings that became this incident's since it was last told: all of them the first time, and those that another brought when it went into this one. */
  readonly findingIds: readonly number[];
  /** The older incident that this one went into, told once and last; null otherwise. */
  readonly mergedInto: string | null;
  /** Told for the first time. */
  readonly isNew: boolean;
}

/**
 * Incidents while events come in: the same as `incidentsOf` makes of all of them together. Nothing inside depends on a clock
 * or on chance: the same calls in the same order give the same answers, also after {@link save} and a restart.
 */
export interface LiveIncidents {
  /**
   * Every event, before the findings about it. `file` names the stream that it came in, of which a host has few (`live`, an
   * import), not the frame: within it, `event.position` must tell the event apart. The event is not kept.
   */
  see(event: Event, file: string): void;
  /** A finding, in any order, with a number of its own. `finding.file` and its position are those of its event. */
  add(finding: FiledFinding, id: number): void;
  /** Joins what is new, and tells the incidents that changed. `nowMs`: when the newest of it was received, ms since 1970. */
  update(nowMs: number): readonly LiveIncident[];
  /** Something is left for another update, though nothing new came: hosts beyond the budget, or a large incident whose time it was not. */
  readonly waits: boolean;
  /**
   * Findings that say what others said, and are only counted, are not told of yet, or a host of which something was found did more
   * since, which may show a link: an update some seconds later tells, though nothing new came.
   */
  readonly lags: boolean;
  /** So much came of a host that another update should not wait: there may be no room for more. */
  readonly isCrowded: boolean;
  /** What is kept and what is not, for those who watch over it. */
  readonly counts: HostCounts;
  /** All of it, for {@link createLiveIncidents} to go on from. */
  save(): readonly Uint8Array[];
}

export interface LiveOptions extends IncidentOptions {
  /** How much one update looks at, in processes of the hosts that it looks at; each finding there counts as eight. What is left waits for the next. 10,000 if not given. */
  readonly budget?: number;
  /** An incident of more than `paced` findings is told again no sooner than so many milliseconds for each after the last time, 1.5 s at most. 5 if not given. */
  readonly paceMs?: number;
  /** 40 if not given. */
  readonly paced?: number;
  /** How many hosts are kept; beyond, those that said nothing for the longest time are forgotten, told as they were last. 10,000 if not given. */
  readonly hosts?: number;
  /** How many findings of all hosts are looked at one by one; beyond, hosts with many let go of their lowest levels first. 4,000 if not given. */
  readonly findings?: number;
  /** How many processes of all hosts are kept; beyond, hosts with many let go of those in whose line nothing was found. 40,000 if not given. */
  readonly processes?: number;
}

/**
 * What a restart goes on from, in pieces, of which none is large: one of tens of megabytes would leave holes of its size in the memory of a process
 * that makes one every few seconds. One piece in states that are older.
 */
export type SavedIncidents = readonly Uint8Array[] | Uint8Array;
