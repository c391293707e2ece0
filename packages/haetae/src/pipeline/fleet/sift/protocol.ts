import type { BusPlace, ShareAt } from '../../../store/index.ts';
import type { SiftingSetup } from './mark.ts';

/** What the thread that sifts is told at its start. */
export interface SiftThreadData {
  readonly place: BusPlace;
  /** The log whose partitions are shared, by its own name. */
  readonly log: string;
  readonly setup: SiftingSetup;
  readonly timeZone: string;
}

export type SiftOrder =
  /** These partitions are its own, each from behind a frame on; `slowestMs`: until when the slowest of the others is passed on. */
  | {
      readonly kind: 'shares';
      readonly mine: readonly { readonly partition: number; readonly seq: number }[];
      readonly slowestMs: number;
    }
  | { readonly kind: 'rules'; readonly setup: SiftingSetup }
  | { readonly kind: 'close' };

/** How far one partition is. */
export interface PartitionStatus extends ShareAt {
  /** The last frame of the partition. */
  readonly end: number;
  /** Passed on since the thread began with it. */
  readonly frames: number;
  readonly events: number;
}

export type SiftAnswer =
  | { readonly kind: 'at'; readonly at: readonly PartitionStatus[] }
  /** Nothing more is passed on of these. */
  | { readonly kind: 'left'; readonly left: readonly ShareAt[] }
  | { readonly kind: 'notice'; readonly level: 'info' | 'error'; readonly message: string; readonly about: object }
  | { readonly kind: 'failed'; readonly message: string };
