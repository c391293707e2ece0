import { Worker } from 'node:worker_threads';
import type { FoundFile } from '../source/index.ts';
import { Interrupted } from './reading.ts';
import type { ScanListener, ScanSettings } from './scan-files.ts';
import type { Order, Report } from './scan-worker.ts';

/**
 * Scans files in worker threads, one file at a time each, the largest first. What the listener hears comes in no order.
 * Standard input cannot be handed to a thread: the caller reads it.
 */
export async function scanInThreads(
  files: readonly FoundFile[],
  threads: number,
  settings: ScanSettings,
  signal: AbortSignal,
  listener: ScanListener,
): Promise<void> {
  const queue = [...files].sort((a, b) => (a.size ?? 0) - (b.size ?? 0));
  const workers: Worker[] = [];
  try {
    await Promise.all(
      Array.from({ length: Math.min(threads, files.length) }, () => {
        const worker = new Worker(new URL('./scan-worker.js', import.meta.url), { workerData: settings });
        workers.push(worker);
        return serve(worker, queue, signal, listener);
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function serve(worker: Worker, queue: FoundFile[], signal: AbortSignal, listener: ScanListener): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Interrupted('interrupted'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    worker.on('message', (report: Report) => {
      switch (report.kind) {
        case 'ready': {
          const file = queue.pop();
          worker.postMessage((file === undefined ? { kind: 'end' } : { kind: 'file', file }) satisfies Order);
          if (file === undefined) resolve();
          break;
        }
        case 'findings':
          listener.findings(report.found);
          break;
        case 'signals':
          listener.signals(report.found);
          break;
        case 'harvest':
          listener.harvest(report.harvest, report.path);
          break;
        case 'progress':
          listener.progress(report.bytes, report.events, report.path);
          break;
        case 'file':
          listener.file(report.scan);
          break;
        case 'failed': {
          const error = new Error(report.message);
          if (report.stack !== undefined) error.stack = report.stack;
          reject(error);
          break;
        }
        default:
          report satisfies never;
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a worker thread ended with status ${code}`)),
    );
  });
}
