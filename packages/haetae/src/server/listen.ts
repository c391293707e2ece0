import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { App } from './app.ts';
import type { HttpLimits } from './http/limits.ts';
import type { Log } from './http/log.ts';

export interface TlsFiles {
  /** PEM. */
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

export interface Listening {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  readonly connections: () => Promise<number>;
  /** No new connections; those that are answered now are answered to their end, within `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** How long a client that is sent away may take to read why. */
const LINGER_MS = 2_000;

/** The socket, with time-outs for clients that never finish what they begin. */
export async function listen(
  app: App,
  at: { readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined },
  limits: HttpLimits,
  log: Log,
): Promise<Listening> {
  const handle = getRequestListener((request, env) => app.fetch(request, env as never), {
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      // A request line or header that makes no URL: hono never saw it.
      log({ level: 'debug', message: 'request is not readable', error });
      return new Response('Bad Request', { status: 400, headers: { connection: 'close' } });
    },
  });
  const options = {
    maxHeaderSize: limits.headerSize,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    connectionsCheckingInterval: Math.min(5_000, limits.headersTimeout),
    insecureHTTPParser: false,
  };
  const server: Server =
    at.tls === undefined
      ? createHttp(options, handle)
      : createHttps({ ...options, ...at.tls, minVersion: 'TLSv1.2', honorCipherOrder: true }, handle);
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 100;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const status = late
      ? '408 Request Timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Headers Too Large'
        : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    // Who does not read never learns that this is the end, and would keep the connection for good.
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => log({ level: 'error', message: 'the listening socket failed', error }));
  const { port } = server.address() as AddressInfo;
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  return {
    server,
    url: `${at.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    port,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    close: (graceMs = 5_000) =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
