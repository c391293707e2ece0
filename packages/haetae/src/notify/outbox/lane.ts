import type { Level } from '../../incident/index.ts';
import type { Outcome, Sender } from '../channels/channel.ts';
import type { ChannelConfig, Off } from '../config/config.ts';
import type { Row } from './delivery.ts';
import { type Able, before, type Step, stepOf } from './step.ts';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 300_000;
/** A channel that is dead is asked so often whether it is still. */
export const PROBE_MS = 300_000;

/** How one channel does, and what waits for it. Pure: time comes in. */
export class Lane implements Able {
  readonly config: ChannelConfig;
  readonly sender: Sender | undefined;
  readonly paceMs: number;
  /** Why it is off; undefined where it is on. */
  readonly off: Off | undefined;
  /** Somebody makes files for it. */
  readonly #files: boolean;
  /** Something is owed, or may soon be. */
  readonly open = new Map<string, Row>();
  /** No message before this. */
  freeMs = 0;
  failures = 0;
  failingSinceMs: number | null = null;
  deadSinceMs: number | null = null;
  /** Dead, and its fallback was told so. */
  replaced = false;
  error = '';
  lastSentMs: number | null = null;
  lastDigestMs = Number.NEGATIVE_INFINITY;
  sent = 0;
  failed = 0;
  givenUp = 0;
  busy = false;

  constructor(
    config: ChannelConfig,
    sender: Sender | undefined,
    paceMs: number,
    { off, files = false }: { readonly off?: Off; readonly files?: boolean } = {},
  ) {
    this.config = config;
    this.sender = sender;
    this.paceMs = paceMs;
    this.off = off;
    this.#files = files;
  }

  get board(): boolean {
    return this.sender?.board !== undefined;
  }

  /** What a log says in full goes only where all of it may be told. */
  wantsFiles(level: Level): boolean {
    return this.#files && this.config.redaction === 'full' && this.sender?.board?.wantsFiles?.(level) === true;
  }

  /** Takes what became of an attempt into account. */
  settle(outcome: Outcome, nowMs: number, deadAfterMs: number): 'died' | 'revived' | undefined {
    switch (outcome.kind) {
      case 'busy':
        this.freeMs = Math.max(this.freeMs, nowMs + outcome.waitMs);
        this.error = outcome.why;
        return undefined;
      case 'failed': {
        this.failed++;
        this.failures++;
        this.failingSinceMs ??= nowMs;
        this.error = outcome.why;
        const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(12, this.failures - 1));
        this.freeMs = Math.max(this.freeMs, nowMs + (outcome.dead ? Math.max(wait, 30_000) : wait));
        if (this.deadSinceMs !== null) {
          this.freeMs = Math.max(this.freeMs, nowMs + PROBE_MS);
          return undefined;
        }
        if (!outcome.dead && nowMs - this.failingSinceMs < deadAfterMs) return undefined;
        this.deadSinceMs = nowMs;
        return 'died';
      }
      case 'sent':
      case 'refused': {
        if (outcome.kind === 'sent') {
          this.sent++;
          this.lastSentMs = nowMs;
          this.error = '';
        } else {
          this.givenUp++;
          this.error = outcome.why;
        }
        this.failures = 0;
        this.failingSinceMs = null;
        if (this.deadSinceMs === null) return undefined;
        this.deadSinceMs = null;
        this.replaced = false;
        return 'revived';
      }
      default:
        return outcome satisfies never;
    }
  }

  /** What is due, the most urgent first, and when something else will be. */
  due(nowMs: number): { readonly ready: { row: Row; step: Step }[]; readonly nextMs: number } {
    const ready: { row: Row; step: Step }[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const row of this.open.values()) {
      const step = stepOf(row, this);
      if (step === undefined) this.open.delete(row.delivery.id);
      else if (step.fromMs <= nowMs) ready.push({ row, step });
      else nextMs = Math.min(nextMs, step.fromMs);
    }
    ready.sort((a, b) => before(a.row, a.step, b.row, b.step));
    return { ready, nextMs };
  }
}
