import {
  type EngineIncident,
  type EntityRow,
  type EventBatch,
  type FindingRow,
  type MovedFinding,
  NO_EVENTS,
} from '../../store/index.ts';

/** Something that could not be read, to be told to whoever runs the server. */
export interface Notice {
  readonly seq: number;
  /** Of the ledger, or `frame`, `failed`. */
  readonly code: string;
  readonly detail: string;
  readonly count: number;
}

/** What the engine made of the frames up to one of them. */
export interface Cut {
  readonly upTo: number;
  readonly events: EventBatch;
  readonly findings: readonly FindingRow[];
  readonly revised: readonly FindingRow[];
  readonly incidents: readonly EngineIncident[];
  /** Findings of before that belong to another incident now. */
  readonly moved: readonly MovedFinding[];
  readonly entities: readonly EntityRow[];
  readonly notices: readonly Notice[];
}

export const emptyCut = (upTo: number): Cut => ({
  upTo,
  events: NO_EVENTS,
  findings: [],
  revised: [],
  incidents: [],
  moved: [],
  entities: [],
  notices: [],
});
