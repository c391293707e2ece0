import { Worker } from 'node:worker_threads';
import type { RulesLoaded, RulesWanted } from './rules-load.ts';
import type { RulesAnswer } from './rules-worker.ts';

/** Reads rules in a thread of its own: neither requests nor events wait for it. */
export function loadRulesAside(wanted: RulesWanted, at?: URL): Promise<RulesLoaded> {
  const worker = new Worker(at ?? new URL('./rules-worker.js', import.meta.url), { workerData: wanted });
  return new Promise<RulesLoaded>((resolve, reject) => {
    worker.once('message', (answer: RulesAnswer) => {
      if (answer.kind === 'loaded') resolve(answer.loaded);
      else reject(new Error(answer.message));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that reads rules ended with status ${code}`)));
  }).finally(() => void worker.terminate());
}
