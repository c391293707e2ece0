import type { EventBatch } from './batch.ts';
import { Texts } from './texts.ts';

type Numbers = Float64Array | Uint32Array | Uint16Array | Int32Array | Uint8Array;

/** Room for the rows of one batch after the other, in memory that threads share: a batch is a view of it. */
export class Rows {
  capacity: number;
  id: Float64Array;
  seq: Float64Array;
  timeMs: Float64Array;
  receivedMs: Float64Array;
  timeTicks: Uint16Array;
  eventId: Int32Array;
  flags: Uint8Array;
  strays: Uint32Array;
  readonly texts: Texts;
  /** Rows of the batch that was made last. */
  #used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.texts = new Texts(capacity);
    this.id = new Float64Array(shared(capacity * 8));
    this.seq = new Float64Array(shared(capacity * 8));
    this.timeMs = new Float64Array(shared(capacity * 8));
    this.receivedMs = new Float64Array(shared(capacity * 8));
    this.timeTicks = new Uint16Array(shared(capacity * 2));
    this.eventId = new Int32Array(shared(capacity * 4));
    this.flags = new Uint8Array(shared(capacity));
    this.strays = new Uint32Array(shared(capacity * 4));
  }

  grow(): void {
    const capacity = Math.max(256, this.capacity * 2);
    this.id = grown(this.id, new Float64Array(shared(capacity * 8)));
    this.seq = grown(this.seq, new Float64Array(shared(capacity * 8)));
    this.timeMs = grown(this.timeMs, new Float64Array(shared(capacity * 8)));
    this.receivedMs = grown(this.receivedMs, new Float64Array(shared(capacity * 8)));
    this.timeTicks = grown(this.timeTicks, new Uint16Array(shared(capacity * 2)));
    this.eventId = grown(this.eventId, new Int32Array(shared(capacity * 4)));
    this.flags = grown(this.flags, new Uint8Array(shared(capacity)));
    this.strays = grown(this.strays, new Uint32Array(shared(capacity * 4)));
    this.texts.grow(capacity);
    this.capacity = capacity;
  }

  /** Makes room for another batch. */
  clear(): void {
    this.texts.clear(this.#used);
    this.#used = 0;
  }

  /** The first rows, to be read until this is cleared. */
  batch(rows: number): EventBatch {
    this.#used = Math.max(this.#used, rows);
    return {
      rows,
      id: this.id.subarray(0, rows),
      seq: this.seq.subarray(0, rows),
      timeMs: this.timeMs.subarray(0, rows),
      timeTicks: this.timeTicks.subarray(0, rows),
      receivedMs: this.receivedMs.subarray(0, rows),
      eventId: this.eventId.subarray(0, rows),
      flags: this.flags.subarray(0, rows),
      strays: this.strays.subarray(0, rows),
      ...this.texts.all(rows),
    };
  }
}

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

function grown<T extends Numbers>(from: T, to: T): T {
  to.set(from);
  return to;
}
