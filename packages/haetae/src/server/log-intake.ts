import { type Log, StoreError } from '../store/index.ts';
import type { Intake } from './intake.ts';

export interface LogIntakeOptions {
  /** Bytes that may wait to become durable before senders are asked to come again. */
  readonly maxWaiting?: number;
  /** Whether what is durable waits to be detected beyond what is good; asked for every frame. */
  readonly isBehind?: () => boolean;
}

/** Frames go to the write-ahead log; durable is what its disk has said so. */
export function logIntake(log: Log, options: LogIntakeOptions = {}): Intake {
  const { maxWaiting = 64 * 1024 * 1024, isBehind } = options;
  return {
    async accept({ bytes, receivedMs, ...head }) {
      if (log.waitingBytes > maxWaiting || isBehind?.() === true) return { kind: 'busy', retryMs: 250 };
      try {
        const { format, origin, token, hosts, address, position, items } = head;
        const seq = await log.append({ format, origin, token, hosts, address, position, items }, bytes, receivedMs);
        return { kind: 'durable', seq };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (error.code === 'closed' || error.code === 'unreachable') return { kind: 'busy', retryMs: 1000 };
        return { kind: 'full', reason: error.message };
      }
    },
  };
}
