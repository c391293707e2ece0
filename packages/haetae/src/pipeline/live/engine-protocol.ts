import type { MessagePort } from 'node:worker_threads';
import type { LiveIncidents } from '../../incident/index.ts';
import type { LiveMessage } from '../../server/index.ts';
import type { BusPlace, StoreErrorCode, Term } from '../../store/index.ts';
import type { EngineCounts } from './counts.ts';
import type { DetectionSetup } from './detection.ts';
import type { Hour } from './hours.ts';
import type { PolicySetup } from './policy.ts';

/** Where its frames are: in this server's own log, or on the bus, which it reads while it has the turn. */
export type FramesFrom =
  | { readonly kind: 'log'; readonly port: MessagePort; readonly directory: string }
  | { readonly kind: 'bus'; readonly place: BusPlace; readonly base: number; readonly term: Term };

/** What the engine's thread is made with: the bus that it will read, if any. */
export interface EnginePrepared {
  readonly bus: BusPlace | undefined;
}

/** What it is told when it shall begin. */
export interface EngineThreadData {
  readonly store: MessagePort;
  readonly frames: FramesFrom;
  readonly detection: DetectionSetup;
  readonly timeZone: string;
  /** Numbers that the engine keeps up to date: the frame that was taken last, the last that is stored, the last on the bus. */
  readonly progress: Float64Array<SharedArrayBuffer>;
  /** Off: events are detected and counted, nothing of them is stored. */
  readonly keep: boolean;
}

export type EngineOrder =
  | { readonly kind: 'begin'; readonly data: EngineThreadData }
  | { readonly kind: 'rules'; readonly detection: DetectionSetup }
  | { readonly kind: 'policy'; readonly policy: PolicySetup; readonly nowMs: number }
  | { readonly kind: 'close' };

/** How things stand; sent about once a second while something happens, and after each change of rules. */
export interface EngineStatus {
  /** Of the last frame that was taken, and of the last that is stored. */
  readonly seq: number;
  readonly stored: number;
  readonly counts: EngineCounts;
  readonly hosts: number;
  readonly hours: readonly Hour[];
  readonly rules: { readonly inForce: number; readonly refused: number; readonly problems: readonly string[] };
  readonly exceptions: { readonly inForce: number; readonly problems: readonly string[] };
  readonly anomaly: boolean;
  /** What is kept of incidents' hosts, and what is not. */
  readonly incidents: LiveIncidents['counts'];
  /** Milliseconds from the receipt of the last frame stored to when it was. */
  readonly lagMs: number;
}

export type EngineAnswer =
  | { readonly kind: 'started'; readonly status: EngineStatus; readonly restored: boolean }
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'told'; readonly messages: readonly LiveMessage[] }
  /** New incidents, which are told once more when they are stored. */
  | { readonly kind: 'ahead'; readonly messages: readonly LiveMessage[] }
  /** Frames up to this are needed by nobody any more. */
  | { readonly kind: 'release'; readonly seq: number }
  /** A frame without events is wanted at this time of receipt. */
  | { readonly kind: 'clock'; readonly atMs: number }
  | {
      readonly kind: 'notice';
      readonly level: 'info' | 'warn' | 'error';
      readonly message: string;
      readonly about: object;
    }
  | { readonly kind: 'failed'; readonly code: StoreErrorCode | 'internal'; readonly message: string };
