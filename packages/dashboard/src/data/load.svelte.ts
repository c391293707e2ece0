import { untrack } from 'svelte';
import { ApiError } from './api.ts';

/** What a page fetched: its value, or why not. An older answer never overwrites a newer one. */
export class Loaded<T> {
  value = $state.raw<T | undefined>(undefined);
  error = $state.raw<ApiError | undefined>(undefined);
  busy = $state(true);
  #turn = 0;
  #ending: AbortController | undefined;

  async run(fetching: (signal: AbortSignal) => Promise<T>): Promise<void> {
    const turn = ++this.#turn;
    this.#ending?.abort();
    const ending = new AbortController();
    this.#ending = ending;
    this.busy = true;
    try {
      const value = await fetching(ending.signal);
      if (turn !== this.#turn) return;
      this.value = value;
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
export function loaded<T>(fetching: (signal: AbortSignal) => Promise<T>): Loaded<T> & { again(): void } {
  const box = new Loaded<T>();
  let turn = $state(0);
  $effect(() => {
    void turn;
    // Its first, synchronous part is what is tracked.
    const started = (signal: AbortSignal) => fetching(signal);
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
      });
    });
    return () => box.stop();
  });
  return Object.assign(box, {
    again() {
      turn++;
    },
  });
}
