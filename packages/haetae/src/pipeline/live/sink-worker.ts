import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { noStatus, openTarget, runSink } from '../../sink/index.ts';
import { storeAt } from '../../store/index.ts';
import type { SinkOrder, SinkSaid } from './sinking.ts';

/** The thread that writes what is stored into OpenSearch, until it is told to end. */
const parent = parentPort;
if (parent === null) throw new Error('sink-worker runs as a worker thread only');
const { store: port, place } = workerData as SinkOrder;
const say = (said: SinkSaid): void => parent.postMessage(said);
const EVERY_MS = 500;

const ending = new AbortController();
parent.on('message', () => ending.abort());
const status = noStatus();
const telling = setInterval(() => say({ kind: 'status', status }), EVERY_MS);
const target = await openTarget(place);
try {
  await runSink({
    ...{ store: storeAt(port), place, target, now: Date.now, status, signal: ending.signal },
    tag: () => randomBytes(4).toString('hex'),
    log: (line) => say({ kind: 'log', line }),
  });
} finally {
  clearInterval(telling);
  await target.close();
  port.close();
  parent.close();
}
