import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type BatchHead, encodeBatch } from '../protocol/index.ts';
import { entryOf, type Found, type Place, readSegment } from './entry.ts';
import { syncFolder } from './files.ts';
import { readState, type State, segmentName, segmentsIn, writeState } from './state.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** Bytes of batches that may wait. */
  readonly maxBytes: number;
  /**
   * What happens when they do. `hold`: nothing more is read; what a log then overwrites is told as a blind band by its source.
   * `drop-oldest`: the batches that wait longest go, counted and told.
   */
  readonly whenFull: 'hold' | 'drop-oldest';
  readonly now: () => number;
  readonly segmentBytes?: number;
}

/** What goes with a batch beside its number. */
export type NewBatch = Omit<BatchHead, 'seq'>;

export interface Dropped {
  readonly source: string;
  readonly items: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Why something that was kept is not there any more. */
export interface Damage {
  readonly segment: string;
  readonly offset: number;
  /** Batches that are gone; 0 for a torn end, whose events are read again. */
  readonly batches: number;
}

/** Where the server's acknowledgements may be behind what they were when the process is killed: those batches go twice. */
const SAVE_MS = 1_000;

/**
 * Batches between a source and the server, on disk. What `append` has returned from survives a power cut; the bookmark of a source
 * lies in the batch that it follows, so that both are there or neither is. Bookmarks in `state.json` are of what the server acknowledged.
 */
export class Spool {
  readonly damage: readonly Damage[];
  readonly #options: SpoolOptions;
  readonly #segmentBytes: number;
  readonly #waiting = new Map<number, Found>();
  readonly #bookmarks = new Map<string, string>();
  #acked: { bookmarks: Map<string, string>; seq: number };
  /** Read, by source; and of these what is acknowledged. */
  readonly #items = new Map<string, number>();
  readonly #ackedItems: Map<string, number>;
  #dropped: number;
  #next: number;
  #bytes = 0;
  #segments: number[] = [];
  #file: number | undefined;
  #fileBytes = 0;
  #savedMs = 0;
  #unsaved = false;
  /** Of this spool: with it a seq is never given to two batches. */
  readonly epoch: string;

