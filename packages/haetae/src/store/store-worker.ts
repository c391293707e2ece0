import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { failureOf } from './error.ts';
import type { StoreThreadData, StoreThreadMessage } from './open.ts';
import { openHere } from './place.ts';
import { serveStore } from './remote.ts';

/** The thread that has the database open: it serves every port that it is handed, until it is told to close. */
const parent = parentPort;
if (parent === null) throw new Error('store-worker runs as a worker thread only');
const tell = (message: StoreThreadMessage): void => parent.postMessage(message);

try {
  const store = await openHere(workerData as StoreThreadData, Date.now);
  const ports: MessagePort[] = [];
  parent.on('message', (message: MessagePort | 'close') => {
    if (message !== 'close') {
      ports.push(message);
      serveStore(store, message, async () => {});
      return;
    }
    void store.close().finally(() => {
      for (const port of ports) port.close();
      parent.close();
    });
  });
  tell({ kind: 'open' });
} catch (error) {
  tell({ kind: 'failed', ...failureOf(error) });
  parent.close();
}
