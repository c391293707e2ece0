import type { LiveBus } from '../../server/index.ts';
import type { livePorts } from './ports.ts';

const EVERY_MS = 1000;

/** Tells those who watch how things stand. */
export function publishing(bus: LiveBus, ports: ReturnType<typeof livePorts>): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (bus.listeners === 0 || busy) return;
    busy = true;
    ports
      .stats()
      .then(({ hourly: _, ...stats }) => bus.publish({ kind: 'stats', stats }))
      .catch(() => {})
      .finally(() => {
        busy = false;
      });
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
