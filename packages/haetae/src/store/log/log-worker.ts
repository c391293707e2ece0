import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../error.ts';
import type { LogAnswer, LogOrder, LogThreadData } from './log.ts';
import { LogWriter } from './writer.ts';

/**
 * The log's thread. Group commit: while one commit waits for the disk, messages gather at the port; the event loop then
 * delivers all of them before the next turn's commit, which writes them with one write and one sync.
 */
const parent = parentPort;
if (parent === null) throw new Error('log-worker runs as a worker thread only');
/** Bytes of one commit: beyond it the first in line should not wait for the last. */
const COMMIT_BYTES = 16 * 1024 * 1024;

const tell = (answer: LogAnswer): void => parent.postMessage(answer);
const { ring: shared, ...options } = workerData as LogThreadData;
const ring = new Uint8Array(shared);
const waiting: Uint8Array[] = [];
const followers = new Set<MessagePort>();
let planned = false;
let closing = false;

function run(writer: LogWriter): void {
  planned = false;
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && bytes < COMMIT_BYTES) bytes += waiting[count++]!.length;
  const frames = waiting.splice(0, count);
  if (count > 0) {
    try {
      const first = writer.commit(frames);
      tell({ kind: 'durable', first, count });
      for (const port of followers) port.postMessage({ durable: writer.durable });
    } catch (error) {
      tell({ kind: 'refused', count, ...failureOf(error) });
    }
  }
  if (waiting.length > 0) plan(writer);
  else if (closing) {
    writer.close();
    for (const port of followers) port.close();
    parent!.close();
  }
}

function plan(writer: LogWriter): void {
  if (planned) return;
  planned = true;
  setImmediate(run, writer);
}

function obey(writer: LogWriter, order: LogOrder): void {
  switch (order.kind) {
    case 'append':
      for (const frame of order.frames)
        waiting.push(frame instanceof Uint8Array ? frame : ring.subarray(frame.at, frame.at + frame.length));
      plan(writer);
      break;
    case 'follow':
      followers.add(order.port);
      order.port.on('close', () => followers.delete(order.port));
      order.port.postMessage({ durable: writer.durable });
      break;
    case 'release':
      writer.release(order.seq);
      tell({ kind: 'released' });
      break;
    case 'status':
      tell({ kind: 'status', status: writer.status() });
      break;
    case 'close':
      closing = true;
      plan(writer);
      break;
    default:
      order satisfies never;
  }
}

try {
  const writer = new LogWriter(options);
  parent.on('message', (order: LogOrder) => obey(writer, order));
  tell({ kind: 'open', start: writer.start });
} catch (error) {
  tell({ kind: 'failed', ...failureOf(error) });
  parent.close();
}
