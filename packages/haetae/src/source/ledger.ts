import type { NoticeCode } from './notices.ts';

/** Where in an input: a byte offset, a line (from 1), an EVTX record number, or the whole of it. */
export type Where =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'record'; readonly record: number }
  | { readonly kind: 'whole' };

/** `inferred`: not in the log, concluded from it. `repaired`: was damaged, read nevertheless. `lost`: could not be read. */
export type NoticeKind = 'inferred' | 'repaired' | 'lost';

export interface Notice {
  readonly kind: NoticeKind;
  readonly code: NoticeCode;
  /** How often it happened in this input. */
  readonly count: number;
  /** The first few places, with what was found there. */
  readonly examples: readonly { readonly where: Where; readonly detail: string }[];
}

const EXAMPLES = 10;

/** The honest account of one input: what was inferred, repaired and lost, each counted, the first few with their place. */
export class Ledger {
  readonly #notices = new Map<
    string,
    { kind: NoticeKind; code: NoticeCode; count: number; examples: { where: Where; detail: string }[] }
  >();
  /** Events that the format handed out, and their earliest and latest time (±Infinity while there is none). Kept by {@link saw}. */
  events = 0;
  firstMs = Number.POSITIVE_INFINITY;
  lastMs = Number.NEGATIVE_INFINITY;

  /** To be called for each event by whoever iterates the batches. An event without a time (NaN) is counted all the same. */
  saw(timeMs: number): void {
    this.events++;
    if (timeMs < this.firstMs) this.firstMs = timeMs;
    if (timeMs > this.lastMs) this.lastMs = timeMs;
  }

  inferred(code: NoticeCode, detail: string, where: Where = { kind: 'whole' }): void {
    this.#enter('inferred', code, where, detail, 1);
  }

  /** `count` is how many places this one entry stands for. */
  repaired(code: NoticeCode, where: Where, detail: string, count = 1): void {
    this.#enter('repaired', code, where, detail, count);
  }

  /** `count` is the number of records or lines that this one loss cost, where known. */
  lost(code: NoticeCode, where: Where, detail: string, count = 1): void {
    this.#enter('lost', code, where, detail, count);
  }

  notices(): readonly Notice[] {
    return [...this.#notices.values()];
  }

  #enter(kind: NoticeKind, code: NoticeCode, where: Where, detail: string, count: number): void {
    const key = `${kind} ${code}`;
    const notice = this.#notices.get(key);
    if (notice === undefined) this.#notices.set(key, { kind, code, count, examples: [{ where, detail }] });
    else {
      notice.count += count;
      if (notice.examples.length < EXAMPLES) notice.examples.push({ where, detail });
    }
  }
}
