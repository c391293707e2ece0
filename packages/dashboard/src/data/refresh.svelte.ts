import { live } from './live.svelte.ts';
import type { LiveMessage } from './shapes.ts';

/** Calls `again` when something of these kinds happens, at most every three seconds however much happens. */
export function liveRefresh(kinds: readonly LiveMessage['kind'][], again: () => void, everyMs = 3000): void {
  $effect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.hear(({ kind }) => {
      if (!kinds.includes(kind)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        again();
      }, everyMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  });
}