  /** Opens what is there, or makes it. Throws when the folder cannot be used. */
  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? 8 * 1024 * 1024;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const state = readState(options.folder);
    this.#segments = segmentsIn(options.folder);
    // The last segment never goes by itself: somebody took it away, and numbers beyond those of the state may be in use.
    const isNew = this.#segments.length === 0;
    this.epoch = isNew ? randomBytes(8).toString('hex') : state.epoch;
    this.#acked = { seq: state.acked, bookmarks: new Map(Object.entries(state.bookmarks)) };
    this.#ackedItems = new Map(Object.entries(state.items));
    for (const [source, items] of this.#ackedItems) this.#items.set(source, items);
    this.#dropped = state.dropped;
    this.#next = state.next;
    for (const [source, bookmark] of this.#acked.bookmarks) this.#bookmarks.set(source, bookmark);
    this.damage = this.#recover();
    if (isNew) {
      this.#save();
      this.#open();
    }
  }

  /** Where a source goes on. */
  bookmark(source: string): string | undefined {
    return this.#bookmarks.get(source);
  }

  /** Of what the server has. */
  ackedBookmark(source: string): string | undefined {
    return this.#acked.bookmarks.get(source);
  }

  get bytes(): number {
    return this.#bytes;
  }
  get batches(): number {
    return this.#waiting.size;
  }
  get dropped(): number {
    return this.#dropped;
  }
  get acked(): number {
    return this.#acked.seq;
  }
  /** When the oldest that waits was read. */
  get oldestMs(): number | null {
    return this.#waiting.values().next().value?.head.readMs ?? null;
  }
  itemsOf(source: string): number {
    return this.#items.get(source) ?? 0;
  }

  /** Whether reading must wait. */
  get isFull(): boolean {
    return this.#options.whenFull === 'hold' && this.#bytes >= this.#options.maxBytes;
  }

  /**
   * Keeps batches, in order; durable when it returns. The batches that had to go for them are told. Throws the system's error when the disk
   * takes nothing, and then none of them is kept.
   */
  append(batches: readonly { readonly batch: NewBatch; readonly packed: Uint8Array }[]): readonly Dropped[] {
    if (batches.length === 0) return [];
    const file = this.#open();
    const start = this.#fileBytes;
    const added: Found[] = [];
    const pieces: Buffer[] = [];
    let at = start;
    let seq = this.#next;
    for (const { batch, packed } of batches) {
      const head: BatchHead = { seq: seq++, ...batch };
      const entry = entryOf(encodeBatch(head, packed));
      pieces.push(entry);
      added.push({ head, segment: this.#segments.at(-1)!, offset: at + 8, length: entry.length - 8 });
      at += entry.length;
    }
    try {
      const bytes = Buffer.concat(pieces);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, start + done);
      fdatasyncSync(file);
    } catch (error) {
      // What was half written would be taken for a torn end, and hide what is written after it.
      try {
        ftruncateSync(file, start);
      } catch {
        closeSync(file);
        this.#file = undefined;
      }
      throw error;
    }
    this.#fileBytes = at;
    this.#next = seq;
    for (const one of added) this.#take(one);
    return this.#options.whenFull === 'drop-oldest' ? this.#makeRoom(added.length) : [];
  }

  /** The batch after `seq`, as it goes over the wire; undefined when none waits. */
  after(seq: number): { readonly head: BatchHead; readonly bytes: Buffer } | undefined {
    // In order of seq, and what is acknowledged is gone: the first ones are what is in flight.
    for (const [number, found] of this.#waiting) {
      if (number <= seq) continue;
      return { head: found.head, bytes: this.#read(found) };
    }
    return undefined;
  }

  /** Everything up to `seq` is the server's. A number that was never given out, or one again, changes nothing. */
  ack(seq: number): void {
    if (seq <= this.#acked.seq || seq >= this.#next) return;
    for (const [number, { head, length }] of this.#waiting) {
      if (number > seq) break;
      this.#waiting.delete(number);
      this.#bytes -= length;
      this.#settle(head);
    }
    this.#acked.seq = seq;
    this.#unsaved = true;
    const now = this.#options.now();
    const first = this.#waiting.values().next().value?.segment ?? this.#segments.at(-1);
    if (this.#segments.length > 1 && this.#segments[0] !== first) {
      // Their bookmarks must be elsewhere before they go.
      this.#save();
      while (this.#segments.length > 1 && this.#segments[0] !== first) unlinkSync(this.#path(this.#segments.shift()!));
    } else if (now - this.#savedMs >= SAVE_MS || now < this.#savedMs) this.#save();
  }

  /** Acknowledgements that are not written down yet are. */
  flush(): void {
    if (this.#unsaved) this.#save();
  }

  close(): void {
    this.flush();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #take(found: Found): void {
    const { head, length } = found;
    this.#waiting.set(head.seq, found);
    this.#bytes += length;
    this.#bookmarks.set(head.source, head.bookmark);
    if (head.format !== 'agent') this.#items.set(head.source, this.itemsOf(head.source) + head.items);
  }

  /** Nobody waits for it any more. */
  #settle({ source, bookmark, format, items }: BatchHead): void {
    this.#acked.bookmarks.set(source, bookmark);
    if (format !== 'agent') this.#ackedItems.set(source, (this.#ackedItems.get(source) ?? 0) + items);
  }

  /** The oldest go until the rest has room; never those just added. Their segments go with the acknowledgement of what follows. */
  #makeRoom(keep: number): Dropped[] {
    const dropped = new Map<string, { source: string; items: number; fromMs: number; toMs: number }>();
    for (const [seq, { head, length }] of this.#waiting) {
      if (this.#bytes <= this.#options.maxBytes || this.#waiting.size <= keep) break;
      this.#waiting.delete(seq);
      this.#bytes -= length;
      // The source goes on behind it, whatever comes.
      this.#settle(head);
      if (head.format === 'agent') continue;
      this.#dropped += head.items;
      const known = dropped.get(head.source);
      if (known === undefined)
        dropped.set(head.source, { source: head.source, items: head.items, fromMs: head.readMs, toMs: head.readMs });
      else {
        known.items += head.items;
        known.toMs = head.readMs;
      }
    }
    const first = this.#waiting.values().next().value;
    if (first !== undefined && dropped.size > 0) {
      this.#acked.seq = Math.max(this.#acked.seq, first.head.seq - 1);
      this.#save();
      while (this.#segments.length > 1 && this.#segments[0]! < first.segment)
        unlinkSync(this.#path(this.#segments.shift()!));
    }
    return [...dropped.values()];
  }

  /** What the segments hold beyond what is acknowledged. A torn end is cut: its sources read it again from the bookmark before. */
  #recover(): Damage[] {
    const damage: Damage[] = [];
    let last = this.#acked.seq;
    for (const [index, segment] of this.#segments.entries()) {
      const bytes = readFileSync(this.#path(segment));
      const { found, end } = readSegment(segment, bytes);
      const first = found[0]?.head.seq;
      const lost = first === undefined ? 0 : first - last - 1;
      if (lost > 0) damage.push({ segment: segmentName(segment), offset: 0, batches: lost });
      if (end < bytes.length && index === this.#segments.length - 1)
        damage.push({ segment: segmentName(segment), offset: end, batches: 0 });
      for (const one of found) {
        last = Math.max(last, one.head.seq);
        this.#next = Math.max(this.#next, one.head.seq + 1);
        if (one.head.seq > this.#acked.seq) this.#take(one);
      }
      if (index === this.#segments.length - 1) {
        this.#file = openSync(this.#path(segment), 'r+');
        if (end < bytes.length) {
          ftruncateSync(this.#file, end);
          fdatasyncSync(this.#file);
        }
        this.#fileBytes = end;
      }
    }
    return damage;
  }

  /** The segment that is written to; a new one when it is full, or was given up. */
  #open(): number {
    if (this.#file !== undefined && this.#fileBytes < this.#segmentBytes) return this.#file;
    if (this.#file !== undefined) closeSync(this.#file);
    const segment = (this.#segments.at(-1) ?? 0) + 1;
    this.#file = openSync(this.#path(segment), 'wx+', 0o600);
    this.#segments.push(segment);
    this.#fileBytes = 0;
    syncFolder(this.#options.folder);
    return this.#file;
  }

  #read({ segment, offset, length }: Place): Buffer {
    const bytes = Buffer.alloc(length);
    const own = segment === this.#segments.at(-1) && this.#file !== undefined;
    const file = own ? this.#file! : openSync(this.#path(segment), 'r');
    try {
      for (let done = 0; done < length; ) {
        const read = readSync(file, bytes, done, length - done, offset + done);
        if (read === 0) throw new Error(`${this.#path(segment)} ends within a batch`);
        done += read;
      }
    } finally {
      if (!own) closeSync(file);
    }
    return bytes;
  }

  #save(): void {
    const state: State = {
      epoch: this.epoch,
      acked: this.#acked.seq,
      next: this.#next,
      bookmarks: Object.fromEntries(this.#acked.bookmarks),
      dropped: this.#dropped,
      items: Object.fromEntries(this.#ackedItems),
    };
    writeState(this.#options.folder, state);
    this.#savedMs = this.#options.now();
    this.#unsaved = false;
  }

  #path(segment: number): string {
    return join(this.#options.folder, segmentName(segment));
  }
}
