import { randomBytes } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { CANARY_HOST, canaryEvent } from '../../scenario/index.ts';
import type { api, Ports } from '../../server/index.ts';
import { StoreError } from '../../store/index.ts';

export interface CanaryDesk {
  play(withinMs: number): Promise<api.CanaryTry>;
  /** The newest first. */
  list(): readonly api.CanaryTry[];
  /** A finding was told. */
  heard(finding: { readonly host: string; readonly timeMs: number }): void;
}

const MOST_KEPT = 100;

/**
 * Plays a marked, harmless event through the server's own way in, as an event of the lab, and notes when the finding on it is told. What is
 * not told within its time is late, whatever comes after.
 */
export function canaryDesk(intake: Ports['intake'], now: () => number): CanaryDesk {
  const tries: { id: string; sentMs: number; withinMs: number; cameMs: number | null }[] = [];
  const secret = randomBytes(32).toString('hex');
  const shown = ({ id, sentMs, withinMs, cameMs }: (typeof tries)[number]): api.CanaryTry => {
    const afterMs = cameMs === null ? null : cameMs - sentMs;
    const isLate = afterMs === null ? now() - sentMs > withinMs : afterMs > withinMs;
    return { id, sentMs, withinMs, afterMs, state: isLate ? 'late' : afterMs === null ? 'waiting' : 'came' };
  };
  return {
    async play(withinMs) {
      // Its time names it, so no two have the same.
      const sentMs = Math.max(now(), (tries[0]?.sentMs ?? 0) + 1);
      const one = { id: randomBytes(6).toString('hex'), sentMs, withinMs, cameMs: null };
      tries.unshift(one);
      tries.splice(MOST_KEPT);
      const bytes = Buffer.from(canaryEvent({ secret, once: one.id, timeMs: sentMs }));
      const head = {
        format: 'ndjson',
        origin: 'lab',
        token: '',
        hosts: [],
        address: '',
        position: '',
        items: 1,
      } as const;
      const outcome = await intake.accept({ ...head, receivedMs: now() as UnixMs, bytes });
      if (outcome.kind !== 'durable') {
        tries.shift();
        throw new StoreError('full', outcome.kind === 'full' ? outcome.reason : 'too much is under way');
      }
      return shown(one);
    },
    list: () => tries.map(shown),
    heard({ host, timeMs }) {
      if (host.toUpperCase() !== CANARY_HOST) return;
      const one = tries.find(({ sentMs, cameMs }) => sentMs === timeMs && cameMs === null);
      if (one !== undefined) one.cameMs = now();
    },
  };
}
