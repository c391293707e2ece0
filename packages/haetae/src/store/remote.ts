import type { MessagePort } from 'node:worker_threads';
import { failureOf, StoreError, type StoreErrorCode } from './error.ts';
import type { Store } from './store.ts';

/** From the thread that asks. `next` asks a stream for its next item, `cancel` ends a call or stream. */
type Request =
  | {
      readonly id: number;
      readonly kind: 'call';
      readonly path: string;
      readonly args: readonly unknown[];
      readonly signal: boolean;
    }
  | { readonly id: number; readonly kind: 'next' | 'cancel' };
/** From the thread that has the store. */
type Answer =
  | { readonly id: number; readonly kind: 'value' | 'item'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'end' }
  | { readonly id: number; readonly kind: 'error'; readonly code: StoreErrorCode; readonly message: string };

/** Methods that give an AsyncIterable; every other gives a promise. */
const STREAMS: ReadonlySet<string> = new Set(['events.search', 'events.scan', 'news.hear']);

/** A last argument that may hold what no message can: a signal. */
interface Control {
  readonly signal?: AbortSignal;
}
const hasSignal = (value: unknown): value is Control & { readonly signal: AbortSignal } =>
  typeof value === 'object' && value !== null && (value as Control).signal instanceof AbortSignal;

/** A store that lives behind a port. Calls that are open when the port closes reject with `closed`. */
export function storeAt(port: MessagePort): Store {
  let last = 0;
  const open = new Map<number, (answer: Answer) => void>();
  let gone = false;
  const closed = (id: number): Answer => ({ id, kind: 'error', code: 'closed', message: 'the store is closed' });
  port.on('message', (answer: Answer) => open.get(answer.id)?.(answer));
  port.on('close', () => {
    gone = true;
    for (const [id, hear] of [...open]) hear(closed(id));
  });
  port.unref();

  /** Sends a call; `hear` gets its answers until it forgets the id. */
  function send(
    path: string,
    args: readonly unknown[],
    hear: (answer: Answer) => void,
  ): { id: number; forget: () => void } {
    const id = ++last;
    const control = args.at(-1);
    const signal = hasSignal(control) ? control.signal : undefined;
    const cancel = (): void => port.postMessage({ id, kind: 'cancel' } satisfies Request);
    const forget = (): void => {
      if (!open.delete(id)) return;
      signal?.removeEventListener('abort', cancel);
      if (open.size === 0) port.unref();
    };
    if (gone) {
      queueMicrotask(() => hear(closed(id)));
      return { id, forget };
    }
    if (open.size === 0) port.ref();
    open.set(id, hear);
    const plain = signal === undefined ? args : [...args.slice(0, -1), { ...(control as Control), signal: undefined }];
    const request: Request = { id, kind: 'call', path, args: plain, signal: signal !== undefined };
    port.postMessage(request);
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    return { id, forget };
  }

  const call = (path: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { forget } = send(path, args, (answer) => {
        forget();
        if (answer.kind === 'error') reject(new StoreError(answer.code, answer.message));
        else resolve(answer.kind === 'end' ? undefined : answer.value);
      });
    });

  async function* stream(path: string, args: readonly unknown[]): AsyncGenerator<unknown> {
    let heard: ((answer: Answer) => void) | undefined;
    let next = new Promise<Answer>((resolve) => (heard = resolve));
    const { id, forget } = send(path, args, (answer) => heard?.(answer));
    let ended = false;
    try {
      for (;;) {
        const answer = await next;
        if (answer.kind === 'error') {
          ended = true;
          throw new StoreError(answer.code, answer.message);
        }
        if (answer.kind === 'end') {
          ended = true;
          return;
        }
        next = new Promise((resolve) => (heard = resolve));
        yield answer.value;
        port.postMessage({ id, kind: 'next' } satisfies Request);
      }
    } finally {
      if (!ended && !gone) port.postMessage({ id, kind: 'cancel' } satisfies Request);
      forget();
    }
  }

  const book = (name: string): unknown =>
    new Proxy(
      {},
      {
        get: (_, method) => {
          if (typeof method !== 'string' || method === 'then') return undefined;
          const path = `${name}.${method}`;
          return (...args: unknown[]) => (STREAMS.has(path) ? stream(path, args) : call(path, args));
        },
      },
    );
  return new Proxy({} as Store, {
    get: (_, name) => {
      if (typeof name !== 'string' || name === 'then') return undefined;
      return name === 'close' ? async () => void (await call('close', []).finally(() => port.close())) : book(name);
    },
  });
}

/** Answers what is asked at a port with a store of this thread. `close` is the opener's alone: elsewhere it lets go of the port only. */
export function serveStore(store: Store, port: MessagePort, close: () => Promise<void>): void {
  const running = new Map<number, { abort: AbortController; next: () => void }>();

  async function answer(request: Extract<Request, { kind: 'call' }>): Promise<void> {
    const { id, path } = request;
    const abort = new AbortController();
    let wake = (): void => {};
    running.set(id, { abort, next: () => wake() });
    const reply = (message: Answer): void => port.postMessage(message);
    const args = request.signal
      ? [...request.args.slice(0, -1), { ...(request.args.at(-1) as object), signal: abort.signal }]
      : request.args;
    try {
      if (path === 'close') {
        await close();
        return reply({ id, kind: 'value', value: undefined });
      }
      const method = methodOf(store, path);
      if (!STREAMS.has(path)) return reply({ id, kind: 'value', value: await method(...args) });
      for await (const value of method(...args) as AsyncIterable<unknown>) {
        const asked = new Promise<void>((resolve) => (wake = resolve));
        abort.signal.addEventListener('abort', wake, { once: true });
        reply({ id, kind: 'item', value });
        await asked;
        abort.signal.removeEventListener('abort', wake);
        if (abort.signal.aborted) throw new StoreError('cancelled', 'the query was cancelled');
      }
      reply({ id, kind: 'end' });
    } catch (error) {
      reply({ id, kind: 'error', ...failureOf(error) });
    } finally {
      running.delete(id);
    }
  }
  port.on('message', (request: Request) => {
    if (request.kind === 'call') void answer(request);
    else if (request.kind === 'next') running.get(request.id)?.next();
    else running.get(request.id)?.abort.abort();
  });
  port.on('close', () => {
    for (const { abort } of running.values()) abort.abort();
  });
}

type Method = (...args: unknown[]) => unknown;
/** Own members only: a path from another thread reaches no prototype. */
function methodOf(store: Store, path: string): Method {
  let at: unknown = store;
  let owner: unknown;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) at = undefined;
    else [owner, at] = [at, (at as Record<string, unknown>)[name]];
  }
  if (typeof at !== 'function') throw new StoreError('invalid', `the store has no ${path}`);
  return (at as Method).bind(owner);
}
