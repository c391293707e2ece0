import type { UnixMs } from '@haetae/event';
import type { Json } from './accounts.ts';
import type { EventBatch } from './events/batch.ts';
import type { EngineIncident, IncidentRow } from './incidents.ts';
import type { Term } from './shared.ts';

/** A finding as it is listed and filtered; all else stands in `body`. */
export interface FindingRow {
  /** Unique, rising, the same when the frames are read again. */
  readonly id: number;
  /** Of the frame that completed it, or that changed it last. */
  readonly seq: number;
  /** Of its (last) event. */
  readonly timeMs: UnixMs;
  readonly host: string;
  readonly detector: string;
  /** '' for a score. */
  readonly ruleId: string;
  readonly title: string;
  readonly level: 'informational' | 'low' | 'medium' | 'high' | 'critical';
  /** Its events, by id. */
  readonly eventIds: readonly number[];
  readonly incidentId: string | null;
  readonly techniques: readonly string[];
  readonly body: Json;
}

/** A host, user, process, address … and what is known of it; later ones replace earlier ones of the same kind and key. */
export interface EntityRow {
  readonly seq: number;
  readonly kind: string;
  readonly key: string;
  readonly firstMs: UnixMs;
  readonly lastMs: UnixMs;
  readonly body: Json;
}

/**
 * What the reader made of the frames up to `upTo`, in order of seq. Rows at or below what the store has committed already are
 * passed over: a reader that begins again from its snapshot makes the same rows, and each is stored once.
 */
export interface Batch {
  readonly upTo: number;
  readonly events: EventBatch;
  readonly findings: readonly FindingRow[];
  readonly incidents: readonly EngineIncident[];
  readonly entities: readonly EntityRow[];
  /** Findings of before, by id, as they are now: more of their events have come. */
  readonly revised?: readonly FindingRow[];
  /** Findings of before that belong to another incident now. */
  readonly moved?: readonly MovedFinding[];
  /** Where servers take turns: rejects with `taken`, and stores nothing, once the turn is another's. */
  readonly term?: Term;
}

export interface MovedFinding {
  readonly seq: number;
  readonly id: number;
  readonly incidentId: string | null;
}

/** How far everything is stored, and the highest ids that were ever given. */
export interface Reached {
  readonly seq: number;
  readonly eventId: number;
  readonly findingId: number;
}

export interface Committed {
  /** The seq up to which everything is stored. */
  readonly seq: number;
  readonly events: number;
  readonly findings: number;
  readonly incidents: number;
  /** Rows that were stored before. */
  readonly known: number;
  /** Incidents of the batch as they are now, with what people made of them. */
  readonly changed: readonly IncidentRow[];
}

/** The one way in for what the reader makes. */
export interface Intake {
  commit(batch: Batch): Promise<Committed>;
  /** 0 when nothing was committed. */
  committed(): Promise<number>;
  reached(): Promise<Reached>;
}

/** What the reader needs to go on where it was: its state as it was behind the frame `seq`. */
export interface Snapshot {
  readonly seq: number;
  readonly bytes: Uint8Array;
}
export interface Snapshots {
  /** Durable when it resolves; older ones but the last go. */
  save(snapshot: Snapshot): Promise<void>;
  /** The newest that is whole and not above what is committed: rows made after it can be made again. */
  latest(): Promise<Snapshot | undefined>;
  /** Frames up to this seq are needed by nobody any more: they are committed, and older than every snapshot that is kept. */
  releasable(): Promise<number>;
}
