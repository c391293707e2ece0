import type { LiveMessage } from './api.ts';
import type { Live, LiveEntry } from './ports.ts';

export interface LiveBus extends Live {
  /** Tells everybody who listens; never waits for them. */
  publish(message: LiveMessage): void;
  readonly listeners: number;
}

/** Messages that are kept for those who come back. */
const KEPT = 5000;

/**
 * Live updates in memory: a ring of the newest messages, which every listener reads at its own pace. Who fell out of it, or comes
 * back from before this start, gets a `gap` and what is kept. `firstId` must rise from start to start: the clock does.
 */
export function liveBus(firstId: number, kept = KEPT): LiveBus {
  const ring: LiveEntry[] = [];
  const waiting = new Set<() => void>();
  let next = firstId;
  let listeners = 0;
  const oldest = (): number => next - ring.length;
  return {
    get listeners() {
      return listeners;
    },
    publish(message) {
      const entry = { id: next++, message };
      ring.push(entry);
      // In stretches, since moving the whole ring for every message would cost its length each time.
      if (ring.length > kept * 2) ring.splice(0, ring.length - kept);
      for (const wake of [...waiting]) wake();
    },
    async *subscribe(after, signal): AsyncGenerator<LiveEntry> {
      listeners++;
      try {
        let at = after === undefined ? next : after + 1;
        while (!signal.aborted) {
          if (at < oldest() || at > next) {
            // As the id of the last one that is missing, so that a listener who is cut off here goes on behind it.
            at = oldest();
            yield { id: at - 1, message: { kind: 'gap' } };
            continue;
          }
          if (at < next) {
            yield ring[at - oldest()]!;
            at++;
            continue;
          }
          await new Promise<void>((resolve) => {
            const wake = (): void => {
              waiting.delete(wake);
              signal.removeEventListener('abort', wake);
              resolve();
            };
            waiting.add(wake);
            signal.addEventListener('abort', wake, { once: true });
          });
        }
      } finally {
        listeners--;
      }
    },
  };
}
