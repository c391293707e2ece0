import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import type { BusPlace } from '../../store/index.ts';
import type { EngineAnswer, EngineOrder, EnginePrepared, EngineStatus, EngineThreadData } from './engine-protocol.ts';

export interface EngineListener {
  told(messages: Extract<EngineAnswer, { kind: 'told' }>['messages']): void;
  ahead(messages: Extract<EngineAnswer, { kind: 'ahead' }>['messages']): void;
  release(seq: number): void;
  clock(atMs: number): void;
  notice(notice: Extract<EngineAnswer, { kind: 'notice' }>): void;
  /** It ended by itself: nothing is detected any more. */
  failed(message: string): void;
}

/** The engine, from the thread that serves. */
export interface RunningEngine {
  readonly status: EngineStatus;
  /** It goes on where one stopped before. */
  readonly restored: boolean;
  send(order: Exclude<EngineOrder, { kind: 'begin' | 'close' }>): void;
  /** Resolves when all that was taken is stored, with its state. */
  close(): Promise<void>;
}

/** A thread that has all that it needs but its orders: whoever waits for a turn loses no time on that when it comes. */
export interface EngineThread {
  start(data: EngineThreadData, listener: EngineListener): Promise<RunningEngine>;
  /** Ends one that was not started. */
  close(): Promise<void>;
}

/** `bus`: it will read frames of that. `at`: the compiled thread, where it does not lie beside this file. */
export function engineThread(bus: BusPlace | undefined, at?: URL): EngineThread {
  const worker = new Worker(at ?? new URL('./engine-worker.js', import.meta.url), {
    workerData: { bus } satisfies EnginePrepared,
    // Frames are read and given back all the time: a larger nursery lets most die there.
    resourceLimits: { maxYoungGenerationSizeMb: 128 },
  });
  let started = false;
  // Until then nobody is there to be told; whoever starts it is.
  let early: Error | undefined;
  const fail = (error: Error): void => {
    early = error;
  };
  worker.once('error', fail);
  return {
    async start(data, listener) {
      started = true;
      worker.off('error', fail);
      if (early !== undefined) throw early;
      return await startEngine(worker, data, listener);
    },
    async close() {
      if (!started) await worker.terminate();
    },
  };
}

async function startEngine(worker: Worker, data: EngineThreadData, listener: EngineListener): Promise<RunningEngine> {
  const { store, frames } = data;
  const ports: MessagePort[] = frames.kind === 'log' ? [store, frames.port] : [store];
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let status: EngineStatus | undefined;
  let closing = false;
  let failure: string | undefined;
  const started = await new Promise<Extract<EngineAnswer, { kind: 'started' }>>((resolve, reject) => {
    const fail = (message: string): void => {
      if (failure !== undefined) return;
      failure = message;
      if (status === undefined) reject(new Error(message));
      else listener.failed(message);
    };
    worker.on('message', (answer: EngineAnswer) => {
      switch (answer.kind) {
        case 'started':
          status = answer.status;
          resolve(answer);
          break;
        case 'status':
          status = answer.status;
          break;
        case 'told':
          listener.told(answer.messages);
          break;
        case 'ahead':
          listener.ahead(answer.messages);
          break;
        case 'release':
          listener.release(answer.seq);
          break;
        case 'clock':
          listener.clock(answer.atMs);
          break;
        case 'notice':
          listener.notice(answer);
          break;
        case 'failed':
          fail(answer.message);
          break;
        default:
          answer satisfies never;
      }
    });
    worker.once('error', (error) => fail(error.stack ?? error.message));
    worker.once('exit', (code) => {
      if (!closing) fail(`the engine's thread ended with status ${code}`);
    });
    worker.postMessage({ kind: 'begin', data } satisfies EngineOrder, ports);
  });
  return {
    get status() {
      return status!;
    },
    restored: started.restored,
    send: (order) => worker.postMessage(order),
    async close() {
      closing = true;
      worker.postMessage({ kind: 'close' } satisfies EngineOrder);
      await ended;
    },
  };
}
