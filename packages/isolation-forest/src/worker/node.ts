/** A thread of `../node.ts`. Nothing else loads this file. */
import { type Part, perform, type Task } from '../tasks.ts';

export interface Order {
  readonly id: number;
  readonly task: Task;
}

export interface Reply {
  readonly id: number;
  readonly parts: Part[];
}

import { parentPort } from 'node:worker_threads';

if (parentPort === null) throw new Error('it runs as a thread only');
const port = parentPort;

port.on('message', ({ id, task }: Order) => {
  const work = perform(task);
  let step = work.next();
  while (!step.done) step = work.next();
  port.postMessage({ id, parts: step.value } satisfies Reply);
});
