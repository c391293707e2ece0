import { parentPort, workerData } from 'node:worker_threads';
import type { FiledSignal, Harvest } from '../detect/index.ts';
import type { FoundFile } from '../source/index.ts';
import { createDetectors, type FileScan, type Located, type ScanSettings, scanFiles } from './scan-files.ts';

/** From the thread that leads: a file to scan, or nothing more to do. */
export type Order = { readonly kind: 'file'; readonly file: FoundFile } | { readonly kind: 'end' };

/** From a worker; `ready` asks for the next order. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'findings'; readonly found: Located[] }
  | { readonly kind: 'signals'; readonly found: FiledSignal[] }
  | { readonly kind: 'harvest'; readonly harvest: Harvest; readonly path: string }
  | { readonly kind: 'progress'; readonly bytes: number; readonly events: number; readonly path: string }
  | { readonly kind: 'file'; readonly scan: FileScan }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined };

const port = parentPort;
if (port === null) throw new Error('scan-worker runs as a worker thread only');
const settings = workerData as ScanSettings;
const detectors = createDetectors(settings);
const tell = (report: Report, moved: readonly ArrayBuffer[] = []): void => port.postMessage(report, moved);
/** The thread that leads ends its workers to stop them: nothing here needs to listen. */
const never = new AbortController().signal;

port.on('message', (order: Order) => {
  if (order.kind === 'end') {
    port.close();
    return;
  }
  scanFiles([order.file], settings, detectors, never, {
    findings: (found) => tell({ kind: 'findings', found }),
    signals: (found) => tell({ kind: 'signals', found }),
    harvest: (harvest, path) => {
      const { transfer, ...rest } = harvest;
      tell({ kind: 'harvest', harvest: { ...rest, transfer: [] }, path }, transfer);
    },
    progress: (bytes, events, path) => tell({ kind: 'progress', bytes, events, path }),
    file: (scan) => tell({ kind: 'file', scan }),
  }).then(
    () => tell({ kind: 'ready' }),
    (error: Error) => tell({ kind: 'failed', message: error.message, stack: error.stack }),
  );
});
tell({ kind: 'ready' });
