import { type Gap, pack } from './protocol/index.ts';
import type { Chunk, Clock, EventSource } from './sources/source.ts';
import type { Dropped, NewBatch, Spool } from './spool/spool.ts';
import type { Bell } from './uplink/bell.ts';
import { backoffMs } from './uplink/pace.ts';

export interface CollectorOptions {
  readonly host: string;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: () => number;
  /** Rung when something was spooled, and when something was acknowledged. */
  readonly news: Bell;
  /** Something went wrong or went right again, for the log. */
  readonly said: (line: CollectorLine) => void;
  /** How long events wait for company; default 500 ms. */
  readonly lingerMs?: number;
}
export type CollectorLine =
  | { readonly kind: 'source-failed'; readonly source: string; readonly error: Error; readonly againMs: number }
  | { readonly kind: 'gap'; readonly source: string; readonly gap: Chunk & { kind: 'gap' } }
  | { readonly kind: 'spool-failed'; readonly error: Error }
  | { readonly kind: 'held' | 'going-on' }
  | { readonly kind: 'dropped'; readonly dropped: Dropped };

/** Bytes of one batch before it is packed, and of all that wait to be. */
const BATCH_BYTES = 256 * 1024;
const PENDING_BYTES = 1024 * 1024;
const BATCH_ITEMS = 2_000;
/** A disk that took nothing is tried again after so long. */
const RETRY_MS = 2_000;

interface Pending {
  readonly source: string;
  readonly format: NewBatch['format'];
  readonly readMs: number;
  readonly parts: Uint8Array[];
  items: number;
  size: number;
  bookmark: string;
}

export interface SourceHealth {
  state: 'reading' | 'held' | 'failed';
  error: string | null;
  lastMs: number | null;
  lastRecord: string | null;
}

/** From sources into the spool: gathered to batches, written together, held up where there is no room. */
export class Collector {
  readonly health = new Map<string, SourceHealth>();
  readonly #options: CollectorOptions;
  readonly #lingerMs: number;
  /** In the order in which they were begun; the last of a source is the one that grows. */
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isHeld = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#lingerMs = options.lingerMs ?? 500;
  }

  /** Reads the source until the signal; one that fails is begun again from where it was. */
  async follow(source: EventSource, signal: AbortSignal): Promise<void> {
    const { spool, clock, random, said } = this.#options;
    const health: SourceHealth = { state: 'reading', error: null, lastMs: null, lastRecord: null };
    this.health.set(source.name, health);
    for (let attempt = 0; !signal.aborted; ) {
      try {
        await this.flush(signal);
        for await (const chunk of source.read(spool.bookmark(source.name), signal)) {
          attempt = 0;
          health.state = 'reading';
          health.error = null;
          if (chunk.kind === 'gap' || chunk.items > 0) health.lastMs = clock.now();
          if (chunk.kind === 'items') health.lastRecord = chunk.lastRecord ?? health.lastRecord;
          await this.#add(source.name, chunk, health, signal);
          if (signal.aborted) break;
        }
        if (!signal.aborted) throw new Error('it has ended');
      } catch (error) {
        if (signal.aborted) break;
        const againMs = backoffMs(attempt++, random);
        health.state = 'failed';
        health.error = (error as Error).message.slice(0, 1000);
        said({ kind: 'source-failed', source: source.name, error: error as Error, againMs });
        await clock.sleep(againMs, signal);
      }
    }
  }

  /** The agent's own words, in order with what its sources said. */
  async say(source: string, gap: Omit<Gap, 'haetae' | 'host' | 'source'>, signal: AbortSignal): Promise<void> {
    const bookmark = this.#options.spool.bookmark(source) ?? '';
    await this.#add(source, { kind: 'gap', gap, bookmark }, undefined, signal);
  }

  /** What was gathered is in the spool when it resolves; tries until the disk takes it, or the signal. */
  flush(signal: AbortSignal): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(signal));
    return this.#writing;
  }

  async #add(source: string, chunk: Chunk, health: SourceHealth | undefined, signal: AbortSignal): Promise<void> {
    const { spool, news, said, clock, host } = this.#options;
    while (spool.isFull && !signal.aborted) {
      if (health !== undefined) health.state = 'held';
      if (!this.#isHeld) said({ kind: 'held' });
      this.#isHeld = true;
      await news.wait(signal);
    }
    if (signal.aborted) return;
    if (this.#isHeld) said({ kind: 'going-on' });
    this.#isHeld = false;
    if (health !== undefined) health.state = 'reading';
    if (chunk.kind === 'gap') {
      said({ kind: 'gap', source, gap: chunk });
      const gap: Gap = { haetae: 'gap', host, source, ...chunk.gap };
      const body = Buffer.from(`${JSON.stringify(gap)}\n`, 'utf8');
      this.#put(source, 'agent', 1, body, chunk.bookmark, clock.now());
    } else this.#put(source, chunk.format, chunk.items, chunk.body, chunk.bookmark, clock.now());
    if (this.#pendingBytes >= BATCH_BYTES) await this.flush(signal);
    else this.#flushLater(signal);
  }

  #flushLater(signal: AbortSignal): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush(signal);
    }, this.#lingerMs);
  }

  #put(
    source: string,
    format: NewBatch['format'],
    items: number,
    body: Uint8Array,
    bookmark: string,
    readMs: number,
  ): void {
    let last: Pending | undefined;
    for (const one of this.#pending) if (one.source === source) last = one;
    const fits = last !== undefined && last.size + body.length <= PENDING_BYTES && last.items + items <= BATCH_ITEMS;
    // An empty one, that only moves the bookmark, joins any.
    if (last !== undefined && fits && (last.format === format || items === 0)) {
      last.parts.push(body);
      last.items += items;
      last.size += body.length;
      last.bookmark = bookmark;
    } else this.#pending.push({ source, format, readMs, parts: [body], items, size: body.length, bookmark });
    this.#pendingBytes += body.length;
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { spool, news, clock, said } = this.#options;
    const batches = this.#pending;
    if (batches.length === 0) return;
    this.#pending = [];
    this.#pendingBytes = 0;
    const packed = batches.map(({ parts, ...batch }) => ({ batch, packed: pack(Buffer.concat(parts)) }));
    for (;;) {
      try {
        const dropped = spool.append(packed);
        news.ring();
        for (const one of dropped) {
          said({ kind: 'dropped', dropped: one });
          this.#put(one.source, 'agent', 1, this.#gapOf(one), spool.bookmark(one.source) ?? '', clock.now());
          this.#flushLater(signal);
        }
        return;
      } catch (error) {
        said({ kind: 'spool-failed', error: error as Error });
        await clock.sleep(RETRY_MS, signal);
        if (signal.aborted) return;
      }
    }
  }

  #gapOf({ source, items, fromMs, toMs }: Dropped): Buffer {
    const gap: Gap = {
      haetae: 'gap',
      host: this.#options.host,
      source,
      reason: 'spool-full',
      count: items,
      fromRecord: null,
      toRecord: null,
      fromMs,
      toMs,
      detail: `dropped for want of room in the spool`,
    };
    return Buffer.from(`${JSON.stringify(gap)}\n`, 'utf8');
  }
}
