/** What several threads do together: each takes the next stretch of trees or rows that none has taken, until there are no more. */
import { fastPathLengths } from './fast.ts';
import { growTrees, type Trees } from './fit.ts';
import type { Checked } from './options.ts';
import { type Forest, type Rows, scoreOf } from './shape.ts';

/** What it works on lies in shared memory; `next` is the number of the next stretch. */
export type Task =
  | { readonly kind: 'grow'; readonly next: Int32Array; readonly rows: Rows; readonly options: Checked }
  | {
      readonly kind: 'score';
      readonly next: Int32Array;
      readonly rows: Rows;
      readonly forest: Forest;
      readonly scores: Float64Array;
    };

/** Trees that one thread grew, from the `first`-th on. */
export interface Part {
  readonly first: number;
  readonly trees: Trees;
}

/** Some milliseconds of work. */
const TREES = 4;
const ROWS = 8192;

/** Yields after each stretch; gives the trees it grew. */
export function* perform(task: Task): Generator<undefined, Part[]> {
  const parts: Part[] = [];
  switch (task.kind) {
    case 'grow': {
      const { rows, options } = task;
      for (const [first, end] of stretches(task.next, TREES, options.trees)) {
        parts.push({ first, trees: growTrees(rows, options, first, end) });
        yield;
      }
      return parts;
    }
    case 'score': {
      const { forest, rows, scores } = task;
      for (const [first, end] of stretches(task.next, ROWS, scores.length)) {
        fastPathLengths(forest, rows, first, end, scores);
        for (let row = first; row < end; row++) scores[row] = scoreOf(forest, scores[row]);
        yield;
      }
      return parts;
    }
    default:
      return task satisfies never;
  }
}

function* stretches(next: Int32Array, size: number, count: number): Generator<readonly [number, number]> {
  for (;;) {
    const first = Atomics.add(next, 0, 1) * size;
    if (first >= count) return;
    yield [first, Math.min(first + size, count)];
  }
}
