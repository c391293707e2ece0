/** Threads of Node, for fits and scores that take seconds. The results are those of `fit` and `score`, bit by bit. */
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ForestError } from './error.ts';
import { join } from './fit.ts';
import { check, countRows, type FitOptions, rangeOf, whole } from './options.ts';
import type { Forest, Rows } from './shape.ts';
import { type Part, perform, type Task } from './tasks.ts';
import type { Order, Reply } from './worker/node.ts';

export interface Threads {
  /** As `fit`. Each tree has random numbers of its own, so that it does not matter which thread grows it. */
  fit(rows: Rows, options: FitOptions): Promise<Forest>;
  /** As `score`; the result lies in shared memory. */
  score(forest: Forest, rows: Rows): Promise<Float64Array>;
  /** Ends the threads, which keep the process alive until then. What still runs is rejected. */
  close(): Promise<void>;
}

/**
 * A worker makes next to no garbage: V8 need not set aside 16 MB for it. Flags of this process (`--input-type` of `node -e`, say)
 * are none of its business.
 */
const WORKER = { resourceLimits: { maxYoungGenerationSizeMb: 1 }, execArgv: [] };

interface Waiting {
  readonly resolve: (parts: Part[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Threads that work together, `count` of them, this one included: it works too, and lets others run every few milliseconds. Rows
 * that do not lie in a SharedArrayBuffer are copied into one, once a call: where memory counts, put them there from the beginning.
 * Throws ForestError if `count` is not from 1 to 256.
 */
export function openThreads(count: number): Threads {
  whole('threads', count, 1, 256);
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let broken: unknown;
  const stop = (reason: unknown): void => {
    broken ??= reason;
    for (const { reject } of waiting.values()) reject(broken);
    waiting.clear();
  };
  const workers = Array.from({ length: count - 1 }, () => {
    const worker = new Worker(new URL('./worker/node.js', import.meta.url), WORKER);
    worker.on('message', ({ id, parts }: Reply) => {
      waiting.get(id)?.resolve(parts);
      waiting.delete(id);
    });
    worker.on('error', stop);
    worker.on('exit', () => stop(closed()));
    return worker;
  });

  const ask = (worker: Worker, task: Task): Promise<Part[]> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, task } satisfies Order);
    });
  const here = async (task: Task): Promise<Part[]> => {
    const work = perform(task);
    for (;;) {
      if (broken !== undefined) throw broken;
      const step = work.next();
      if (step.done) return step.value;
      await setImmediate();
    }
  };
  const all = async (task: Task): Promise<Part[]> => {
    if (broken !== undefined) throw broken;
    const parts = await Promise.all([...workers.map((worker) => ask(worker, task)), here(task)]);
    return parts.flat().sort((a, b) => a.first - b.first);
  };

  return {
    async fit(rows, options) {
      const checked = check(rows, options);
      const range = rangeOf(rows, checked.features);
      const ends = checked.ends && share(checked.ends);
      const parts = await all({ kind: 'grow', next: counter(), rows: share(rows), options: { ...checked, ends } });
      return join(
        parts.map(({ trees }) => trees),
        checked,
        range,
      );
    },
    async score(forest, rows) {
      const scores = new Float64Array(new SharedArrayBuffer(8 * countRows(rows, forest.features)));
      await all({ kind: 'score', next: counter(), rows: share(rows), forest, scores });
      return scores;
    },
    async close() {
      stop(closed());
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

const closed = (): ForestError => new ForestError('closed', 'the threads are closed');
const counter = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

function share<T extends Rows>(rows: T): T {
  if (rows.buffer instanceof SharedArrayBuffer) return rows;
  const memory = new SharedArrayBuffer(rows.byteLength);
  const shared = rows instanceof Float32Array ? new Float32Array(memory) : new Float64Array(memory);
  shared.set(rows);
  return shared as T;
}
