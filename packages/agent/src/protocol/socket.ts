import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { MAX_BATCH } from './batch.ts';

/** Where agents connect, and what is spoken there. A later version is another name: an old server refuses it by itself. */
export const CONNECT_PATH = '/agent/connect';
export const ENROL_PATH = '/agent/enrol';
export const SUBPROTOCOL = 'haetae-agent.1';

export type Received =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** The last; `code` as RFC 6455 counts them. */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** One connection, message by message. What is not asked for is not read: the other side is held up. */
export interface Link {
  /** Resolves when the bytes are out of this process's hands; rejects when the connection is gone. */
  send(message: string | Uint8Array): Promise<void>;
  /** The next message; after `closed` it says `closed` for ever. */
  receive(): Promise<Received>;
  close(code?: number, reason?: string): void;
  /** At once, without a word. */
  drop(): void;
}

/** So many messages are read ahead before the other side is held up. */
const AHEAD = 16;
/** Between two signs of life that are asked for; whoever misses one is taken for gone. */
const PING_MS = 20_000;

const OPTIONS = { perMessageDeflate: false, maxPayload: MAX_BATCH, skipUTF8Validation: false } as const;

export function linkOf(socket: WebSocket): Link {
  const queue: Received[] = [];
  let waiting: ((received: Received) => void) | undefined;
  let ended: Received | undefined;
  let alive = true;
  const put = (received: Received): void => {
    if (ended !== undefined) return;
    if (received.kind === 'closed') ended = received;
    if (waiting !== undefined) {
      const deliver = waiting;
      waiting = undefined;
      deliver(received);
      return;
    }
    queue.push(received);
    if (queue.length >= AHEAD && !socket.isPaused) socket.pause();
  };
  socket.on('message', (data: Buffer, isBinary: boolean) =>
    put(isBinary ? { kind: 'bytes', bytes: data } : { kind: 'text', text: data.toString('utf8') }),
  );
  const pinging = setInterval(() => {
    // A socket that is held up reads no pong: it is we who are slow then.
    if (!alive && !socket.isPaused) socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);
  pinging.unref();
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('close', (code: number, reason: Buffer) => {
    clearInterval(pinging);
    put({ kind: 'closed', code, reason: reason.toString('utf8').slice(0, 200) });
  });
  // `close` follows.
  socket.on('error', () => {});
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(new Error('the connection is closed'));
          return;
        }
        socket.send(message, (error) => (error ? reject(error) : resolve()));
      }),
    receive() {
      const next = queue.shift();
      if (next !== undefined) {
        if (queue.length < AHEAD / 2 && socket.isPaused) socket.resume();
        return Promise.resolve(next);
      }
      if (ended !== undefined) return Promise.resolve(ended);
      if (socket.isPaused) socket.resume();
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    close: (code = 1000, reason = '') => socket.close(code, reason),
    drop: () => socket.terminate(),
  };
}

/** Over a socket that is connected, and where there is TLS, checked. Rejects with why the server would not have it. */
export function dial(url: string, socket: Duplex, handshakeTimeout = 15_000): Promise<Link> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, [SUBPROTOCOL], {
      ...OPTIONS,
      handshakeTimeout,
      followRedirects: false,
      createConnection: () => socket,
    });
    ws.once('unexpected-response', (_request: unknown, response: IncomingMessage) => {
      reject(new Error(`the server answered ${response.statusCode}`));
      ws.terminate();
    });
    ws.once('error', reject);
    ws.once('open', () => {
      ws.off('error', reject);
      resolve(linkOf(ws));
    });
  });
}

export interface Acceptor {
  /** Takes an upgrade request over. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<Link>;
  close(): void;
}

export function acceptor(): Acceptor {
  const server = new WebSocketServer({
    ...OPTIONS,
    noServer: true,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  return {
    accept: (request, socket, head) =>
      new Promise((resolve) => server.handleUpgrade(request, socket, head, (ws) => resolve(linkOf(ws)))),
    close: () => server.close(),
  };
}
