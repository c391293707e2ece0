import { parentPort, workerData } from 'node:worker_threads';
import { loadRules, type RulesLoaded, type RulesWanted } from './rules-load.ts';

/** Reads and compiles rules once, and ends. */
export type RulesAnswer =
  | { readonly kind: 'loaded'; readonly loaded: RulesLoaded }
  | { readonly kind: 'failed'; readonly message: string };

if (parentPort === null) throw new Error('rules-worker runs as a worker thread only');
const tell = (answer: RulesAnswer): void => parentPort!.postMessage(answer);
loadRules(workerData as RulesWanted).then(
  (loaded) => tell({ kind: 'loaded', loaded }),
  (error: unknown) => tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
);
