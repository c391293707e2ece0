import type { Clock } from './outbox.ts';

/** What is under way, and what will be: named timers, of which a new one takes the place of the old. */
export class Running {
  readonly #clock: Clock;
  readonly #timers = new Map<string, () => void>();
  readonly #tasks = new Set<Promise<unknown>>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get closed(): boolean {
    return this.#closed;
  }

  at(name: string, atMs: number, what: () => void): void {
    this.#timers.get(name)?.();
    if (this.#closed || !Number.isFinite(atMs)) return;
    this.#timers.set(
      name,
      this.#clock.at(atMs, () => {
        this.#timers.delete(name);
        if (!this.#closed) what();
      }),
    );
  }

  track<T>(task: Promise<T>): Promise<T> {
    this.#tasks.add(task);
    const gone = (): void => void this.#tasks.delete(task);
    task.then(gone, gone);
    return task;
  }

  /** Resolves once nothing is under way. Timers may be set. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled([...this.#tasks]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await this.idle();
  }
}
