import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { StoreError, type StoreErrorCode } from './error.ts';
import { storeAt } from './remote.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** Everything lies below it; made when it is not there. */
  readonly directory: string;
  /**
   * `postgres://…`: everything but the reader's snapshots lies there, in the schema that `?schema=` names. The directory remembers
   * it: later it need not be told.
   */
  readonly url?: string;
  /** Several servers take turns at what is received: their state is in the database too. */
  readonly shared?: boolean;
  /** Bytes of memory for the database's buffers; default a quarter of the machine's, 256 MB to 1 GB. */
  readonly memory?: number;
  /** Threads of the database; default as many as the machine has, up to 4. */
  readonly threads?: number;
  /** The compiled thread, where it does not lie beside this file. */
  readonly worker?: URL;
}

/** A store that runs in a thread of its own. */
export interface OpenStore extends Store {
  /** A port for another thread, to be transferred to it: `storeAt(port)` there is the same store. */
  connect(): MessagePort;
}

/** What the thread is told at its start, and what it says when it is open. */
export interface StoreThreadData {
  readonly directory: string;
  readonly url: string | undefined;
  readonly memory: number | undefined;
  readonly threads: number | undefined;
  readonly shared: boolean | undefined;
}
export type StoreThreadMessage =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly code: StoreErrorCode; readonly message: string };

/** Opens the store of a directory in a thread of its own: no query ever holds up the caller's event loop. */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const { directory, url, memory, threads, shared } = options;
  const workerData: StoreThreadData = { directory, url, memory, threads, shared };
  const worker = new Worker(options.worker ?? new URL('./store-worker.js', import.meta.url), {
    workerData,
    // A batch of rows lives for a moment: with room enough it is never moved to where things stay.
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (message: StoreThreadMessage) => {
      if (message.kind === 'open') resolve();
      else reject(new StoreError(message.code, message.message));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new StoreError('closed', `the store's thread ended with status ${code}`)));
  });
  worker.unref();
  // An error of the thread reaches callers as `closed`: its ports close with it.
  worker.on('error', () => {});
  const connect = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port1, [port1]);
    return port2;
  };
  const store = storeAt(connect());
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      worker.ref();
      worker.postMessage('close');
      await ended;
    })();
    return closing;
  };
  return new Proxy(store as OpenStore, {
    get: (target, name) => (name === 'close' ? close : name === 'connect' ? connect : Reflect.get(target, name)),
  });
}
