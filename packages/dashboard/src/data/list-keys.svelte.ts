import { tick } from 'svelte';
import { keys } from './keys.svelte.ts';

/** The row of a list that the keys are at: `j`, `k`, Enter opens it, `/` goes to the search. */
export function listKeys(
  length: () => number,
  open: (at: number) => void,
  search: () => HTMLElement | undefined,
): { at: number } {
  let at = $state(-1);
  async function move(by: number): Promise<void> {
    at = Math.min(length() - 1, Math.max(0, at + by));
    await tick();
    document.querySelector('.rows .at')?.scrollIntoView({ block: 'nearest' });
  }
  keys({
    j: () => void move(1),
    k: () => void move(-1),
    Enter: () => {
      if (at >= 0 && at < length()) open(at);
    },
    '/': () => search()?.focus(),
  });
  return {
    get at() {
      return at;
    },
    set at(row) {
      at = row;
    },
  };
}
