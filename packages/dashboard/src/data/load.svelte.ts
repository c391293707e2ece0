import { untrack } from 'svelte';
import { ApiError } from './api.ts';

/** What lists showed last, by what was asked: a page that one comes back to shows it at once, and then what is new. */
const kept = new Map<string, unknown>();
const MOST_KEPT = 24;
function keep(key: string, value: unknown): void {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
}
/** To be called when somebody else may be looking. */
export const forgetKept = (): void => kept.clear();

const says = (value: unknown): string => JSON.stringify(value);

/** What a page fetched: its value, or why not. An older answer never overwrites a newer one. */
export class Loaded<T> {
  value = $state.raw<T | undefined>(undefined);
  error = $state.raw<ApiError | undefined>(undefined);
  busy = $state(true);
  #turn = 0;
  #key: string | undefined;
  #ending: AbortController | undefined;

  /** With a key, what was fetched for it last is shown until the answer is there. */
  async run(fetching: (signal: AbortSignal) => Promise<T>, key?: string): Promise<void> {
    const turn = ++this.#turn;
    this.#ending?.abort();
    const ending = new AbortController();
    this.#ending = ending;
    this.busy = true;
    // Asked again for the same, what is shown may be newer than what was kept.
    if (key !== undefined && key !== this.#key && kept.has(key)) this.value = kept.get(key) as T;
    this.#key = key;
    try {
      const value = await fetching(ending.signal);
      if (turn !== this.#turn) return;
      if (key !== undefined) keep(key, value);
      // What is shown and was said again stays as it is: to compare costs less than to draw.
      if (key === undefined || this.value === undefined || says(this.value) !== says(value)) this.value = value;
      this.error = undefined;
    } catch (error) {
      if (turn !== this.#turn || (error as Error).name === 'AbortError') return;
      this.error = error instanceof ApiError ? error : new ApiError(0, 'page', (error as Error).message);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  stop(): void {
    this.#turn++;
    this.#ending?.abort();
  }
}

/** Fetches whenever what `fetching` reads changes. To be called while a component is made. */
export function loaded<T>(
  fetching: (signal: AbortSignal) => Promise<T>,
  key?: () => string,
): Loaded<T> & { again(): void } {
  const box = new Loaded<T>();
  let turn = $state(0);
  $effect(() => {
    void turn;
    // Its first, synchronous part is what is tracked.
    const started = (signal: AbortSignal) => fetching(signal);
    const asked = key?.();
    let promise: Promise<T>;
    const ending = new AbortController();
    try {
      promise = started(ending.signal);
    } catch (error) {
      promise = Promise.reject(error);
    }
    untrack(() => {
      void box.run((signal) => {
        signal.addEventListener('abort', () => ending.abort(), { once: true });
        return promise;
      }, asked);
    });
    return () => box.stop();
  });
  return Object.assign(box, {
    again() {
      turn++;
    },
  });
}
