import type { LiveMessage } from '../../server/index.ts';
import { NO_EVENTS, type Store, StoreError, type Term } from '../../store/index.ts';
import type { LiveEngine } from './engine.ts';
import { messagesOf } from './messages.ts';
import type { Cut } from './output.ts';

export interface CommitterOptions {
  readonly store: Pick<Store, 'intake' | 'snapshots'>;
  readonly engine: Pick<LiveEngine, 'seq' | 'rows' | 'hasNews' | 'cut' | 'save'>;
  readonly keep: boolean;
  /** Where servers take turns. */
  readonly term?: Term;
  /** Milliseconds of a clock that nobody sets: one that is set back would put the next commit off as far. */
  readonly now: () => number;
  readonly tell: (messages: readonly LiveMessage[]) => void;
  readonly stored: (cut: Cut) => void;
  readonly release: (seq: number) => void;
  /** The store can take nothing any more; nothing is tried again. */
  readonly failed: (error: unknown) => void;
  readonly notice: (level: 'warn' | 'error', message: string, about: object) => void;
}

/** Between the beginnings of two commits: each costs the database the same, however little it holds. */
const COMMIT_MS = 250;
/** The same where incidents changed: somebody waits to see them. Less than between two times that they are put together. */
const NEWS_MS = 100;
/** Events a second from which on both are so many times as long: a part of each commit's cost is its own. */
const BUSY = 7500;
const BUSY_TIMES = 2;
/**
 * Between two snapshots; more when one takes long, so that they take a small part of the time. Whoever goes on from one goes through what
 * came behind it again.
 */
const SNAPSHOT_MS = 10_000;
const SNAPSHOT_SHARE = 25;
/** So much more than a snapshot takes is there for the next one. */
const ROOM = 1.25;
const RETRY_MS = 1000;
/** What is tried again: rows that were stored after all are passed over. */
const PASSES: { readonly [code in StoreError['code']]?: string } = {
  full: 'the store is full: nothing is detected until there is room',
  unreachable: 'the store cannot be reached: nothing is detected until it can',
};

/** Brings what the engine makes into the store, a batch at a time, and its state after it now and then. */
export class Committer {
  readonly #options: CommitterOptions;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastCommit = 0;
  #times = 1;
  #lastSnapshot: number;
  #snapshotCost = 0;
  #snapshotSeq = 0;
  #snapshotTimer: NodeJS.Timeout | undefined;
  /** For one snapshot at a time, which the thread of the store reads where it stands: it is tens of megabytes every few seconds. */
  #shared = new SharedArrayBuffer(0);
  readonly #room = (bytes: number): Uint8Array => {
    if (this.#shared.byteLength < bytes) this.#shared = new SharedArrayBuffer(Math.ceil(bytes * ROOM));
    return new Uint8Array(this.#shared, 0, bytes);
  };
  #cutSeq = 0;
  #wanted = false;
  #failed = '';
  #over = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#lastSnapshot = options.now();
  }

  /** Frames were taken: they shall be stored before long, and at once when they changed incidents. */
  schedule(): void {
    const { engine, now } = this.#options;
    if (this.#running !== undefined) return;
    if (this.#timer !== undefined) {
      if (!engine.hasNews) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    const wait = this.#lastCommit + (engine.hasNews ? NEWS_MS : COMMIT_MS) * this.#times - now();
    if (wait <= 0) this.#begin();
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#begin();
      }, wait);
  }

  /** The next commit takes the state with it. */
  snapshotSoon(): void {
    this.#wanted = true;
  }

  /** Resolves once nothing is under way: there is room for more. */
  async idle(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#begin();
    }
    await this.#running;
  }

  /** Everything is stored, the state too. */
  async finish(): Promise<void> {
    clearTimeout(this.#snapshotTimer);
    await this.idle();
    this.#wanted = true;
    this.#begin();
    await this.#running;
  }

  #begin(): void {
    const { engine, now } = this.#options;
    if (this.#running !== undefined || this.#over) return;
    if (engine.seq === this.#cutSeq && engine.rows === 0 && !this.#wanted) return;
    const [before, nowMs] = [this.#lastCommit, now()];
    this.#lastCommit = nowMs;
    const cut = engine.cut();
    this.#times = cut.events.rows * 1000 > BUSY * (nowMs - before) ? BUSY_TIMES : 1;
    this.#cutSeq = cut.upTo;
    const snapshot = this.#snapshot(cut.upTo);
    this.#running = this.#store(cut, snapshot).then(
      () => {
        this.#running = undefined;
        if (engine.seq > this.#cutSeq) this.schedule();
        else this.#snapshotWhenDue();
      },
      (error: unknown) => {
        this.#running = undefined;
        this.#over = true;
        this.#options.failed(error);
      },
    );
  }

  get #snapshotDue(): number {
    return this.#lastSnapshot + Math.max(SNAPSHOT_MS, this.#snapshotCost * SNAPSHOT_SHARE);
  }

  /** Though nothing more comes: the next commit may be that of another server, which then has nothing to go through again. */
  #snapshotWhenDue(): void {
    clearTimeout(this.#snapshotTimer);
    if (this.#snapshotSeq === this.#cutSeq) return;
    this.#snapshotTimer = setTimeout(
      () => {
        this.#wanted = true;
        this.#begin();
      },
      Math.max(0, this.#snapshotDue - this.#options.now()),
    );
  }

  /** The state as it is behind the cut; undefined while the last one is young. */
  #snapshot(seq: number): Uint8Array | undefined {
    const { engine, now } = this.#options;
    if (seq === 0 || (!this.#wanted && now() < this.#snapshotDue)) return undefined;
    this.#wanted = false;
    this.#snapshotSeq = seq;
    const begun = performance.now();
    const bytes = engine.save(this.#room);
    this.#snapshotCost = performance.now() - begun;
    this.#lastSnapshot = now();
    return bytes;
  }

  async #store(cut: Cut, snapshot: Uint8Array | undefined): Promise<void> {
    const { store, keep, term, stored, tell, release } = this.#options;
    const { upTo, events, entities, notices: _, ...told } = cut;
    const rows = keep ? { events, entities } : { events: NO_EVENTS, entities: [] };
    const { changed } = await this.#persist(() =>
      store.intake.commit({ upTo, ...told, ...rows, ...(term && { term }) }),
    );
    stored(cut);
    const messages = messagesOf(cut, changed);
    if (messages.length > 0) tell(messages);
    if (snapshot === undefined) return;
    await this.#persist(() => store.snapshots.save({ seq: upTo, bytes: snapshot }));
    release(await this.#persist(() => store.snapshots.releasable()));
  }

  /** Tries until there is room, and somebody to talk to: the log goes on taking frames while the database cannot. */
  async #persist<T>(task: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const done = await task();
        if (this.#failed !== '') this.#options.notice('warn', 'the store takes rows again', {});
        this.#failed = '';
        return done;
      } catch (error) {
        const trouble = error instanceof StoreError ? PASSES[error.code] : undefined;
        if (trouble === undefined) throw error;
        const { message } = error as StoreError;
        if (this.#failed !== message) this.#options.notice('error', trouble, { reason: message });
        this.#failed = message;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
