import { StoreError } from '../../error.ts';
import type { QueryControl } from '../../events/query.ts';

interface Interrupted {
  interrupt(): void;
}

/** A read that its caller can end, and that ends by itself when it takes too long, waiting for its turn included. */
export async function limited<T, S extends Interrupted>(
  db: { read<R>(task: (sql: S) => Promise<R>): Promise<R> },
  control: QueryControl | undefined,
  task: (sql: S) => Promise<T>,
): Promise<T> {
  const limit = new Limit(control);
  try {
    return await db.read((sql) => limit.on(sql, () => task(sql)));
  } finally {
    limit.done();
  }
}

/** The end of a query: shared by all of its statements. */
export class Limit {
  readonly #signal: AbortSignal | undefined;
  readonly #stop: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #ended: StoreError | undefined;
  #running: Interrupted | undefined;

  constructor(control: QueryControl | undefined) {
    this.#signal = control?.signal;
    this.#stop = (): void => this.#end(new StoreError('cancelled', 'the query was cancelled'));
    this.#signal?.addEventListener('abort', this.#stop, { once: true });
    if (this.#signal?.aborted) this.#stop();
    const timeoutMs = control?.timeoutMs;
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(
        () => this.#end(new StoreError('timeout', `the query took longer than ${timeoutMs} ms`)),
        timeoutMs,
      );
      // However quick the engine is.
      if (timeoutMs <= 0) this.#end(new StoreError('timeout', 'the query was given no time'));
    }
  }

  /** Runs a task whose statements are interrupted when the query ends. */
  async on<T>(sql: Interrupted, task: () => Promise<T>): Promise<T> {
    this.check();
    this.#running = sql;
    try {
      const result = await task();
      this.check();
      return result;
    } catch (error) {
      throw this.#ended ?? error;
    } finally {
      this.#running = undefined;
    }
  }

  check(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
  done(): void {
    this.#signal?.removeEventListener('abort', this.#stop);
    clearTimeout(this.#timer);
  }
  #end(error: StoreError): void {
    this.#ended ??= error;
    this.#running?.interrupt();
  }
}
