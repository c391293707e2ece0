import { EVENT_COLUMNS } from './columns.ts';

/** Facts about how an event came, as bits. */
export const EVENT_FLAGS = {
  /** The event tells no time: the time of its receipt stands for it. */
  timeUnknown: 1,
  /** Its clock ran ahead of ours. */
  ahead: 2,
  /** With neither record id nor a position of the sender, it may be one that came twice. */
  repeated: 4,
  /** Its host is not one that the sender may speak for. */
  foreignHost: 8,
} as const;

/** What the event itself does not tell. */
export interface EventOrigin {
  /** Unique, rising, and the same when the frames are read again: the reader counts. */
  readonly id: number;
  /** Of the frame that it came in. */
  readonly seq: number;
  readonly receivedMs: number;
  /** The host that it is counted to; the event's own name where no alias is known. */
  readonly host: string;
  /** Token or agent, as the server calls it. */
  readonly origin: string;
  readonly flags: number;
  /** Text decoded out of it, all layers; '' for none. */
  readonly decoded: string;
}

/** The columns of numbers of a batch and of the table. */
export const NUMBER_COLUMNS = [
  'id',
  'seq',
  'time_ms',
  'time_ticks',
  'received_ms',
  'event_id',
  'flags',
  'strays',
] as const;
/** The columns of text of a batch and of the table, in one order. */
export const TEXT_COLUMNS = [
  'host',
  'channel',
  'provider',
  'record_id',
  'origin',
  ...EVENT_COLUMNS.map((column) => column.name),
  'decoded',
  'fields',
  'system',
] as const;
/** Of {@link EVENT_COLUMNS} among them, and of the last three. */
export const FIRST_COLUMN = 5;
export const DECODED = FIRST_COLUMN + EVENT_COLUMNS.length;
export const FIELDS = DECODED + 1;
export const SYSTEM = DECODED + 2;

/**
 * Events as columns and all their texts as bytes: no text is made of them or taken apart on the way to the disk. Views of memory
 * that threads share, valid until the batch after this one was taken and more is added. Sorted by seq.
 */
export interface EventBatch {
  readonly rows: number;
  readonly id: Float64Array;
  readonly seq: Float64Array;
  readonly timeMs: Float64Array;
  readonly timeTicks: Uint16Array;
  readonly receivedMs: Float64Array;
  readonly eventId: Int32Array;
  readonly flags: Uint8Array;
  /** See `STRAYS`. */
  readonly strays: Uint32Array;
  /** UTF-8. Behind the last text stand {@link MARGIN} zeros. */
  readonly bytes: Uint8Array;
  /**
   * Row by row, for each of {@link TEXT_COLUMNS}: where in `bytes` its text begins, 0 for no text, and how many bytes it has. Texts
   * may share a place.
   */
  readonly cells: Uint32Array;
}

/** Numbers of one row in `cells`. */
export const ROW_CELLS = TEXT_COLUMNS.length * 2;
/** So that a text may be looked at in whole words. */
export const MARGIN = 16;

/** A batch of none: for what comes without events. */
export const NO_EVENTS: EventBatch = {
  rows: 0,
  id: new Float64Array(0),
  seq: new Float64Array(0),
  timeMs: new Float64Array(0),
  timeTicks: new Uint16Array(0),
  receivedMs: new Float64Array(0),
  eventId: new Int32Array(0),
  flags: new Uint8Array(0),
  strays: new Uint32Array(0),
  bytes: new Uint8Array(MARGIN),
  cells: new Uint32Array(0),
};
