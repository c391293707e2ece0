import type { BatchFormat, Gap } from '../protocol/index.ts';

/** What a source read in one go. */
export type Chunk =
  | {
      readonly kind: 'items';
      readonly format: Exclude<BatchFormat, 'agent'>;
      readonly items: number;
      /** As the format has them, one behind the other. */
      readonly body: Uint8Array;
      /** Where to go on after it. */
      readonly bookmark: string;
      /** The last record in it, where the source counts them. */
      readonly lastRecord?: string;
    }
  | {
      readonly kind: 'gap';
      readonly gap: Omit<Gap, 'haetae' | 'host' | 'source'>;
      /** Where to go on after it. */
      readonly bookmark: string;
    };

/** Somewhere events come from. It is asked for one chunk after the other, and reads no further than it is asked: who has no room does not ask. */
export interface EventSource {
  /** `KIND:NAME`. */
  readonly name: string;
  /**
   * Reads on behind the bookmark, for ever; without one from where the configuration says. Throws when it cannot go on (no right, no such
   * channel): it is begun again later. Ends when the signal says so.
   */
  read(bookmark: string | undefined, signal: AbortSignal): AsyncIterable<Chunk>;
}

/** Of everything that waits; a fake one lets no time pass. */
export interface Clock {
  now(): number;
  /** Resolves after so many ms, or as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    }),
};
