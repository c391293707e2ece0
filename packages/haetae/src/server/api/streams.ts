import type { Ctx } from '../context.ts';
import { languageOf, problemOf } from '../http/problem.ts';
import type { LiveEntry } from '../ports.ts';

/** A body that is made as fast as it is read, and ends its maker when nobody reads it any more. */
function pulled(
  signal: AbortSignal,
  make: (signal: AbortSignal) => AsyncIterable<string>,
  failed: (error: unknown) => string | undefined,
): ReadableStream<Uint8Array> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end, { once: true });
  const pieces = make(ending.signal)[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        const last = ending.signal.aborted ? '' : failed(error);
        if (last === undefined) return controller.error(error);
        if (last !== '') controller.enqueue(encoder.encode(last));
        controller.close();
      }
    },
    async cancel() {
      end();
      await pieces.return?.();
    },
  });
}

const NO_CACHE = { 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

/** An answer of JSON lines. What goes wrong on the way is its last line. */
export function jsonLines(c: Ctx, make: (signal: AbortSignal) => AsyncIterable<object>): Response {
  async function* lines(signal: AbortSignal): AsyncGenerator<string> {
    for await (const part of make(signal)) yield `${JSON.stringify(part)}\n`;
  }
  const failed = (error: unknown): string => {
    const problem = problemOf(error, languageOf(c.req.header('accept-language')));
    const { code, message } = problem ?? {
      code: 'internal',
      message: 'the search failed; the log of the server says why',
    };
    return `${JSON.stringify({ kind: 'error', code, message })}\n`;
  };
  return c.body(pulled(c.req.raw.signal, lines, failed), 200, { 'content-type': 'application/x-ndjson', ...NO_CACHE });
}

/** An answer of text, made as it is read. What goes wrong on the way breaks it off. */
export const textStream = (c: Ctx, type: string, make: () => AsyncIterable<string>): Response =>
  c.body(
    pulled(c.req.raw.signal, make, () => undefined),
    200,
    { 'content-type': type, ...NO_CACHE },
  );

/** Comment lines keep proxies from closing a silent connection. */
const HEARTBEAT_MS = 15_000;

/** Server-sent events: html.spec.whatwg.org/multipage/server-sent-events.html. */
export function eventStream(c: Ctx, make: (signal: AbortSignal) => AsyncIterable<LiveEntry>): Response {
  async function* frames(signal: AbortSignal): AsyncGenerator<string> {
    yield 'retry: 2000\n\n';
    const entries = make(signal)[Symbol.asyncIterator]();
    let next = entries.next();
    try {
      for (;;) {
        let timer: NodeJS.Timeout | undefined;
        const beat = new Promise<'beat'>((resolve) => {
          timer = setTimeout(() => resolve('beat'), HEARTBEAT_MS);
        });
        const got = await Promise.race([next, beat]);
        clearTimeout(timer);
        if (got === 'beat') {
          yield ': .\n\n';
          continue;
        }
        if (got.done === true) return;
        const { id, message } = got.value;
        yield `id: ${id}\nevent: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`;
        next = entries.next();
      }
    } finally {
      await entries.return?.();
    }
  }
  return c.body(
    pulled(c.req.raw.signal, frames, () => ''),
    200,
    { 'content-type': 'text/event-stream', ...NO_CACHE },
  );
}
