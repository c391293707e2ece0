import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import {
  type EventQuery,
  type QueryControl,
  type SearchStep,
  StoreError,
  type StoreErrorCode,
} from '../store/index.ts';

/** What the thread of a search is told at its start. Plain data. */
export interface SearchOrder {
  readonly rule: string;
  readonly query: EventQuery;
  readonly timeoutMs: number | undefined;
}
/** It says one step, then waits until it is told `next`; `cancel` ends it. */
export type SearchSaid =
  | { readonly kind: 'step'; readonly step: SearchStep }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly code: StoreErrorCode; readonly message: string };

export interface SearchThreads {
  readonly connect: () => MessagePort;
  readonly worker: URL;
  /** At a time; others wait their turn. */
  readonly most: number;
  readonly memoryMb: number;
}

/** {@link searchByRule} in threads of their own: the caller's event loop hands steps on, and looks at no event. */
export function searchingAside({ connect, worker: at, most, memoryMb }: SearchThreads) {
  let running = 0;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  };
  async function enter(signal: AbortSignal | undefined): Promise<void> {
    if (running < most) {
      running++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(new StoreError('cancelled', 'the query was cancelled'));
      };
      waiting.push(go);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  return async function* search(rule: string, query: EventQuery, control: QueryControl): AsyncGenerator<SearchStep> {
    const { signal, timeoutMs } = control;
    signal?.throwIfAborted();
    await enter(signal);
    const port = connect();
    const worker = new Worker(at, {
      workerData: { port, search: { rule, query, timeoutMs } satisfies SearchOrder },
      transferList: [port],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const said: SearchSaid[] = [];
    let wake = (): void => {};
    const hear = (one: SearchSaid): void => {
      said.push(one);
      wake();
    };
    const broken = (message: string): void => hear({ kind: 'failed', code: 'damaged', message });
    worker.on('message', hear);
    worker.on('error', (error) => broken(error.message));
    worker.on('exit', () => {
      broken('the thread of the search ended');
      leave();
    });
    const cancel = (): void => worker.postMessage('cancel');
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for (;;) {
        while (said.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const one = said.shift()!;
        if (one.kind === 'end') return;
        if (one.kind === 'failed') throw new StoreError(one.code, one.message);
        yield one.step;
        worker.postMessage('next');
      }
    } finally {
      signal?.removeEventListener('abort', cancel);
      cancel();
    }
  };
}
