import { Layer, type SavedLayer, SlotPool } from './layer.ts';

export interface RecordIdLimits {
  /** Records whose exact time is remembered, over all logs; of older ones the time of their neighbours. A multiple of 256. */
  readonly exact: number;
  /** Logs (a channel of a host). */
  readonly logs: number;
  /** Stretches of 256 ids of a log that lacks some of them, over all logs, of which it is remembered which came. */
  readonly stretches: number;
}

export const RECORD_ID_LIMITS: RecordIdLimits = { exact: 2_097_152, logs: 200_000, stretches: 200_000 };

/** Of one log: layers of ids, the newest first. An id that comes again with another time (the log was cleared) goes one layer on. */
export interface LogIds {
  readonly key: string;
  layers: Layer[];
  touched: number;
}

const MOST_LAYERS = 8;

/**
 * Which records came already: by log, record id and time, to the millisecond, since senders cut it there. Exact for the
 * newest millions; of older ones, that the id came, and that the time is within that of the 256 ids around it. What does not
 * fit is forgotten, the oldest first: it would be taken for new.
 */
export class RecordIds {
  readonly #limits: RecordIdLimits;
  readonly #pool: SlotPool;
  readonly #logs = new Map<string, LogIds>();
  #clock = 0;
  /** Logs forgotten. */
  forgotten = 0;

  constructor(limits: RecordIdLimits = RECORD_ID_LIMITS, saved?: SavedRecordIds) {
    this.#limits = limits;
    this.#pool = new SlotPool(limits.exact, limits.stretches);
    if (saved === undefined) return;
    this.#clock = saved.clock;
    this.forgotten = saved.forgotten;
    for (const { key, touched, layers } of saved.logs)
      this.#logs.set(key, { key, touched, layers: layers.map((layer) => Layer.restore(layer, this.#pool)) });
  }

  log(key: string): LogIds {
    let log = this.#logs.get(key);
    if (log === undefined) {
      if (this.#logs.size >= this.#limits.logs) this.#forgetSome();
      log = { key, layers: [], touched: 0 };
      this.#logs.set(key, log);
    }
    return log;
  }

  /** Whether the log is still one of ours; a caller that keeps it asks again when it is not. */
  knows(log: LogIds): boolean {
    return this.#logs.get(log.key) === log;
  }

  /** True when it came before; else it is remembered. */
  seen(log: LogIds, id: number, timeMs: number): boolean {
    log.touched = ++this.#clock;
    const time = Number.isNaN(timeMs) ? 0 : timeMs;
    const { layers } = log;
    let room: Layer | undefined;
    for (const layer of layers) {
      const found = layer.find(id, time, this.#pool);
      if (found === 'same') return true;
      if (found === 'absent') room ??= layer;
    }
    if (room === undefined) {
      room = new Layer();
      layers.unshift(room);
      if (layers.length > MOST_LAYERS) layers.pop()!.free(this.#pool);
    }
    room.add(id, time, this.#pool);
    return false;
  }

  #forgetSome(): void {
    const oldest = [...this.#logs.values()].sort((a, b) => a.touched - b.touched);
    for (const log of oldest.slice(0, Math.ceil(oldest.length / 4))) {
      for (const layer of log.layers) layer.free(this.#pool);
      this.#logs.delete(log.key);
      this.forgotten++;
    }
  }

  save(): SavedRecordIds {
    return {
      clock: this.#clock,
      forgotten: this.forgotten,
      logs: [...this.#logs.values()].map(({ key, touched, layers }) => ({
        key,
        touched,
        layers: layers.map((layer) => layer.save(this.#pool)),
      })),
    };
  }
}

export interface SavedRecordIds {
  readonly clock: number;
  readonly forgotten: number;
  readonly logs: readonly { readonly key: string; readonly touched: number; readonly layers: readonly SavedLayer[] }[];
}
